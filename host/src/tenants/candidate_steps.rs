//! How a tenant's actor takes a candidate from stage to stage. What becomes of it is durable together with what the desk
//! decided, so nothing is ever half published.

use std::sync::Arc;

use axum::http::StatusCode;
use pointsman_engine::desk::{Batch, Command, CommandBody};
use pointsman_engine::time::Timestamp;

use super::actor::{Actor, Changes, Origin, other_request};
use super::ask::{AtStage, CandidateAsk, CandidateStep, Reply, ReplySender};
use super::candidate::{Deciding, Running, breached};
use super::recent::Known;
use super::records::signed;
use crate::journal::{ChangedCandidate, Rows};
use crate::problem::Problem;
use crate::store::{AuditRow, CandidateChange, CandidateRow, Stage, TenantId};

/// Who takes a canary back by itself.
const GUARD: &str = "guard";

impl Actor {
    /// The candidate, where it is at the stage that is expected.
    pub(super) async fn at_stage(&self, expected: AtStage) -> Result<CandidateRow, Problem> {
        let AtStage { number, stage } = expected;
        let row = self.shared.store.candidate(self.tenant, number).await?;
        let row = row.ok_or_else(|| Problem::not_found(format!("there is no candidate {number}")))?;
        let is = match &self.candidate {
            Some(running) if running.number == number => running.stage,
            _ if number <= self.ended && !row.stage.has_ended() => Stage::Withdrawn,
            _ => row.stage,
        };
        if is == stage { Ok(row) } else { Err(stale_stage(number, is, stage)) }
    }

    pub(super) async fn candidate(&mut self, ask: CandidateAsk) {
        let CandidateAsk { principal, expected, compiled_against, step, idempotency, audit, reply } = ask;
        if let Some(key) = &idempotency {
            match self.recent.look_up(key) {
                Known::New => {}
                Known::Same(known) => {
                    let known = Ok(known.clone());
                    return self.answer(reply, known).await;
                }
                Known::Other => return self.answer(reply, Err(other_request())).await,
            }
        }
        let row = match self.at_stage(expected).await {
            Ok(row) => row,
            Err(problem) => return self.answer(reply, Err(problem)).await,
        };
        let is_withdrawn = matches!(step, CandidateStep::Withdraw(_));
        if !is_withdrawn && self.live.as_ref().map(|(number, _)| *number) != compiled_against {
            let detail = "another revision went live meanwhile: look at what changed, then send this again";
            return self.answer(reply, Err(Problem::conflict("stale-revision", detail))).await;
        }
        let origin = Origin { principal, audit: Some(audit), idempotency };
        match step {
            CandidateStep::Shadow(ruleset) => {
                if let Some(part) = self.desk.differs_from(&ruleset) {
                    let refusal = pointsman_engine::desk::Refusal::OtherDirectory(part);
                    return self.answer(reply, Err(refusal.into())).await;
                }
                let change = CandidateChange { stage: Some(Stage::Shadow), ..CandidateChange::default() };
                self.step_aside(&row, change, origin, reply).await;
                self.candidate = Some(Running::new(&row, Stage::Shadow, Some(ruleset)));
            }
            CandidateStep::Canary { ruleset, share_percent, guards } => {
                let Some(deciding) = self.deciding() else {
                    let refusal = pointsman_engine::desk::Refusal::NothingPublished;
                    return self.answer(reply, Err(refusal.into())).await;
                };
                let deciding = Deciding { canary: Some(Arc::clone(&ruleset)), shadow: None, ..deciding };
                let canary = serde_json::json!({ "share_percent": share_percent, "guards": guards });
                let change = CandidateChange {
                    stage: Some(Stage::Canary),
                    canary: Some(canary.to_string()),
                    differences: self.candidate.as_mut().and_then(|running| running.unwritten(false)),
                    ..CandidateChange::default()
                };
                let body = CommandBody::StartCanary { share_percent, guards };
                if self.step_by(&deciding, body, &row, change, origin, reply).await {
                    self.candidate = Some(Running::new(&row, Stage::Canary, Some(ruleset)));
                }
            }
            CandidateStep::Withdraw(reason) => {
                let ended = serde_json::json!({ "reason": reason }).to_string();
                let change = CandidateChange {
                    stage: Some(Stage::Withdrawn),
                    ended: Some(ended),
                    differences: self.candidate.as_mut().and_then(|running| running.unwritten(false)),
                    ..CandidateChange::default()
                };
                let withdrawn = match self.deciding().filter(|_| self.desk.canary().is_some()) {
                    Some(deciding) => {
                        let body = CommandBody::EndCanary;
                        self.step_by(&deciding, body, &row, change, origin, reply).await
                    }
                    None => {
                        self.step_aside(&row, change, origin, reply).await;
                        true
                    }
                };
                if withdrawn {
                    self.ended = self.ended.max(row.number);
                    self.end_candidate();
                }
            }
        }
    }

    /// A step that the desk takes part in: durable together with its events. Returns whether it was taken.
    async fn step_by(
        &mut self,
        deciding: &Deciding,
        body: CommandBody,
        row: &CandidateRow,
        mut change: CandidateChange,
        origin: Origin,
        reply: ReplySender,
    ) -> bool {
        let at = self.now();
        let (tenant, number) = (self.tenant, row.number);
        let answer = stepped(row, &change);
        let begins = matches!(body, CommandBody::StartCanary { .. });
        self.carry_out(deciding, Command { at, body }, origin, Some(reply), |_, batch, outcome| {
            if begins {
                change.canary_seq = batch.events.last().map(|record| signed(record.seq));
            }
            let candidates = vec![changed(tenant, number, at, change)];
            (outcome.map(|()| Some(answer)), Changes { live: None, candidates })
        })
        .await
    }

    /// A step that the desk knows nothing of.
    async fn step_aside(
        &mut self,
        row: &CandidateRow,
        change: CandidateChange,
        origin: Origin,
        reply: ReplySender,
    ) {
        let at = self.now();
        let answer = stepped(row, &change);
        let mut rows =
            Rows { candidates: vec![changed(self.tenant, row.number, at, change)], ..Rows::default() };
        self.seal(&mut rows, at, origin, &answer);
        let done = move |outcome: Result<(), _>| {
            let answer = outcome
                .map(|()| answer)
                .map_err(|_| Problem::unavailable("the store failed; nothing is known to have changed"));
            // Whoever asked may have gone.
            drop(reply.send(answer));
        };
        self.submit(rows, Box::new(done)).await;
    }

    /// What a revision that goes live under `number` makes of the candidate: it is that revision, or it stands aside.
    pub(super) fn ended_by(
        &mut self,
        published: Option<AtStage>,
        number: i64,
        at: Timestamp,
    ) -> Vec<ChangedCandidate> {
        let differences = self.candidate.as_mut().and_then(|running| running.unwritten(false));
        let running = self.candidate.as_ref().map(|running| running.number);
        let other = running.filter(|running| published.is_none_or(|is| is.number != *running));
        let live = published.map(|published| {
            let change = CandidateChange {
                stage: Some(Stage::Live),
                live_number: Some(number),
                differences: differences.clone(),
                ..CandidateChange::default()
            };
            changed(self.tenant, published.number, at, change)
        });
        let withdrawn = other.map(|other| {
            let ended = serde_json::json!({ "reason": format!("revision {number} was published") });
            let change = CandidateChange {
                stage: Some(Stage::Withdrawn),
                ended: Some(ended.to_string()),
                differences: differences.clone(),
                ..CandidateChange::default()
            };
            changed(self.tenant, other, at, change)
        });
        live.into_iter().chain(withdrawn).collect()
    }

    pub(super) fn end_candidate(&mut self) {
        if let Some(running) = self.candidate.take() {
            self.ended = self.ended.max(running.number);
        }
    }

    /// A canary whose guard did not hold: the desk has taken it back already, and this is written down with it.
    pub(super) fn roll_back(&mut self, batch: &Batch, at: Timestamp, rows: &mut Rows) {
        let Some(breach) = breached(batch) else { return };
        let Some(running) = self.candidate.as_ref().filter(|running| running.stage == Stage::Canary) else {
            return;
        };
        let number = running.number;
        let change = CandidateChange {
            stage: Some(Stage::RolledBack),
            ended: Some(breach.to_string()),
            ..CandidateChange::default()
        };
        rows.candidates.push(changed(self.tenant, number, at, change));
        let subject = format!("candidate {number}");
        rows.audit.push(AuditRow::new(
            self.tenant,
            at.0,
            GUARD,
            "ruleset.canary-rolled-back",
            subject,
            &breach,
        ));
        tracing::warn!(tenant = self.tenant.0, candidate = number, %breach, "a canary was taken back");
        self.end_candidate();
    }
}

pub(super) fn changed(
    tenant: TenantId,
    number: i64,
    at: Timestamp,
    change: CandidateChange,
) -> ChangedCandidate {
    ChangedCandidate { tenant, number, at: at.0, change }
}

/// The answer to a step.
fn stepped(row: &CandidateRow, change: &CandidateChange) -> Reply {
    let stage = change.stage.unwrap_or(row.stage);
    Reply::json(StatusCode::OK, &serde_json::json!({ "candidate": row.number, "stage": stage }))
}

/// The candidate is at another stage than the request says.
pub(crate) fn stale_stage(number: i64, is: Stage, expected: Stage) -> Problem {
    let (is, expected) = (is.as_str(), expected.as_str());
    Problem::conflict(
        "stale-stage",
        format!("candidate {number} is at `{is}` by now, not at `{expected}`: look at it again, then decide"),
    )
}
