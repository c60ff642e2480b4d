//! The reference of the script API as a page to read, made from the registry.

use super::registry::{ApiItem, ApiKind, ApiType, HOOKS, items};
use crate::limits;

/// The reference as a page of Markdown, in English with the Chinese beside it.
#[must_use]
pub fn reference_page() -> String {
    let mut page = Page::default();
    page.line("# What scripts can use 脚本参考");
    page.line("");
    page.line(
        "This page is generated from the registry that scripts run with; every example is a test. 本页由注册表生成,每个例子都是测试。",
    );
    page.line("");
    page.line(
        "A script is a file `rules/NN-name.rhai`. It defines one or more hooks, and constants; what a hook returns is all \
         that it does. Scripts are written in [Rhai](https://rhai.rs/book/), without clock, randomness, files, `eval`, \
         `import`, `this`, closures and `**`.",
    );
    page.line("");
    page.line("The examples look at this conversation: 例子中的会话:");
    page.line("");
    page.line(
        "> `我要退-款,VIP`, by the channel `website`, entry `售后`, language `zh`, tag `老客户`; a returning customer with VIP \
         level 2 and the attribute `plan` = `pro`; on Monday, 2 March 2026, 10:00.",
    );
    page.line("\n## Hooks 时机\n");
    for hook in &HOOKS {
        let parameters: Vec<&str> = hook.parameters.iter().map(|parameter| parameter.name).collect();
        page.line(&format!("### `fn {}({})`\n", hook.function, parameters.join(", ")));
        page.line(&format!("{}\n{}\n", hook.doc, hook.doc_zh));
        page.line(&format!("```rhai\n{}\n```\n", hook.example));
    }
    page.section("Effects 效果", |item| item.receiver.is_none() && item.returns == ApiType::Effects);
    page.line(
        "Every effect is also a method that goes on with the effects before it: `to_group(\"after-sales\").priority(5)`. \
         每个效果也可以接在前面的效果之后。\n",
    );
    for (title, receiver) in [
        ("`conversation` 会话", ApiType::Conversation),
        ("`message` 新消息", ApiType::Message),
        ("`customer` 客户", ApiType::Customer),
        ("`desk` 工作台", ApiType::Desk),
        ("Groups 客服组", ApiType::Group),
        ("`agent` 客服", ApiType::Agent),
        ("Texts 文字", ApiType::Text),
        ("Numbers 数字", ApiType::Number),
        ("Lists 列表", ApiType::List),
        ("Maps 映射", ApiType::Map),
    ] {
        page.section(title, |item| item.receiver == Some(receiver));
    }
    page.section("Functions 函数", |item| item.receiver.is_none() && item.returns != ApiType::Effects);
    page.line("## Limits 限制\n");
    for (what, most) in [
        ("operations of one call 每次调用的操作数", limits::SCRIPT_OPERATIONS_MAX as usize),
        ("functions waiting for one another 函数嵌套调用层数", limits::SCRIPT_CALL_LEVELS_MAX),
        ("expressions and blocks within one another 表达式嵌套层数", limits::SCRIPT_DEPTH_MAX),
        ("bytes of one text 单段文字字节数", limits::SCRIPT_STRING_BYTES_MAX),
        ("items of one list 列表元素数", limits::SCRIPT_ARRAY_LENGTH_MAX),
        ("entries of one map 映射条目数", limits::SCRIPT_MAP_SIZE_MAX),
        ("variables at one time 变量数", limits::SCRIPT_VARIABLES_MAX),
        ("functions of one script 函数个数", limits::SCRIPT_FUNCTIONS_MAX),
        ("lines printed by one call 每次调用打印的行数", limits::LOG_LINES_MAX),
    ] {
        page.line(&format!("- {most} {what}"));
    }
    page.line(
        "\nA script that goes over a limit or raises an error is skipped and told in the trace; the conversation goes on with \
         the next rule. 超限或出错的脚本会被跳过并记入分配日志,会话继续由后面的规则处理。",
    );
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn section(&mut self, title: &str, belongs: impl Fn(&ApiItem) -> bool) {
        self.line(&format!("## {title}\n"));
        for item in items().filter(|item| belongs(item)) {
            self.line(&format!("### `{}`\n", item.signature()));
            if !item.hooks.is_empty() && item.hooks.len() < 3 && item.kind != ApiKind::Function {
                let hooks: Vec<String> =
                    item.hooks.iter().map(|hook| format!("`{}`", hook.function())).collect();
                self.line(&format!("In {} only.", hooks.join(", ")));
            }
            self.line(&format!("{}\n{}\n", item.doc, item.doc_zh));
            self.line(&format!("```rhai\n{}  // {}\n```\n", item.example, item.result));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page in the repository is the one that the registry gives.
    #[test]
    fn the_page_in_docs_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/script-reference.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, reference_page()).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(page == reference_page(), "run `UPDATE_DOCS=1 cargo test -p pointsman-engine reference`");
    }

    #[test]
    fn every_item_is_on_the_page() {
        let page = reference_page();
        for item in items() {
            let chained = item.receiver == Some(ApiType::Effects);
            let signature = item.signature();
            assert!(chained || page.contains(&format!("### `{signature}`")), "{signature}");
        }
    }
}
