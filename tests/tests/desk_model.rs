//! Random tenants and random commands, judged by a slow and obvious model of what a desk must do.
//!
//! The model shares no code with placement. It keeps plain lists, looks at everybody each time, and knows: who may
//! take what, whom each strategy picks, which waiting conversation comes first, and what must never be true.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails loudly")]

mod desk_model {
    pub(crate) mod model;
    pub(crate) mod tenant;
}

use desk_model::model::Model;
use desk_model::tenant::{Action, Tenant, actions, tenants};
use pointsman_engine::desk::{Batch, Command, Desk, Rulesets};
use pointsman_engine::time::Timestamp;
use pointsman_engine::trace::TraceLevel;
use proptest::prelude::*;

fn run(tenant: &Tenant, actions: &[(u16, Action)], snapshot_at: usize) -> Result<(), TestCaseError> {
    let (rulesets, candidates) = (tenant.rulesets(), tenant.candidates());
    let mut live = 0;
    let mut desk = Desk::new();
    let mut other: Option<Desk> = None;
    let mut model = Model::new(tenant);
    let mut journal = Vec::new();
    let mut at = Timestamp(1_700_000_000_000);
    let everything = std::iter::once((0, Action::Publish(0))).chain(actions.iter().cloned());
    for (step, (gap_s, action)) in everything.enumerate() {
        at = at.plus_ms(i64::from(gap_s) * 1_000);
        let Some(body) = action.command(tenant, &model) else { continue };
        if let Action::Publish(which) = action {
            live = which % rulesets.len();
        }
        let rulesets = Rulesets { canary: candidates.get(live), ..Rulesets::live(&rulesets[live]) };
        let command = Command { at, body };
        let level = if step % 2 == 0 { TraceLevel::Full } else { TraceLevel::Off };
        let mut batch = Batch::default();
        let result = desk.handle_by(rulesets, &command, level, &mut batch);
        model.follow(live, &command, &result, &batch.events)?;
        model.must_hold(&desk).map_err(|error| {
            TestCaseError::fail(format!(
                "{error}\nafter {command:?}: {result:?}\nwhich led to {:?}",
                batch.events
            ))
        })?;
        if let Some(other) = &mut other {
            // A desk brought back from a snapshot has the same future, to the byte.
            let mut same = Batch::default();
            let same_result = other.handle_by(rulesets, &command, level, &mut same);
            prop_assert_eq!(&same_result, &result);
            prop_assert_eq!(&same.events, &batch.events);
            prop_assert_eq!(&same.traces, &batch.traces);
        }
        journal.extend(batch.events);
        if step == snapshot_at {
            other = Some(Desk::restore(&desk.snapshot()).expect("our own snapshot"));
        }
    }
    let mut folded = Desk::new();
    journal.iter().for_each(|record| folded.evolve(record));
    prop_assert!(folded.snapshot() == desk.snapshot(), "folding the journal gives another state");
    prop_assert_eq!(folded.next_deadline(), desk.next_deadline());
    prop_assert!(journal.iter().enumerate().all(|(at, record)| record.seq == at as u64 + 1));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn a_desk_does_what_the_model_says(
        (tenant, actions) in tenants().prop_flat_map(|tenant| {
            let actions = actions(&tenant);
            (Just(tenant), actions)
        }),
        snapshot_at in 0usize..60,
    ) {
        run(&tenant, &actions, snapshot_at)?;
    }
}
