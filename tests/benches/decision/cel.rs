//! The table as a program of `cel`: one expression that gives the number of the row.

use std::sync::Arc;

use cel::{Context, Env, Program, Value};

use crate::cases::{Answer, Case, DEFAULT};

const PROGRAM: &str = "
    text.contains('投诉') || text.contains('12315') || text.contains('律师') || text.contains('曝光') ? 1 :
    '盗号' in tags ? 2 :
    vip >= 2 && (channel == 'app' || channel == 'miniprogram') ? 3 :
    language == 'en' && hour >= 9 && hour < 18 ? 4 :
    '已签收' in tags && (text.contains('退款') || text.contains('退货') || text.contains('换货')) ? 5 :
    channel == 'wechat' && (hour >= 22 || hour < 8) ? 6 :
    language == 'ja' ? 7 :
    vip >= 1 ? 8 : 0";

const ANSWERS: [(&str, u8); 9] = [
    DEFAULT,
    ("complaints", 9),
    ("security", 8),
    ("vip-desk", 7),
    ("english", 4),
    ("after-sales", 6),
    ("night-watch", 1),
    ("overseas", 3),
    ("presale", 2),
];

/// The program, compiled, and the environment it was compiled in.
pub(crate) fn program() -> (Program, Arc<Env>) {
    let environment = Arc::new(Env::stdlib());
    (environment.compile(PROGRAM).unwrap(), environment)
}

/// What the program looks at.
pub(crate) fn facts(case: &Case, environment: &Arc<Env>) -> Context<'static, 'static> {
    let mut facts = Context::with_env(Arc::clone(environment));
    facts.add_variable("channel", case.channel).unwrap();
    facts.add_variable("language", case.language).unwrap();
    facts.add_variable("vip", i64::from(case.vip)).unwrap();
    facts.add_variable("hour", i64::from(case.hour)).unwrap();
    facts.add_variable("tags", case.tags.clone()).unwrap();
    facts.add_variable("text", case.text).unwrap();
    facts
}

/// One decision.
pub(crate) fn decide(program: &Program, facts: &Context<'_, '_>) -> (&'static str, u8) {
    match program.execute(facts).unwrap() {
        Value::Int(row) => ANSWERS[usize::try_from(row).unwrap()],
        other => panic!("the program gave {other:?}"),
    }
}

/// The decision in names, to compare.
pub(crate) fn answer(program: &Program, facts: &Context<'_, '_>) -> Answer {
    let (group, priority) = decide(program, facts);
    (group.to_owned(), priority)
}
