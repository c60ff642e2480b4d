//! `rank`: one call for all candidates, and rules behind it see those without a score.

use super::guests::rank;
use super::*;
use crate::id::{AgentId, GroupId};
use crate::rules::fixture::{self, WANG_FANG};
use crate::rules::{AgentFacts, DeskFacts, GroupFacts};
use crate::trace::RuleFailureKind as Kind;

const LI_NA: AgentId = AgentId(1);

/// A desk where each agent has as many conversations as their id, and ten.
#[derive(Debug)]
struct Desk;

impl DeskFacts for Desk {
    fn group(&self, _: GroupId) -> Option<GroupFacts> {
        None
    }

    fn agent(&self, agent: AgentId) -> Option<AgentFacts> {
        (agent.0 < 2).then(|| AgentFacts { open: agent.0 + 10, ..AgentFacts::default() })
    }
}

type Scored = Result<Vec<Option<i64>>, RuleFailure>;

/// The scores of these agents by these rules, the same in both homes.
#[track_caller]
fn scores(rules: &[RuleSource], agents: &[AgentId]) -> Scored {
    scores_in(rules, agents, &opened("x"))
}

#[track_caller]
fn scores_in(rules: &[RuleSource], agents: &[AgentId], situation: &Situation) -> Scored {
    let scored = |sandbox: &Sandbox| {
        let ruleset = ruleset(rules.to_vec(), sandbox);
        situation.look(&ruleset, |facts| {
            let facts = crate::rules::Facts { desk: &Desk, ..facts.clone() };
            ruleset.ranker(&facts, &|_| false).scores(agents, &mut Vec::new()).map_err(|(_, failure)| failure)
        })
    };
    let here = scored(native());
    assert_eq!(here, scored(interpreting()), "the two homes differ");
    here
}

/// A guest that writes a list of scores from 4096 on, 16 bytes each: whether there is one, and it. `$count`: how many
/// candidates there are, `$list`: where; 64 bytes each, the open conversations at 8.
fn guest(scores: &str) -> Vec<u8> {
    rank(&format!(
        "(local $list i32) (local $count i32) (local $at i32) (local $to i32)
         (local.set $list (i32.load (local.get $asked)))
         (local.set $count (i32.load offset=4 (local.get $asked)))
         (local.set $to (i32.const 4096))
         {scores}
         (i32.store8 (i32.const 0) (i32.const 0))
         (i32.store (i32.const 4) (i32.const 4096))
         (i32.store (i32.const 8) (local.get $count))
         (i32.const 0)"
    ))
}

/// For each candidate, `one` writes the score.
fn each(one: &str) -> Vec<u8> {
    guest(&format!(
        "(loop $again {one}
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (local.set $to (i32.add (local.get $to) (i32.const 16)))
            (local.set $list (i32.add (local.get $list) (i32.const 64)))
            (br_if $again (i32.lt_u (local.get $at) (local.get $count))))"
    ))
}

/// The score is how many conversations the candidate has, and how many candidates the call was about in thousandths.
const BY_OPEN: &str = "
    (i32.store8 (local.get $to) (i32.const 1))
    (f64.store offset=8 (local.get $to)
        (f64.add (f64.convert_i32_u (i32.load offset=8 (local.get $list)))
            (f64.div (f64.convert_i32_u (local.get $count)) (f64.const 1000))))";

#[test]
fn all_candidates_are_scored_in_one_call() {
    let rules = [module(&each(BY_OPEN), ModuleLimits::default())];
    assert_eq!(scores(&rules, &[LI_NA, WANG_FANG]), Ok(vec![Some(11_002), Some(10_002)]));
    assert_eq!(scores(&rules, &[WANG_FANG]), Ok(vec![Some(10_001)]));
    assert_eq!(scores(&rules, &[]), Ok(Vec::new()));
    // Who is not on the desk is not asked about.
    assert_eq!(scores(&rules, &[AgentId(7), LI_NA]), Ok(vec![None, Some(11_001)]));
}

#[test]
fn a_later_rule_is_asked_about_those_without_a_score() {
    let first = each(
        "(if (i32.ne (i32.load offset=8 (local.get $list)) (i32.const 10))
            (then (i32.store8 (local.get $to) (i32.const 1)) (f64.store offset=8 (local.get $to) (f64.const -3.5))))",
    );
    let later = RuleSource { order: 20, ..module(&each(BY_OPEN), ModuleLimits::default()) };
    let rules = [module(&first, ModuleLimits::default()), later];
    assert_eq!(scores(&rules, &[WANG_FANG, LI_NA]), Ok(vec![Some(10_001), Some(-3_500)]));
    let script = fixture::script("20-rank", "fn rank(agent, conversation, customer, desk) { agent.open }");
    let rules = [module(&first, ModuleLimits::default()), script];
    assert_eq!(scores(&rules, &[WANG_FANG, LI_NA]), Ok(vec![Some(10_000), Some(-3_500)]));
}

#[test]
fn a_score_that_is_no_number_and_a_score_too_few_are_bad_answers() {
    let failure = |wasm: &[u8]| {
        let failure = scores(&[module(wasm, ModuleLimits::default())], &[WANG_FANG, LI_NA]).unwrap_err();
        (failure.kind, failure.message)
    };
    let nan = each(
        "(i32.store8 (local.get $to) (local.get $at)) (f64.store offset=8 (local.get $to) (f64.const nan))",
    );
    assert_eq!(failure(&nan), (Kind::BadAnswer, "the score of agent 2 is not a number".to_owned()));
    let few = guest("(local.set $count (i32.const 1))");
    assert_eq!(failure(&few), (Kind::BadAnswer, "1 scores for 2 agents".to_owned()));
    let huge = each(
        "(i32.store8 (local.get $to) (i32.const 1)) (f64.store offset=8 (local.get $to) (f64.const inf))",
    );
    let rules = [module(&huge, ModuleLimits::default())];
    assert_eq!(scores(&rules, &[WANG_FANG]), Ok(vec![Some(i64::MAX)]));
}

#[test]
fn the_sdks_ranking_scores_by_skill() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/modules/built/rank-by-skill.wasm");
    let rules = [module(&std::fs::read(path).unwrap(), ModuleLimits::default())];
    // No capacity, so 10 and 11 over it; and one of them knows refunds, at level 4.
    assert_eq!(scores(&rules, &[WANG_FANG, LI_NA]), Ok(vec![Some(-1_000_000), Some(-1_100_000)]));
    let refund = Situation { tags: vec!["退款".to_owned()], ..opened("x") };
    assert_eq!(scores_in(&rules, &[WANG_FANG, LI_NA], &refund), Ok(vec![Some(-952_000), Some(-1_100_000)]));
}
