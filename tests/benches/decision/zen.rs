//! The table as decision tables of `zen-engine`: as a graph and as a policy document, each compiled beforehand.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use serde_json::{Value, json};
use zen_engine::loader::MemoryLoader;
use zen_engine::model::DecisionContent;
use zen_engine::{Decision, DecisionEngine, Variable};

use crate::cases::{Answer, Case, DEFAULT};

/// The columns, cheapest first; an empty cell is no condition.
const COLUMNS: [&str; 6] = ["channel", "language", "vip", "hour", "tags", "text"];

/// The same eight rows with twelve conditions, in the table's own language: `$` is the column's value.
const ROWS: [([&str; 6], &str, u8); 8] = [
    (
        [
            "",
            "",
            "",
            "",
            "",
            r#"contains($, "投诉") or contains($, "12315") or contains($, "律师") or contains($, "曝光")"#,
        ],
        "complaints",
        9,
    ),
    (["", "", "", "", r#"contains($, "盗号")"#, ""], "security", 8),
    ([r#""app", "miniprogram""#, "", ">= 2", "", "", ""], "vip-desk", 7),
    (["", r#""en""#, "", "[9..18)", "", ""], "english", 4),
    (
        [
            "",
            "",
            "",
            "",
            r#"contains($, "已签收")"#,
            r#"contains($, "退款") or contains($, "退货") or contains($, "换货")"#,
        ],
        "after-sales",
        6,
    ),
    ([r#""wechat""#, "", "", ">= 22 or < 8", "", ""], "night-watch", 1),
    (["", r#""ja""#, "", "", "", ""], "overseas", 3),
    (["", "", ">= 1", "", "", ""], "presale", 2),
];

/// The table; `prefix` goes before every field.
fn table(prefix: &str) -> Value {
    let column = |name: &str| json!({ "id": name, "name": name, "field": format!("{prefix}{name}") });
    let row = |cells: &[&str; 6], group: &str, priority: u8| {
        let mut row: serde_json::Map<String, Value> =
            COLUMNS.iter().zip(cells).map(|(column, cell)| ((*column).to_owned(), json!(cell))).collect();
        row.insert("_id".to_owned(), json!(group));
        row.insert("group".to_owned(), json!(format!("{group:?}")));
        row.insert("priority".to_owned(), json!(priority.to_string()));
        Value::Object(row)
    };
    let otherwise = row(&[""; 6], DEFAULT.0, DEFAULT.1);
    let rows = ROWS.iter().map(|(cells, group, priority)| row(cells, group, *priority));
    let (inputs, outputs) = (COLUMNS.map(column), ["group", "priority"].map(column));
    let rules: Vec<_> = rows.chain([otherwise]).collect();
    json!({ "hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rules })
}

/// The table as a graph of three nodes, compiled.
pub(crate) fn graph() -> Decision {
    let edge = |id: &str, from: &str, to: &str| json!({ "id": id, "type": "edge", "sourceId": from, "targetId": to });
    let graph = json!({
        "nodes": [
            { "id": "in", "name": "in", "type": "inputNode" },
            { "id": "table", "name": "table", "type": "decisionTableNode", "content": table("") },
            { "id": "out", "name": "out", "type": "outputNode" },
        ],
        "edges": [edge("a", "in", "table"), edge("b", "table", "out")],
    });
    let content: DecisionContent = serde_json::from_value(graph).unwrap();
    let mut decision = DecisionEngine::default().create_decision(content.into()).unwrap();
    decision.compile();
    decision
}

/// The table as a policy document, compiled.
pub(crate) fn policy() -> DecisionEngine {
    let property = |name: &str, kind: &str, array: bool| json!({ "id": name, "name": name, "type": kind, "array": array, "optional": false });
    let document = json!({ "blocks": [
        { "id": "model", "type": "dataModel", "props": { "data": { "name": "conversation", "properties": [
            property("channel", "string", false),
            property("language", "string", false),
            property("vip", "number", false),
            property("hour", "number", false),
            property("tags", "string", true),
            property("text", "string", false),
        ] } } },
        { "id": "table", "type": "decisionTable", "props": { "data": table("conversation.") } },
    ] });
    let content: DecisionContent = serde_json::from_value(document).unwrap();
    let loader = MemoryLoader::default();
    loader.add("table", content);
    let engine = DecisionEngine::default().with_loader(Arc::new(loader));
    let failures = engine.compile();
    assert!(failures.is_empty(), "{failures:?}");
    engine
}

/// What both look at.
pub(crate) fn facts(case: &Case) -> Value {
    json!({
        "channel": case.channel, "language": case.language, "vip": case.vip,
        "tags": case.tags, "hour": case.hour, "text": case.text,
    })
}

/// One decision of the graph.
pub(crate) fn decide_graph(graph: &Decision, facts: &Variable) -> Variable {
    run(graph.evaluate(facts.clone())).unwrap().result
}

/// One decision of the policy document.
pub(crate) fn decide_policy(engine: &DecisionEngine, facts: &Variable) -> Variable {
    run(engine.evaluate("table", facts.clone())).unwrap().result
}

/// A table awaits nothing, so the least of all executors will do.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

/// A result in names, to compare.
pub(crate) fn answer(result: &Variable) -> Answer {
    let group = result.dot("group").and_then(|group| group.as_str().map(ToOwned::to_owned)).unwrap();
    let priority = result.dot("priority").unwrap().to_value();
    (group, u8::try_from(priority.as_f64().unwrap() as i64).unwrap())
}
