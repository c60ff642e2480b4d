//! One evaluation: the rules in order, their effects folded into one answer.

use std::sync::Arc;

use super::guard::{CompiledGuard, Words};
use super::reading::Calls;
use super::ruleset::{Body, Rule};
use super::scene::Scene;
use super::{Effect, Facts, RuleCall, Ruleset, Verdict};
use crate::id::RuleId;
use crate::limits;
use crate::trace::{
    EffectTrace, MatchedText, RuleFailure, RuleFailureKind, RuleOutcome, RuleTrace, TraceLevel,
};

impl Ruleset {
    /// Runs every rule that subscribes to the trigger's hook, in order. Rules for which `is_switched_off` holds
    /// (their breaker is open) are passed over. Never fails: a rule that does is part of the verdict.
    pub fn evaluate(
        &self,
        facts: &Facts<'_>,
        is_switched_off: &dyn Fn(RuleId) -> bool,
        level: TraceLevel,
    ) -> Verdict {
        let mut run = Run {
            verdict: Verdict::default(),
            words: Words::new(self.keywords(), level > TraceLevel::Off),
            scene: None,
            stopped_by: None,
            level,
        };
        for rule in self.rules_on(facts.trigger) {
            if let Some(by) = run.stopped_by {
                if level < TraceLevel::Full {
                    break;
                }
                run.trace(rule, RuleOutcome::Stopped { by });
            } else if !rule.guard.holds(facts, &mut run.words) {
                if level == TraceLevel::Full
                    && let Some(failed) = rule.guard.first_failed(facts, &mut run.words)
                {
                    let outcome = RuleOutcome::GuardFailed(failed.to_string());
                    let mut trace = rule_trace(rule, outcome);
                    trace.matched = run.matched(&rule.guard, facts);
                    run.verdict.rules.push(trace);
                }
            } else if is_switched_off(rule.info.id) {
                if level > TraceLevel::Off {
                    run.trace(rule, RuleOutcome::BreakerOpen);
                }
            } else {
                match &rule.body {
                    Body::Effects(effects) => run.give(rule, facts, effects.iter(), Used::default()),
                    Body::Script(script) => {
                        let Some(scenes) = &self.scenes else { continue };
                        let scene = run.scene.get_or_insert_with(|| scenes.scene(facts));
                        let answered = script.answer(facts.trigger.hook(), scene, false);
                        run.answered(rule, facts, answered);
                    }
                    Body::Module { module, limits } => {
                        let Some(scenes) = &self.scenes else { continue };
                        let scene = run.scene.get_or_insert_with(|| scenes.scene(facts));
                        let answered = module.answer(facts, scene, *limits, false);
                        run.answered(rule, facts, answered);
                    }
                }
            }
        }
        run.verdict
    }
}

/// What a script or a module answered: effects, or scores to `rank`.
#[derive(Debug)]
pub(super) struct Answered<T = Vec<Effect>> {
    /// The answer, or how it failed.
    pub(super) result: Result<T, RuleFailure>,
    /// Operations of a script, fuel of a module.
    pub(super) cost: u64,
    /// The most linear memory that a module had.
    pub(super) memory_bytes: u64,
    /// What it printed.
    pub(super) log: Vec<String>,
    /// What it called, where that was asked for.
    pub(super) calls: Calls,
}

/// What a rule used up and left behind.
#[derive(Debug, Default)]
struct Used {
    cost: u64,
    memory_bytes: u64,
    log: Vec<String>,
}

/// An evaluation under way.
struct Run<'r> {
    verdict: Verdict,
    words: Words<'r>,
    /// The facts as scripts and modules see them, once one has run.
    scene: Option<Arc<Scene>>,
    stopped_by: Option<RuleId>,
    level: TraceLevel,
}

impl Run<'_> {
    fn answered(&mut self, rule: &Rule, facts: &Facts<'_>, answered: Answered) {
        let Answered { result, cost, memory_bytes, log, .. } = answered;
        let used = Used { cost, memory_bytes, log };
        let failures = self.verdict.failures.len();
        match result {
            Ok(effects) => self.give(rule, facts, effects.iter(), used),
            Err(failure) => self.fail(rule, failure, used),
        }
        let failed = self.verdict.failures.get(failures).map(|(_, failure)| failure.kind);
        let (rule, hook) = (rule.info.id, facts.trigger.hook());
        self.verdict.calls.push(RuleCall { rule, hook, cost, memory_bytes, failed });
    }

    /// Folds the effects of a rule in: all of them, or none where they would be too many.
    fn give<'e>(
        &mut self,
        rule: &Rule,
        facts: &Facts<'_>,
        effects: impl Iterator<Item = &'e Effect> + Clone,
        used: Used,
    ) {
        if let Some(message) = self.verdict.answer.overflow(effects.clone()) {
            let failure = RuleFailure { kind: RuleFailureKind::BadAnswer, message, line: 0, column: 0 };
            self.fail(rule, failure, used);
            return;
        }
        let mut traced = Vec::new();
        let mut any = false;
        for effect in effects {
            any = true;
            let overridden_by = self.verdict.answer.fold(rule.info.id, effect);
            if *effect == Effect::Stop {
                self.stopped_by = Some(rule.info.id);
            }
            if self.level > TraceLevel::Off {
                traced.push(EffectTrace { effect: effect.clone(), overridden_by });
            }
        }
        if any {
            self.verdict.fired.push(rule.info.id);
        }
        let keep = match self.level {
            TraceLevel::Off => false,
            TraceLevel::Summary => any || !used.log.is_empty(),
            TraceLevel::Full => true,
        };
        if keep {
            let outcome = if any { RuleOutcome::Matched } else { RuleOutcome::NoEffect };
            let matched = self.matched(&rule.guard, facts);
            let trace = rule_trace(rule, outcome);
            self.verdict.rules.push(RuleTrace {
                matched,
                effects: traced,
                cost: used.cost,
                memory_bytes: used.memory_bytes,
                log: used.log,
                ..trace
            });
        }
    }

    fn fail(&mut self, rule: &Rule, failure: RuleFailure, used: Used) {
        if self.level > TraceLevel::Off {
            let trace = rule_trace(rule, RuleOutcome::Failed(failure.clone()));
            let Used { cost, memory_bytes, log } = used;
            self.verdict.rules.push(RuleTrace { cost, memory_bytes, log, ..trace });
        }
        self.verdict.failures.push((rule.info.id, failure));
    }

    fn trace(&mut self, rule: &Rule, outcome: RuleOutcome) {
        self.verdict.rules.push(rule_trace(rule, outcome));
    }

    /// The first place of each of the guard's keywords, in order of the text.
    fn matched(&self, guard: &CompiledGuard, facts: &Facts<'_>) -> Vec<MatchedText> {
        let (Some(keywords), Some(found)) = (guard.keywords(), self.words.so_far()) else {
            return Vec::new();
        };
        let mut seen = Vec::new();
        let mut matched = Vec::new();
        for hit in &found.hits {
            let Some(keyword) = keywords.spelling(hit.keyword) else { continue };
            if seen.contains(&hit.keyword) || matched.len() == limits::TRACED_MATCHES_MAX {
                continue;
            }
            seen.push(hit.keyword);
            let text = facts.original_text.get(hit.start as usize..hit.end as usize).unwrap_or_default();
            matched.push(MatchedText {
                keyword: keyword.to_owned(),
                text: text.to_owned(),
                start: hit.start,
                end: hit.end,
            });
        }
        matched.sort_by_key(|matched| (matched.start, matched.end));
        matched
    }
}

fn rule_trace(rule: &Rule, outcome: RuleOutcome) -> RuleTrace {
    RuleTrace {
        rule: rule.info.id,
        outcome,
        matched: Vec::new(),
        effects: Vec::new(),
        cost: 0,
        memory_bytes: 0,
        log: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{
        AFTER_SALES, APP, BUSINESS, GENERAL, MONDAY, REFUND, VIP_DESK, WANG_FANG, WEBSITE, any_of, gives,
        keyword, opened, rule, ruleset,
    };
    use super::super::{Answer, Destination, Guard, Hook, Plan, PlanSource, RuleSource, Situation, Target};
    use super::super::{KeywordCondition, Matching, Trigger};
    use super::*;
    use crate::model::SkillLevel;
    use crate::time::Timestamp;

    const FIRST: RuleId = RuleId(0);
    const SECOND: RuleId = RuleId(1);

    fn routed(when: Guard, effects: &[Effect]) -> RuleSource {
        rule("10-rule", &[Hook::Route], when, gives(effects))
    }

    fn plan(rules: Vec<RuleSource>, situation: &Situation) -> Plan {
        situation.decide(&ruleset(rules), TraceLevel::Off).1.unwrap()
    }

    #[track_caller]
    fn check_guard(guard: Guard, holds: &Situation, fails: &Situation, name: &str) {
        let rules = ruleset(vec![routed(guard, &[Effect::ToGroup(VIP_DESK)])]);
        let (verdict, _) = holds.decide(&rules, TraceLevel::Full);
        assert_eq!(verdict.rules[0].outcome, RuleOutcome::Matched, "should hold");
        let (verdict, _) = fails.decide(&rules, TraceLevel::Full);
        assert_eq!(verdict.rules[0].outcome, RuleOutcome::GuardFailed(name.to_owned()));
        assert!(verdict.fired.is_empty() && verdict.answer.is_empty());
    }

    #[test]
    fn every_condition_holds_and_fails_by_its_name() {
        let base = opened("我要退款");
        let guard = Guard::default;
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let channel = Guard { channels: vec![APP], ..guard() };
        check_guard(channel, &Situation { channel: APP, ..base.clone() }, &base, "channel");
        let entry = Guard { entries: texts(&["售后"]), ..guard() };
        check_guard(entry, &Situation { entry: Some("售后".to_owned()), ..base.clone() }, &base, "entry");
        let language = Guard { languages: texts(&["zh"]), ..guard() };
        let speaks = |language: &str| Situation { language: Some(language.to_owned()), ..base.clone() };
        check_guard(language.clone(), &speaks("zh-tw"), &speaks("zha"), "language");
        check_guard(language, &speaks("zh"), &base, "language");
        let vip = |vip| Situation { vip, ..base.clone() };
        check_guard(Guard { vip_min: Some(2), ..guard() }, &vip(2), &vip(1), "vip_min");
        check_guard(Guard { vip_max: Some(2), ..guard() }, &vip(2), &vip(3), "vip_max");
        let back = Situation { returning: true, ..base.clone() };
        check_guard(Guard { returning: Some(true), ..guard() }, &back, &base, "returning");
        check_guard(Guard { returning: Some(false), ..guard() }, &base, &back, "returning");
        let tagged = |tags: &[&str]| Situation { tags: texts(tags), ..base.clone() };
        let tags_any = Guard { tags_any: texts(&["a", "b"]), ..guard() };
        check_guard(tags_any, &tagged(&["b"]), &tagged(&["c"]), "tags_any");
        let tags_all = Guard { tags_all: texts(&["a", "b"]), ..guard() };
        check_guard(tags_all, &tagged(&["b", "a"]), &tagged(&["a"]), "tags_all");
        let tags_none = Guard { tags_none: texts(&["a"]), ..guard() };
        check_guard(tags_none, &tagged(&["b"]), &tagged(&["a"]), "tags_none");
        let evening = Situation { at: Timestamp(MONDAY.0 + 10 * 3_600_000), ..base.clone() };
        check_guard(Guard { hours_open: Some(BUSINESS), ..guard() }, &base, &evening, "hours");
        check_guard(Guard { hours_closed: Some(BUSINESS), ..guard() }, &evening, &base, "hours_closed");
        let attributes = [("plan".to_owned(), texts(&["pro", "enterprise"]))].into();
        let plan = |plan: &str| Situation {
            attributes: [("plan".to_owned(), plan.to_owned())].into(),
            ..base.clone()
        };
        let guarded = Guard { attributes, ..guard() };
        check_guard(guarded.clone(), &plan("pro"), &plan("free"), "attributes.plan");
        check_guard(guarded, &plan("enterprise"), &base, "attributes.plan");
        let in_group = Situation { group: Some(GENERAL), ..base.clone() };
        check_guard(Guard { groups: vec![GENERAL], ..guard() }, &in_group, &base, "group");
        check_guard(any_of(&["退款", "退货"]), &base, &opened("你好"), "keywords.any");
        let keywords = |any: &[&str], all: &[&str], none: &[&str]| {
            let list = |texts: &[&str]| texts.iter().map(|text| keyword(text)).collect();
            let condition = KeywordCondition {
                any: list(any),
                all: list(all),
                none: list(none),
                skip_separators: true,
                ..KeywordCondition::default()
            };
            Guard { keywords: Some(condition), ..guard() }
        };
        let all = keywords(&[], &["退款", "发票"], &[]);
        check_guard(all, &opened("發票和退-款"), &base, "keywords.all");
        let none = keywords(&["退款"], &[], &["退款政策"]);
        check_guard(none, &base, &opened("退款政策是什么"), "keywords.none");
    }

    #[test]
    fn distinct_keywords_must_reach_the_weight() {
        let mut guard = any_of(&["差评", "投诉", "曝光", "12315"]);
        let condition = guard.keywords.as_mut().unwrap();
        condition.weight_min = 3;
        condition.any[3].weight = 3;
        check_guard(guard.clone(), &opened("投诉差评曝光"), &opened("投诉投诉投诉"), "keywords.any");
        check_guard(guard, &opened("打12315"), &opened("投诉曝光"), "keywords.any");
    }

    #[test]
    fn the_same_keyword_in_two_spellings_counts_once() {
        let mut guard = any_of(&["发票", "發票", "發-票", "退款"]);
        guard.keywords.as_mut().unwrap().weight_min = 2;
        check_guard(guard, &opened("退款发票"), &opened("发票發票"), "keywords.any");
    }

    #[test]
    fn the_first_rule_that_sets_a_thing_wins_and_the_other_is_told_so() {
        let first = routed(Guard::default(), &[Effect::ToGroup(AFTER_SALES), Effect::Tag("a".to_owned())]);
        let second = routed(
            Guard::default(),
            &[
                Effect::ToGroup(VIP_DESK),
                Effect::Priority(5),
                Effect::Tag("b".to_owned()),
                Effect::Tag("a".to_owned()),
            ],
        );
        let rules = ruleset(vec![first, second]);
        let (verdict, plan) = opened("x").decide(&rules, TraceLevel::Summary);
        assert_eq!(verdict.answer.destination, Some((Destination::Group(AFTER_SALES), FIRST)));
        assert_eq!(verdict.answer.priority, Some((5, SECOND)));
        assert_eq!(verdict.answer.tags, ["a", "b"]);
        assert_eq!(verdict.fired, [FIRST, SECOND]);
        assert_eq!(verdict.rules[1].effects[0].overridden_by, Some(FIRST));
        assert_eq!(verdict.rules[1].effects[1].overridden_by, None);
        assert_eq!(plan.unwrap().source, PlanSource::Rule(FIRST));
    }

    #[test]
    fn an_agent_and_a_bot_exclude_each_other_whichever_came_first() {
        let agent = || routed(Guard::default(), &[Effect::ToAgent(WANG_FANG)]);
        let bot = || routed(Guard::default(), &[Effect::ToBot("faq".to_owned())]);
        let group = || routed(Guard::default(), &[Effect::ToGroup(VIP_DESK)]);
        let (verdict, plan) = opened("x").decide(&ruleset(vec![agent(), bot()]), TraceLevel::Full);
        assert_eq!(verdict.rules[1].effects[0].overridden_by, Some(FIRST));
        assert_eq!(plan.unwrap().target, Target::Agent { agent: WANG_FANG, group: GENERAL });
        let (verdict, plan) = opened("x").decide(&ruleset(vec![bot(), agent()]), TraceLevel::Full);
        assert_eq!(verdict.rules[1].effects[0].overridden_by, Some(FIRST));
        assert_eq!(plan.unwrap().target, Target::Bot("faq".to_owned()));
        let directed = plan_of(vec![agent(), group()]);
        assert_eq!(directed.target, Target::Agent { agent: WANG_FANG, group: VIP_DESK });
        assert_eq!(plan_of(vec![group(), agent()]).target, directed.target);
    }

    fn plan_of(rules: Vec<RuleSource>) -> Plan {
        plan(rules, &opened("x"))
    }

    #[test]
    fn skills_add_up_at_the_higher_level() {
        let ask = |level| Effect::RequireSkill(SkillLevel { skill: REFUND, level });
        let plan = plan_of(vec![routed(Guard::default(), &[ask(2), ask(4), ask(3)])]);
        assert_eq!(plan.skills, [SkillLevel { skill: REFUND, level: 4 }]);
    }

    #[test]
    fn nothing_runs_behind_a_stop() {
        let stop = routed(any_of(&["投诉"]), &[Effect::Stop]);
        let later = routed(Guard::default(), &[Effect::ToGroup(VIP_DESK)]);
        let rules = ruleset(vec![stop, later]);
        let (verdict, plan) = opened("投诉").decide(&rules, TraceLevel::Full);
        assert_eq!(verdict.rules[1].outcome, RuleOutcome::Stopped { by: FIRST });
        assert_eq!(plan.unwrap().target, Target::Group(GENERAL));
        let (_, plan) = opened("你好").decide(&rules, TraceLevel::Full);
        assert_eq!(plan.unwrap().target, Target::Group(VIP_DESK));
    }

    #[test]
    fn the_trace_shows_the_words_as_typed() {
        let rules = ruleset(vec![routed(any_of(&["退款", "发票"]), &[Effect::ToGroup(AFTER_SALES)])]);
        let (verdict, _) = opened("🙂我要退-款,退款!開發票").decide(&rules, TraceLevel::Summary);
        let matched = &verdict.rules[0].matched;
        let told: Vec<_> = matched.iter().map(|m| (m.keyword.as_str(), m.text.as_str(), m.start)).collect();
        assert_eq!(told, [("退款", "退-款", 10), ("发票", "發票", 28)]);
    }

    #[test]
    fn without_a_trace_the_answer_is_the_same_and_nothing_else_is_built() {
        let rules = || {
            ruleset(vec![
                routed(any_of(&["退款"]), &[Effect::ToGroup(AFTER_SALES)]),
                routed(Guard { vip_min: Some(1), ..Guard::default() }, &[Effect::Priority(9)]),
            ])
        };
        let (full, _) = opened("退款").decide(&rules(), TraceLevel::Full);
        let (summary, _) = opened("退款").decide(&rules(), TraceLevel::Summary);
        let (off, _) = opened("退款").decide(&rules(), TraceLevel::Off);
        assert_eq!((&full.answer, &full.fired), (&off.answer, &off.fired));
        assert_eq!((full.rules.len(), summary.rules.len(), off.rules.len()), (2, 1, 0));
    }

    #[test]
    fn too_many_tags_make_a_rule_fail_as_a_whole() {
        let tags = |from: usize, count: usize| -> Vec<Effect> {
            (from..from + count).map(|n| Effect::Tag(n.to_string())).collect()
        };
        let mut second = tags(20, 20);
        second.push(Effect::ToGroup(VIP_DESK));
        let rules = ruleset(vec![
            routed(Guard::default(), &tags(0, 20)),
            routed(Guard::default(), &second),
            routed(Guard::default(), &tags(0, 20)),
        ]);
        let (verdict, _) = opened("x").decide(&rules, TraceLevel::Summary);
        assert_eq!(verdict.answer.tags.len(), 20);
        assert_eq!(verdict.answer.destination, None);
        assert_eq!(verdict.failures[0].0, SECOND);
        assert_eq!(verdict.failures[0].1.kind, RuleFailureKind::BadAnswer);
        assert_eq!(verdict.fired, [FIRST, RuleId(2)]);
    }

    #[test]
    fn a_rule_whose_breaker_is_open_is_passed_over() {
        let rules = ruleset(vec![routed(Guard::default(), &[Effect::ToGroup(VIP_DESK)])]);
        let verdict = opened("x")
            .look(&rules, |facts| rules.evaluate(facts, &|rule| rule == FIRST, TraceLevel::Summary));
        assert_eq!(verdict.answer, Answer::default());
        assert_eq!(verdict.rules[0].outcome, RuleOutcome::BreakerOpen);
    }

    #[test]
    fn a_rule_runs_on_its_hooks_and_waiting_times_only() {
        let message = rule("10-m", &[Hook::OnMessage], Guard::default(), gives(&[Effect::Priority(3)]));
        let wait = rule("20-w", &[Hook::OnWait], Guard::default(), gives(&[Effect::Priority(7)]));
        let rules = ruleset(vec![message, wait]);
        assert_eq!(rules.directory().wait_thresholds_ms, [60_000]);
        assert!(rules.has(Hook::OnMessage) && rules.has(Hook::OnWait) && !rules.has(Hook::Route));
        let on = |trigger| {
            let situation = Situation { trigger, ..opened("x") };
            situation.decide(&rules, TraceLevel::Off).1.map(|plan| plan.priority)
        };
        assert_eq!(on(Trigger::Opened), Some(0));
        assert_eq!(on(Trigger::Message), Some(3));
        assert_eq!(on(Trigger::Waited(60_000)), Some(7));
        assert_eq!(on(Trigger::Waited(30_000)), None);
    }

    #[test]
    fn entry_channel_and_default_stand_behind_the_rules() {
        let rules = || vec![routed(any_of(&["退款"]), &[Effect::ToGroup(VIP_DESK)])];
        let by_entry = Situation { entry: Some("售后".to_owned()), ..opened("你好") };
        let chosen = plan(rules(), &by_entry);
        assert_eq!((chosen.target, chosen.source), (Target::Group(AFTER_SALES), PlanSource::Entry));
        assert_eq!(plan(rules(), &opened("你好")).source, PlanSource::Default);
        assert_eq!(plan(rules(), &opened("退款")).source, PlanSource::Rule(FIRST));
        assert_eq!(opened("x").channel, WEBSITE);
        assert_eq!(Matching::default(), Matching::Substring);
    }
}
