//! What the lint finds, at the right place, and what it leaves alone.

use std::sync::Arc;

use super::super::fixture;
use super::*;
use crate::diagnostic::{Code, Diagnostic};
use crate::rules::names::Names;

fn findings(source: &str) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let names = Arc::new(Names::new(&fixture::directory()));
    Script::compile("rules/10.rhai", source, &names, &mut diagnostics);
    diagnostics
}

/// Each line of the source ends in what is expected there: `//! CODE underlined text [-> meant]`, more than one with
/// ` + ` between.
#[track_caller]
fn check(source: &str) {
    let mut expected = Vec::new();
    for (line, text) in (1u32..).zip(source.lines()) {
        let Some((_, marks)) = text.split_once("//! ") else { continue };
        for mark in marks.split(" + ") {
            let (code, rest) = mark.split_once(' ').unwrap();
            let (underlined, meant) = match rest.split_once(" -> ") {
                Some((underlined, meant)) => (underlined, Some(meant.to_owned())),
                None => (rest, None),
            };
            expected.push((line, code.to_owned(), underlined.trim().to_owned(), meant));
        }
    }
    let found: Vec<_> = findings(source)
        .into_iter()
        .map(|finding| {
            let span = finding.span.unwrap();
            let text = &source[span.start_byte as usize..span.end_byte as usize];
            (span.line, finding.code.as_str().to_owned(), text.to_owned(), finding.did_you_mean)
        })
        .collect();
    assert_eq!(found, expected, "{:#?}", findings(source));
}

/// The same for the body of `route`.
#[track_caller]
fn check_body(body: &str) {
    check(&format!("fn route(conversation, customer, desk) {{\n{body}\n}}"));
}

#[test]
fn names_that_do_not_exist_are_found_wherever_a_name_is_expected() {
    check_body(
        "if conversation.channel == \"web-site\" { return to_group(\"after-sale\"); } //! R205 \"web-site\" -> website + R202 \"after-sale\" -> after-sales\n\
         if \"退款组\" != conversation.group { return to_agent(\"wang-fan\"); } //! R202 \"退款组\" + R203 \"wang-fan\" -> wang-fang\n\
         if customer.last_agent == \"nobody\" { return prefer_agent(\"li-na\"); } //! R203 \"nobody\"\n\
         if desk.is_open(\"bussiness\") { return tag(\"营业🙂\").require_skill(\"refunds\", 3); } //! R206 \"bussiness\" -> business + R204 \"refunds\" -> refund\n\
         if desk.group(\"vip\").waiting > 3 { return tag(\"a\").to_group(\"general\"); } //! R202 \"vip\"\n\
         if conversation.channel in [\"app\", \"ap\"] { return require_skill(\"invoice\"); } //! R205 \"ap\" -> app",
    );
}

#[test]
fn names_are_followed_through_variables_constants_and_helpers() {
    check(
        "const TARGET = to_group(\"aftersales\"); //! R202 \"aftersales\" -> after-sales\n\
         fn busy(d, name) { d.group(name).waitin > 3 } //! R303 waitin -> waiting\n\
         fn far(c) { near(c) }\n\
         fn near(c) { c.chanel == \"app\" } //! R303 chanel -> channel\n\
         fn any(x) { x.whatever }\n\
         fn route(conversation, customer, desk) {\n\
           let group = desk.group(\"general\");\n\
           let channel = conversation.channel;\n\
           any(1); any(\"x\");\n\
           if channel == \"app1\" || group.avail > 0 || far(conversation) { return TARGET; } //! R205 \"app1\" -> app + R303 avail\n\
           if busy(desk, \"general\") { return to_group(group.name); }\n\
         }",
    );
}

#[test]
fn properties_and_functions_that_do_not_exist_are_found_with_what_was_meant() {
    check_body(
        "print(conversation.txt); //! R303 txt -> text\n\
         print(customer.VIP); //! R303 VIP\n\
         print(conversation.has_tags(\"a\")); //! R302 has_tags -> has_tag\n\
         print(conversation.has_tag); //! R303 has_tag\n\
         print(conversation.text.len); //! R303 len\n\
         print(desk.hour()); //! R302 hour\n\
         print(conversation.text.tolower()); //! R302 tolower -> to_lower\n\
         print(conversation.tags.contians(\"a\")); //! R302 contians -> contains\n\
         let x = #{ a: 1 }; print(x.anything); print(x.a.len());\n\
         return to_gruop(\"general\"); //! R302 to_gruop -> to_group",
    );
}

#[test]
fn calls_with_the_wrong_number_of_arguments_are_found() {
    check(
        "fn helper(a, b) { a + b }\n\
         fn route(conversation, customer, desk) {\n\
           print(helper(1)); //! R304 helper\n\
           print(conversation.has_tag()); //! R304 has_tag\n\
           print(desk.group(\"general\", 1)); //! R304 group\n\
           return to_group().priority(1, 2); //! R304 to_group + R304 priority\n\
         }",
    );
}

#[test]
fn variables_that_do_not_exist_are_found() {
    check(
        "const LIMIT = 3;\n\
         fn helper() { conversation.text } //! R306 conversation\n\
         fn route(conversation, customer, desk) {\n\
           let count = 0;\n\
           for tag in conversation.tags { count += 1; let inner = tag; }\n\
           print(inner); //! R306 inner\n\
           print(helper());\n\
           if cout > LIMIT { return tag(`${coun}`); } //! R306 cout -> count + R306 coun -> count\n\
           try { throw 1 } catch (error) { print(error) }\n\
         }",
    );
}

#[test]
fn hooks_must_be_there_with_their_parameters() {
    check("fn helper() { 1 } //! R305 f");
    check("fn on_mesage(conversation, message, customer, desk) { } //! R305 on_mesage -> on_message");
    check("fn route(conversation) { } //! R305 route");
    check(
        "fn rank(conversation, customer, desk) { 1 } //! R305 rank\nfn route(customer, conversation, desk) { } //! R305 route",
    );
    assert!(findings("fn route(c, who, d) { to_group(\"general\") }").is_empty(), "the names are free");
}

#[test]
fn nothing_but_functions_and_constants_stands_outside() {
    check(
        "const A = 1;\nlet b = 2; //! R307 l\nprint(1); //! R307 p\nfn route(conversation, customer, desk) { }",
    );
    check_body("this.x //! R307 this");
}

#[test]
fn a_rule_is_one_file() {
    for source in ["import \"other\" as other;", "fn route(conversation, customer, desk) { other::route() }"]
    {
        let found = findings(source);
        assert_eq!(found[0].code, Code::ScriptSyntax, "{source}: {found:?}");
    }
}

#[test]
fn what_can_only_be_read_is_not_set() {
    check_body(
        "conversation.priority = 5; //! R303 priority\nlet x = #{}; x.priority = 5; customer.vip += 1; //! R303 vip",
    );
}

#[test]
fn effects_that_nobody_takes_are_warned_about() {
    check_body(
        "to_group(\"general\"); //! R308 to_group\n\
         if customer.vip > 1 { tag(\"vip\").priority(3); } //! R308 tag\n\
         for tag in conversation.tags { flag_risk(tag); } //! R308 flag_risk\n\
         let effects = tag(\"a\"); effects.tag(\"b\");\n\
         if customer.vip > 2 { return effects; }\n\
         if customer.vip > 1 { priority(5); } else { priority(1) }",
    );
    let (ruleset, found) = fixture::compile(vec![fixture::script(
        "10-lost",
        "fn route(conversation, customer, desk) { tag(\"a\"); priority(3) }",
    )]);
    assert_eq!(found.len(), 1);
    assert!(ruleset.is_some(), "a warning does not block");
}

#[test]
fn columns_count_characters_behind_chinese_and_emoji() {
    let source = "fn route(conversation, customer, desk) {\n    let a = \"退款🙂é\"; /* 注释👍 */ return to_group(\"售后\");\n}";
    let found = findings(source);
    let span = found[0].span.unwrap();
    assert_eq!((span.line, span.column, span.end_column), (2, 47, 51));
    assert_eq!(&source[span.start_byte as usize..span.end_byte as usize], "\"售后\"");
    let crlf = source.replace('\n', "\r\n");
    let span = findings(&crlf)[0].span.unwrap();
    assert_eq!((span.line, span.column), (2, 47));
    assert_eq!(&crlf[span.start_byte as usize..span.end_byte as usize], "\"售后\"");
}

#[test]
fn a_syntax_error_is_one_finding_at_its_place() {
    check_body("let x = ; //! R301 ;");
    let found = findings("fn route(conversation, customer, desk) {\n  if true { \n");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, Code::ScriptSyntax);
}

#[test]
fn a_source_over_rhais_numbers_is_refused() {
    let lines = format!("fn route(conversation, customer, desk) {{ }}{}", "\n".repeat(65_536));
    assert_eq!(findings(&lines)[0].code, Code::ScriptLimit);
    let columns = format!("// {}\nfn route(conversation, customer, desk) {{ }}", "款".repeat(65_536));
    let found = findings(&columns);
    assert_eq!((found[0].code, found[0].span.unwrap().line), (Code::ScriptLimit, 1));
}

#[test]
fn every_finding_of_a_file_is_reported_at_once() {
    let source = "fn route(conversation, customer, desk) {\n    if conversation.chanel == \"webiste\" && custmer.vip > 1 {\n        \
                  return to_gruop(\"x\").priorty(3);\n    }\n    return tag();\n}";
    let codes: Vec<_> = findings(source).iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["R303", "R306", "R302", "R302", "R304"]);
}
