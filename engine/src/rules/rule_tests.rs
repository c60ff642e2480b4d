//! Rule tests: given a conversation, does it go where the author expects?

use super::fallback::ends_at;
use super::{Hook, Plan, Ruleset, Situation, Target, Trigger};
use crate::desk::{Batch, Command, CommandBody, Desk, Event, Identity, Open, PlaceView};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::id::{AgentId, GroupId, RuleId, SkillId};
use crate::model::FallbackStep;
use crate::tenant::{RuleTest, TestDesk};
use crate::trace::{RuleFailure, RulesTrace, TraceLevel, TraceStep};

/// How one rule test went.
#[derive(Clone, Debug, PartialEq)]
pub struct TestOutcome {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Where it is written.
    pub span: Span,
    /// What is not as expected; empty: it passed.
    pub failures: Vec<Mismatch>,
    /// What the rules did, in full.
    pub trace: RulesTrace,
}

/// One thing that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Mismatch {
    /// The field of `[test.expect]`.
    pub field: &'static str,
    /// What it says.
    pub expected: String,
    /// What came out.
    pub got: String,
}

impl TestOutcome {
    /// Whether everything is as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// The finding of a test that failed.
    #[must_use]
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        let said: Vec<String> = self
            .failures
            .iter()
            .map(|failure| format!("{}: expected {}, got {}", failure.field, failure.expected, failure.got))
            .collect();
        let message = format!("the rule test `{}` does not hold: {}", self.name, said.join("; "));
        let help = "Change the rule or the test; `pointsman explain` shows what each rule did.";
        (!said.is_empty())
            .then(|| Diagnostic::new(Code::TestFailed, &self.file, Some(self.span), message).help(help))
    }
}

/// Runs rule tests, in order.
#[must_use]
pub fn run_tests(ruleset: &Ruleset, tests: &[RuleTest]) -> Vec<TestOutcome> {
    tests.iter().map(|test| run_test(ruleset, test)).collect()
}

fn run_test(ruleset: &Ruleset, test: &RuleTest) -> TestOutcome {
    if let Some(staged) = &test.desk {
        return run_on_desk(ruleset, test, staged);
    }
    let trigger = match test.hook {
        Hook::OnMessage => Trigger::Message,
        Hook::OnWait => Trigger::Waited(threshold(ruleset, test.waited_ms)),
        Hook::Route | Hook::Rank => Trigger::Opened,
    };
    let situation = Situation {
        trigger,
        entry: test.entry.clone(),
        language: test.language.clone(),
        vip: test.vip,
        returning: test.returning,
        attributes: test.attributes.clone(),
        tags: test.tags.clone(),
        ..Situation::opened(&test.text, test.channel, test.at)
    };
    let (verdict, plan) = situation.decide(ruleset, TraceLevel::Full);
    let stands = plan.clone().or_else(|| situation.plan_before(ruleset));
    let mut check = Check { ruleset, failures: Vec::new() };
    if let Some(stands) = &stands {
        check.plan(test, stands, &situation);
    }
    check.rules(test, &verdict.fired, &verdict.failures);
    let Check { failures, .. } = check;
    let trace = RulesTrace { trigger, revision: ruleset.revision(), rules: verdict.rules, plan };
    TestOutcome { name: test.name.clone(), file: test.file.clone(), span: test.span, failures, trace }
}

/// Lets the conversation in at the desk that the test describes.
fn run_on_desk(ruleset: &Ruleset, test: &RuleTest, staged: &TestDesk) -> TestOutcome {
    let mut desk = Desk::staged(ruleset, staged, test.at, test.returning);
    let identity = if test.returning { desk.staged_identity() } else { Identity::default() };
    let open = Open {
        channel: Some(test.channel),
        entry: test.entry.clone(),
        identity,
        vip: Some(test.vip),
        attributes: test.attributes.clone(),
        language: test.language.clone(),
        text: Some(test.text.clone()),
    };
    let mut batch = Batch::default();
    let command = Command { at: test.at, body: CommandBody::Open(open) };
    let refused = desk.handle(ruleset, &command, TraceLevel::Full, &mut batch).err();
    let opened = batch.events.iter().find_map(|record| match &record.event {
        Event::ConversationOpened { conversation, .. } => Some(*conversation),
        _ => None,
    });
    let mut check = Check { ruleset, failures: Vec::new() };
    if let Some(refusal) = refused {
        check.that(false, "desk", "a conversation".to_owned(), || refusal.to_string());
    }
    let mut trace =
        RulesTrace { trigger: Trigger::Opened, revision: ruleset.revision(), rules: Vec::new(), plan: None };
    let (mut fired, mut failures) = (Vec::new(), Vec::new());
    let its = batch.events.into_iter().filter(|record| record.event.conversation() == opened);
    for event in its.map(|record| record.event) {
        match event {
            Event::Routed { rules, plan, .. } if trace.plan.is_none() => {
                fired = rules;
                trace.plan = Some(Plan::clone(&plan));
            }
            Event::RuleFailed { rule, failure, .. } => failures.push((rule, failure)),
            _ => {}
        }
    }
    for one in batch.traces {
        if let TraceStep::Rules(rules) = one.step
            && Some(one.conversation) == opened
        {
            trace.rules = rules.rules;
            break;
        }
    }
    if let Some(plan) = &trace.plan {
        let situation = Situation {
            entry: test.entry.clone(),
            vip: test.vip,
            ..Situation::opened(&test.text, test.channel, test.at)
        };
        check.plan(test, plan, &situation);
    }
    check.rules(test, &fired, &failures);
    check.place(test, opened.and_then(|id| desk.conversation(id)).map(|view| view.place));
    let Check { failures, .. } = check;
    TestOutcome { name: test.name.clone(), file: test.file.clone(), span: test.span, failures, trace }
}

/// The last waiting time at which rules have run after `waited_ms`.
fn threshold(ruleset: &Ruleset, waited_ms: i64) -> i64 {
    let thresholds = &ruleset.directory().wait_thresholds_ms;
    thresholds.iter().copied().take_while(|ms| *ms <= waited_ms).last().unwrap_or(waited_ms)
}

struct Check<'r> {
    ruleset: &'r Ruleset,
    failures: Vec<Mismatch>,
}

impl Check<'_> {
    fn that(&mut self, holds: bool, field: &'static str, expected: String, got: impl FnOnce() -> String) {
        if !holds {
            self.failures.push(Mismatch { field, expected, got: got() });
        }
    }

    fn plan(&mut self, test: &RuleTest, plan: &Plan, situation: &Situation) {
        let (expect, ruleset) = (&test.expect, self.ruleset);
        let target = || describe_target(ruleset, &plan.target);
        if let Some(group) = expect.group {
            let is = match &plan.target {
                Target::Group(is) | Target::Agent { group: is, .. } => *is == group,
                _ => false,
            };
            self.that(is, "group", group_name(ruleset, group), target);
        }
        if let Some(agent) = expect.agent {
            let is = match &plan.target {
                Target::Agent { agent: is, .. } => *is == agent,
                _ => plan.prefer == Some(agent),
            };
            self.that(is, "agent", agent_name(ruleset, agent), target);
        }
        if let Some(away) = &expect.away {
            let is = match &plan.target {
                Target::Bot(name) => *away == FallbackStep::Bot(name.clone()),
                Target::LeaveMessage => *away == FallbackStep::LeaveMessage,
                Target::Ticket => *away == FallbackStep::Ticket,
                Target::Group(_) | Target::Agent { .. } => false,
            };
            let field = match away {
                FallbackStep::Bot(_) => "bot",
                FallbackStep::Ticket => "ticket",
                FallbackStep::LeaveMessage => "leave_message",
                FallbackStep::Group(_) => "group",
            };
            self.that(is, field, describe_step(ruleset, away), target);
        }
        if let Some(priority) = expect.priority {
            let is = plan.priority == priority;
            self.that(is, "priority", priority.to_string(), || plan.priority.to_string());
        }
        if let Some(tier) = expect.tier {
            let got = || plan.tier.map_or_else(|| "none".to_owned(), |tier| tier.to_string());
            self.that(plan.tier == Some(tier), "tier", tier.to_string(), got);
        }
        for tag in &expect.tags {
            let is = plan.tags.contains(tag) || test.tags.contains(tag);
            self.that(is, "tags", quoted(tag), || list(&plan.tags));
        }
        for tag in &expect.no_tags {
            let is = plan.tags.contains(tag) || test.tags.contains(tag);
            self.that(!is, "no_tags", format!("no {}", quoted(tag)), || list(&plan.tags));
        }
        for risk in &expect.risks {
            self.that(plan.risks.contains(risk), "risk", quoted(risk), || list(&plan.risks));
        }
        for skill in &expect.skills {
            let is = plan.skills.iter().any(|is| is.skill == skill.skill && is.level >= skill.level);
            let name = |skill: SkillId| {
                ruleset.directory().skill(skill).map_or_else(|| skill.to_string(), |s| s.slug.clone())
            };
            let asked = || {
                let asked = plan.skills.iter().map(|is| format!("{} {}", name(is.skill), is.level));
                list(&asked.collect::<Vec<_>>())
            };
            self.that(is, "skills", format!("{} {}", name(skill.skill), skill.level), asked);
        }
        if let Some(reply) = &expect.reply {
            self.that(plan.replies.contains(reply), "reply", quoted(reply), || list(&plan.replies));
        }
        if let Some(fallback) = &expect.fallback {
            let end = situation.look(ruleset, |facts| {
                let is_open =
                    |hours: crate::id::HoursId| facts.hours_open.get(hours.index()).copied().unwrap_or(false);
                ends_at(ruleset.directory(), plan, &is_open)
            });
            let expected = describe_step(ruleset, fallback);
            self.that(end == *fallback, "fallback", expected, || describe_step(ruleset, &end));
        }
    }

    fn place(&mut self, test: &RuleTest, place: Option<PlaceView<'_>>) {
        let (expect, ruleset) = (&test.expect, self.ruleset);
        let got = || match &place {
            Some(PlaceView::Assigned { agent, group, .. }) => {
                format!("{} in {}", agent_name(ruleset, *agent), group_name(ruleset, *group))
            }
            Some(PlaceView::Queued { group, .. }) => format!("waits for {}", group_name(ruleset, *group)),
            Some(PlaceView::Bot { name }) => format!("bot:{name}"),
            Some(PlaceView::Fallback { kind }) => describe_step(ruleset, kind),
            Some(PlaceView::BeingPlaced) | None => "nowhere".to_owned(),
        };
        if let Some(agent) = expect.assigned {
            let is = matches!(&place, Some(PlaceView::Assigned { agent: is, .. }) if *is == agent);
            self.that(is, "assigned", agent_name(ruleset, agent), got);
        }
        if let Some(group) = expect.waits_for {
            let is = matches!(&place, Some(PlaceView::Queued { group: is, .. }) if *is == group);
            self.that(is, "waits_for", group_name(ruleset, group), got);
        }
        if let Some(step) = &expect.fell_back {
            let is = match &place {
                Some(PlaceView::Bot { name }) => *step == FallbackStep::Bot((*name).to_owned()),
                Some(PlaceView::Fallback { kind }) => *kind == step,
                _ => false,
            };
            self.that(is, "fell_back", describe_step(ruleset, step), got);
        }
    }

    fn rules(&mut self, test: &RuleTest, fired: &[RuleId], failures: &[(RuleId, RuleFailure)]) {
        let slug =
            |rule: &RuleId| self.ruleset.rule(*rule).map_or_else(String::new, |rule| rule.slug.clone());
        let fired: Vec<String> = fired.iter().map(slug).collect();
        if let Some(rule) = &test.expect.rule {
            // A rule that failed says nothing, and the reason is what its author looks for.
            let failed = failures.iter().find(|(failed, _)| slug(failed) == *rule);
            let got = || match failed {
                Some((_, failure)) => format!("it failed: {}", failure.message),
                None => list(&fired),
            };
            self.that(fired.contains(rule), "rule", quoted(rule), got);
        }
        if let Some(rule) = &test.expect.not_rule {
            let expected = format!("not {}", quoted(rule));
            self.that(!fired.contains(rule), "not_rule", expected, || list(&fired));
        }
    }
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

fn list(texts: &[String]) -> String {
    if texts.is_empty() {
        return "none".to_owned();
    }
    texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
}

fn group_name(ruleset: &Ruleset, group: GroupId) -> String {
    ruleset.directory().group(group).map_or_else(|| group.to_string(), |group| group.slug.clone())
}

fn agent_name(ruleset: &Ruleset, agent: AgentId) -> String {
    ruleset.directory().agent(agent).map_or_else(|| agent.to_string(), |agent| agent.slug.clone())
}

fn describe_target(ruleset: &Ruleset, target: &Target) -> String {
    match target {
        Target::Group(group) => group_name(ruleset, *group),
        Target::Agent { agent, group } => {
            format!("{} in {}", agent_name(ruleset, *agent), group_name(ruleset, *group))
        }
        Target::Bot(name) => format!("bot:{name}"),
        Target::LeaveMessage => "leave-message".to_owned(),
        Target::Ticket => "ticket".to_owned(),
    }
}

fn describe_step(ruleset: &Ruleset, step: &FallbackStep) -> String {
    match step {
        FallbackStep::Group(group) => format!("group:{}", group_name(ruleset, *group)),
        FallbackStep::Bot(name) => format!("bot:{name}"),
        FallbackStep::LeaveMessage => "leave-message".to_owned(),
        FallbackStep::Ticket => "ticket".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        AFTER_SALES, GENERAL, MONDAY, REFUND, VIP_DESK, WANG_FANG, WEBSITE, any_of, gives, rule, ruleset,
        script,
    };
    use super::super::{Effect, Guard};
    use super::*;
    use crate::model::SkillLevel;
    use crate::tenant::Expectation;

    fn test(text: &str, hook: Hook, waited_ms: i64, expect: Expectation) -> RuleTest {
        RuleTest {
            name: text.to_owned(),
            file: "tests/a.toml".to_owned(),
            span: Span::of("", 0..0),
            hook,
            waited_ms,
            at: MONDAY,
            text: text.to_owned(),
            channel: WEBSITE,
            entry: None,
            language: None,
            vip: 0,
            returning: false,
            attributes: Default::default(),
            tags: vec!["老客户".to_owned()],
            desk: None,
            expect,
        }
    }

    fn sample() -> Ruleset {
        let asked = SkillLevel { skill: REFUND, level: 3 };
        let refund = [
            Effect::ToGroup(AFTER_SALES),
            Effect::ToAgent(WANG_FANG),
            Effect::Priority(5),
            Effect::Tier(2),
            Effect::Tag("退款".to_owned()),
            Effect::FlagRisk("投诉".to_owned()),
            Effect::RequireSkill(asked),
            Effect::Reply("您好".to_owned()),
        ];
        let urgent = rule(
            "20-urgent",
            &[Hook::OnMessage, Hook::OnWait],
            Guard::default(),
            gives(&[Effect::Priority(9)]),
        );
        let bot =
            rule("30-bot", &[Hook::Route], any_of(&["机器人"]), gives(&[Effect::ToBot("faq".to_owned())]));
        let broken =
            script("40-broken", "fn route(conversation, customer, desk) { to_group(\"vip\" + \"x\") }");
        ruleset(vec![
            rule("10-refund", &[Hook::Route], any_of(&["退款"]), gives(&refund)),
            urgent,
            bot,
            broken,
        ])
    }

    /// The fields that do not hold.
    fn failed(test: RuleTest) -> Vec<&'static str> {
        let outcome = run_tests(&sample(), &[test]).remove(0);
        assert_eq!(outcome.passed(), outcome.diagnostic().is_none());
        outcome.failures.iter().map(|failure| failure.field).collect()
    }

    #[test]
    fn every_expectation_holds_and_fails() {
        let texts = |text: &str| vec![text.to_owned()];
        let skill = |level| vec![SkillLevel { skill: REFUND, level }];
        let right = Expectation {
            group: Some(AFTER_SALES),
            agent: Some(WANG_FANG),
            priority: Some(5),
            tier: Some(2),
            tags: vec!["退款".to_owned(), "老客户".to_owned()],
            no_tags: texts("发票"),
            risks: texts("投诉"),
            skills: skill(2),
            away: None,
            reply: Some("您好".to_owned()),
            rule: Some("10-refund".to_owned()),
            not_rule: Some("30-bot".to_owned()),
            fallback: Some(FallbackStep::LeaveMessage),
            ..Expectation::default()
        };
        assert!(failed(test("我要退款", Hook::Route, 0, right)).is_empty());
        let wrong = Expectation {
            group: Some(VIP_DESK),
            agent: Some(AgentId(1)),
            priority: Some(4),
            tier: Some(1),
            tags: texts("发票"),
            no_tags: texts("退款"),
            risks: texts("x"),
            skills: skill(4),
            away: Some(FallbackStep::Ticket),
            reply: Some("x".to_owned()),
            rule: Some("30-bot".to_owned()),
            not_rule: Some("10-refund".to_owned()),
            fallback: Some(FallbackStep::Ticket),
            ..Expectation::default()
        };
        let all = [
            "group", "agent", "ticket", "priority", "tier", "tags", "no_tags", "risk", "skills", "reply",
            "fallback", "rule", "not_rule",
        ];
        assert_eq!(failed(test("我要退款", Hook::Route, 0, wrong)), all);
    }

    #[test]
    fn later_hooks_stand_on_what_was_decided_before() {
        let expect = Expectation { group: Some(AFTER_SALES), priority: Some(9), ..Expectation::default() };
        assert!(failed(test("我要退款", Hook::OnWait, 90_000, expect.clone())).is_empty(), "after its 60 s");
        assert_eq!(failed(test("我要退款", Hook::OnWait, 30_000, expect)), ["priority"], "not yet");
        let expect = Expectation { group: Some(GENERAL), priority: Some(9), ..Expectation::default() };
        assert!(failed(test("我要退款", Hook::OnMessage, 0, expect)).is_empty());
    }

    #[test]
    fn a_rule_that_fails_is_only_missed_by_the_test_that_wants_it() {
        assert!(failed(test("你好", Hook::Route, 0, Expectation::default())).is_empty());
        let expect = Expectation { rule: Some("40-broken".to_owned()), ..Expectation::default() };
        let outcome = run_tests(&sample(), &[test("你好", Hook::Route, 0, expect)]).remove(0);
        assert_eq!(outcome.failures[0].got, "it failed: unknown group `vipx`");
    }
}
