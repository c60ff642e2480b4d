//! The actor: one task that owns one tenant's desk.

use std::sync::Arc;
use std::time::Duration;

use pointsman_engine::desk::{Batch, Command, CommandBody, Desk, Refusal};
use pointsman_engine::rules::Ruleset;
use pointsman_engine::time::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Shared;
use super::ask::{Ask, Audit, CommandAsk, Context, IdempotencyKey, PublishAsk, Reply, ReplySender};
use super::candidate::{Deciding, Running};
use super::candidate_steps::changed;
use super::feed::Committed;
use super::recent::{Known, Recent};
use super::records::{rows_of, signed};
use super::recovery::{RecoveryError, recover};
use super::slow_lane::{Handled, Pace};
use crate::clock;
use crate::journal::{ChangedCandidate, Entry, Lane, NewLive, Rows};
use crate::observe::metrics::CommandLabel;
use crate::problem::Problem;
use crate::store::{AuditRow, CandidateChange, IdempotencyRow, SnapshotRow, TenantId};

/// Who asks for what nobody asks for.
const CLOCK: &str = "clock";
/// How long the desk is left alone after a tick that moved nothing although one was due.
const STUCK_PAUSE: Duration = Duration::from_secs(1);

/// One tenant in memory.
#[derive(Debug)]
pub(super) struct Actor {
    pub(super) shared: Arc<Shared>,
    pub(super) tenant: TenantId,
    pub(super) desk: Desk,
    pub(super) live: Option<(i64, Arc<Ruleset>)>,
    pub(super) candidate: Option<Running>,
    /// The last candidate that came to its end in this life: what the store says of it may not be durable yet.
    pub(super) ended: i64,
    pub(super) lane: Arc<Lane>,
    pub(super) recent: Recent,
    pace: Pace,
    last_at: i64,
    snapshot_seq: u64,
    not_before: Option<Instant>,
}

/// How a command is journaled: what stands in its row beside the events.
pub(super) struct Origin {
    pub(super) principal: String,
    pub(super) audit: Option<Audit>,
    pub(super) idempotency: Option<IdempotencyKey>,
}

/// What becomes durable with a command, beside what the desk decided.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) live: Option<NewLive>,
    pub(super) candidates: Vec<ChangedCandidate>,
}

impl Actor {
    /// Brings the tenant back.
    pub(super) async fn recover(shared: &Arc<Shared>, tenant: TenantId) -> Result<Actor, RecoveryError> {
        let recovered = recover(&shared.store, &shared.sandbox, tenant).await?;
        let seq = recovered.desk.seq();
        let actor = Actor {
            shared: Arc::clone(shared),
            tenant,
            desk: recovered.desk,
            live: recovered.live,
            candidate: recovered.candidate,
            ended: 0,
            lane: Arc::new(Lane::new(seq)),
            recent: Recent::default(),
            pace: Pace::default(),
            last_at: recovered.last_at,
            snapshot_seq: seq,
            not_before: None,
        };
        // As long as it is in memory, a crash must wake it again: its deadlines are known to nobody else.
        actor.submit(Rows { wake_at: Some((tenant, Some(0))), ..Rows::default() }, Box::new(|_| {})).await;
        Ok(actor)
    }

    /// Works until nobody asks any more, or a commit fails. Returns when the tenant wants to be woken.
    pub(super) async fn run(mut self, mut mailbox: mpsc::Receiver<Ask>) -> Option<i64> {
        let lane = Arc::clone(&self.lane);
        let mut idle_from = Instant::now();
        loop {
            let idle_at = idle_from + self.shared.options.idle_after;
            let (wake_at, is_deadline) = match self.deadline() {
                Some(deadline) if deadline < idle_at => (deadline, true),
                _ => (idle_at, false),
            };
            tokio::select! {
                biased;
                () = lane.until_broken() => return None,
                ask = mailbox.recv() => match ask {
                    Some(ask) => {
                        idle_from = Instant::now();
                        self.handle(ask).await;
                    }
                    // The host is stopping.
                    None => return self.leave().await,
                },
                () = tokio::time::sleep_until(wake_at) => {
                    if is_deadline {
                        self.tick().await;
                    } else if self.shared.feeds.has_listeners(self.tenant) {
                        idle_from = Instant::now();
                    } else {
                        break;
                    }
                }
            }
            if self.desk.seq().saturating_sub(self.snapshot_seq) >= self.shared.options.snapshot_events {
                self.snapshot(None).await;
            }
        }
        // Whoever comes from now on starts the next incarnation, which begins once this one is gone.
        mailbox.close();
        while let Some(ask) = mailbox.recv().await {
            self.handle(ask).await;
        }
        self.leave().await
    }

    /// When to tick.
    fn deadline(&self) -> Option<Instant> {
        let Timestamp(at) = self.desk.next_deadline()?;
        let wait_ms = u64::try_from(at.saturating_sub(clock::now().0)).unwrap_or(0);
        let deadline = Instant::now().checked_add(Duration::from_millis(wait_ms))?;
        Some(self.not_before.map_or(deadline, |not_before| deadline.max(not_before)))
    }

    /// The present instant; never before that of the last command.
    pub(super) fn now(&mut self) -> Timestamp {
        self.last_at = self.last_at.max(clock::now().0);
        Timestamp(self.last_at)
    }

    async fn handle(&mut self, ask: Ask) {
        match ask {
            Ask::Command(ask) => self.command(*ask).await,
            Ask::Publish(ask) => self.publish(*ask).await,
            Ask::Candidate(ask) => self.candidate(*ask).await,
            Ask::Read(read) => {
                let at = self.now();
                let done = read(&self.context(at));
                if self.lane.committed_seq() >= self.desk.seq() && !self.lane.is_broken() {
                    done(Ok(()));
                } else {
                    self.submit(Rows::default(), done).await;
                }
            }
            Ask::Wake => {}
        }
    }

    async fn tick(&mut self) {
        let at = self.now();
        let Some(deciding) = self.deciding() else { return };
        let seq = self.desk.seq();
        let command = Command { at, body: CommandBody::Tick };
        let origin = Origin { principal: CLOCK.to_owned(), audit: None, idempotency: None };
        self.carry_out(&deciding, command, origin, None, |_, _, outcome| {
            (outcome.map(|()| None), Changes::default())
        })
        .await;
        self.not_before = None;
        if self.desk.seq() == seq && self.desk.next_deadline().is_some_and(|next| next <= at) {
            tracing::error!(tenant = self.tenant.0, "a deadline stays although it has passed");
            self.not_before = Some(Instant::now() + STUCK_PAUSE);
        }
    }

    async fn command(&mut self, ask: CommandAsk) {
        let CommandAsk { principal, decide, render, idempotency, audit, reply } = ask;
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
        let at = self.now();
        let context = self.context(at);
        let body = match decide(&context) {
            Ok(body) => body,
            Err(problem) => return self.answer(reply, Err(problem)).await,
        };
        let Some(deciding) = self.deciding() else {
            return self.answer(reply, Err(Refusal::NothingPublished.into())).await;
        };
        let command = Command { at, body };
        let origin = Origin { principal, audit, idempotency };
        self.carry_out(&deciding, command, origin, Some(reply), |context, batch, outcome| {
            (outcome.map(|()| Some(render(context, batch))), Changes::default())
        })
        .await;
    }

    async fn publish(&mut self, ask: PublishAsk) {
        let PublishAsk {
            principal,
            ruleset,
            compiled_against,
            expected,
            candidate,
            mut row,
            idempotency,
            audit,
            render,
            reply,
        } = ask;
        let live = self.live.as_ref().map(|(number, ruleset)| (*number, ruleset.revision()));
        if live.map(|(_, revision)| revision) != expected
            || live.map(|(number, _)| number) != compiled_against
        {
            let live = live.map_or_else(|| String::from("nothing"), |(_, revision)| format!("`{revision}`"));
            let problem = Problem::conflict(
                "stale-revision",
                format!(
                    "{live} is live by now: look at what changed, then publish with that as `expected_revision`"
                ),
            );
            return self.answer(reply, Err(problem)).await;
        }
        if let Some(expected) = candidate
            && let Err(problem) = self.at_stage(expected).await
        {
            return self.answer(reply, Err(problem)).await;
        }
        let at = self.now();
        let number = live.map_or(1, |(number, _)| number + 1);
        row.number = number;
        row.at = at.0;
        let command = Command { at, body: CommandBody::Publish };
        let origin = Origin { principal, audit: Some(audit), idempotency };
        let candidates = self.ended_by(candidate, number, at);
        let mut new_live =
            NewLive { tenant: self.tenant, row, name: ruleset.directory().settings.name.clone() };
        let deciding = Deciding { live: Arc::clone(&ruleset), canary: None, shadow: None };
        let published = self
            .carry_out(&deciding, command, origin, Some(reply), |_, batch, outcome| match outcome {
                Ok(()) => {
                    new_live.row.first_seq = batch.events.first().map_or(0, |record| signed(record.seq));
                    (Ok(Some(render(number, batch))), Changes { live: Some(new_live), candidates })
                }
                Err(refusal) => (Err(refusal), Changes::default()),
            })
            .await;
        if published {
            self.live = Some((number, ruleset));
            self.ended = self.ended.max(candidate.map_or(0, |candidate| candidate.number));
            self.end_candidate();
        }
    }

    /// Has the desk handle a command, journals what follows, and answers once it is durable. Returns whether the desk
    /// carried it out.
    pub(super) async fn carry_out(
        &mut self,
        deciding: &Deciding,
        command: Command,
        origin: Origin,
        reply: Option<ReplySender>,
        finish: impl FnOnce(
            &Context<'_>,
            &Batch,
            Result<(), Refusal>,
        ) -> (Result<Option<Reply>, Refusal>, Changes),
    ) -> bool {
        let desk = std::mem::take(&mut self.desk);
        let handled = self.pace.handle(&self.shared.slow_lane, desk, deciding, command).await;
        let Ok(Handled { desk, command, mut batch, outcome, .. }) = handled else {
            self.break_off("a command failed", reply);
            return false;
        };
        self.desk = desk;
        self.count(&command, &outcome, &batch);
        let context = Context {
            tenant: self.tenant,
            desk: &self.desk,
            live: self.live.as_ref().map(|(number, _)| *number),
            at: command.at,
            candidate: self.candidate.as_ref(),
            ruleset: Some(&deciding.live),
        };
        let (answer, changes) = finish(&context, &batch, outcome);
        let carried_out = answer.is_ok();
        let mut rows = match rows_of(self.tenant, origin.principal.clone(), &command, &batch) {
            Ok(rows) => rows,
            Err(error) => {
                // The desk is ahead of what can be written down.
                self.break_off(&error.to_string(), reply);
                return false;
            }
        };
        self.roll_back(&batch, command.at, &mut rows);
        if let Ok(Some(answer)) = &answer {
            rows.live = changes.live;
            rows.candidates.extend(changes.candidates);
            self.seal(&mut rows, command.at, origin, answer);
        }
        let shadowed = std::mem::take(&mut batch.shadow);
        if let Some(running) = &mut self.candidate
            && let Some(differences) = running.unwritten(true)
        {
            let change = CandidateChange { differences: Some(differences), ..CandidateChange::default() };
            rows.candidates.push(changed(self.tenant, running.number, command.at, change));
        }
        let committed =
            (!batch.events.is_empty() && self.shared.feeds.has_listeners(self.tenant)).then(|| Committed {
                events: Arc::new(batch.events),
                ruleset: Arc::clone(&deciding.live),
                canary: deciding.canary.clone(),
            });
        let (feeds, tenant) = (self.shared.feeds.clone(), self.tenant);
        self.submit(
            rows,
            Box::new(move |outcome| {
                if outcome.is_ok()
                    && let Some(committed) = committed
                {
                    feeds.publish(tenant, committed);
                }
                let Some(reply) = reply else { return };
                let answer = match (outcome, answer) {
                    (Err(_), _) => {
                        Err(Problem::unavailable("the store failed; nothing is known to have changed"))
                    }
                    (Ok(()), Ok(Some(answer))) => Ok(answer),
                    (Ok(()), Ok(None)) => Err(Problem::fault()),
                    (Ok(()), Err(refusal)) => Err(refusal.into()),
                };
                // Whoever asked may have gone.
                drop(reply.send(answer));
            }),
        )
        .await;
        // The answer does not wait for it.
        if let Some(running) = &mut self.candidate {
            running.note(&deciding.live, &shadowed);
        }
        carried_out
    }

    /// Puts into the rows who asked, and what is answered.
    pub(super) fn seal(&mut self, rows: &mut Rows, at: Timestamp, origin: Origin, answer: &Reply) {
        let Origin { principal, audit, idempotency } = origin;
        rows.audit.extend(audit.map(|audit| {
            AuditRow::new(self.tenant, at.0, &principal, audit.action, audit.subject, &audit.detail)
        }));
        if let Some(key) = idempotency {
            self.recent.keep(&key, answer);
            rows.answer = Some(IdempotencyRow {
                tenant: self.tenant,
                key: key.key,
                fingerprint: key.fingerprint,
                status: answer.status.as_u16(),
                body: answer.body.clone(),
                at: at.0,
            });
        }
    }

    /// The rulesets that decide now; `None` while nothing is live.
    pub(super) fn deciding(&self) -> Option<Deciding> {
        let (_, live) = self.live.as_ref()?;
        let candidate = self.candidate.as_ref();
        Some(Deciding {
            live: Arc::clone(live),
            canary: candidate.and_then(Running::canary),
            shadow: candidate.and_then(Running::shadow),
        })
    }

    /// Gives the desk up: the next incarnation folds it anew from the journal.
    fn break_off(&self, why: &str, reply: Option<ReplySender>) {
        tracing::error!(why, tenant = self.tenant.0, "the desk is folded anew");
        self.lane.break_off();
        if let Some(reply) = reply {
            drop(reply.send(Err(Problem::fault())));
        }
    }

    /// Answers without a command, but not before what was decided earlier is durable.
    pub(super) async fn answer(&mut self, reply: ReplySender, answer: Result<Reply, Problem>) {
        self.submit(
            Rows::default(),
            Box::new(move |outcome| {
                let answer = match outcome {
                    Ok(()) => answer,
                    Err(_) => Err(Problem::unavailable("the store failed; nothing is known to have changed")),
                };
                drop(reply.send(answer));
            }),
        )
        .await;
    }

    /// Snapshots the desk and goes. Returns when the tenant wants to be woken.
    async fn leave(mut self) -> Option<i64> {
        let wants = self.desk.next_deadline().map(|Timestamp(at)| at);
        let wake_at = match self.shared.store.has_open_conversations(self.tenant).await {
            // Nobody waits for anything: what has passed meanwhile is carried out with the next command.
            Ok(false) => None,
            Ok(true) => wants,
            Err(error) => {
                tracing::error!(%error, tenant = self.tenant.0, "the store failed");
                wants
            }
        };
        self.snapshot(Some(wake_at)).await;
        wake_at
    }

    async fn snapshot(&mut self, wake_at: Option<Option<i64>>) {
        let mut rows = Rows::default();
        if self.desk.seq() > self.snapshot_seq {
            let row =
                SnapshotRow { seq: signed(self.desk.seq()), at: self.last_at, bytes: self.desk.snapshot() };
            rows.snapshot = Some((self.tenant, row));
            self.snapshot_seq = self.desk.seq();
        }
        rows.wake_at = wake_at.map(|wake_at| (self.tenant, wake_at));
        if let Some(running) = &mut self.candidate
            && let Some(differences) = running.unwritten(false)
        {
            let change = CandidateChange { differences: Some(differences), ..CandidateChange::default() };
            rows.candidates.push(changed(self.tenant, running.number, Timestamp(self.last_at), change));
        }
        self.submit(rows, Box::new(|_| {})).await;
    }

    pub(super) async fn submit(&self, rows: Rows, done: crate::journal::Done) {
        self.shared.journal.submit(Entry { lane: Arc::clone(&self.lane), rows, done }).await;
    }

    fn context(&self, at: Timestamp) -> Context<'_> {
        Context {
            tenant: self.tenant,
            desk: &self.desk,
            live: self.live.as_ref().map(|(number, _)| *number),
            at,
            candidate: self.candidate.as_ref(),
            ruleset: self.live.as_ref().map(|(_, ruleset)| ruleset),
        }
    }

    fn count(&self, command: &Command, outcome: &Result<(), Refusal>, batch: &Batch) {
        let metrics = &self.shared.metrics;
        metrics.commands.get_or_create(&CommandLabel { command: kind(&command.body) }).inc();
        metrics.decisions.inc_by(batch.traces.len() as u64);
        metrics.events.inc_by(batch.events.len() as u64);
        if outcome.is_err() {
            metrics.refusals.inc();
        }
    }
}

/// The same idempotency key with another request.
pub(crate) fn other_request() -> Problem {
    Problem::new(
        axum::http::StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency-key-reused",
        "The idempotency key belongs to another request",
        "another request was sent with this `Idempotency-Key`: use a new key for a new request",
    )
}

fn kind(body: &CommandBody) -> &'static str {
    match body {
        CommandBody::Publish => "publish",
        CommandBody::Open(_) => "open",
        CommandBody::Message { .. } => "message",
        CommandBody::Close { .. } => "close",
        CommandBody::Return { .. } => "return",
        CommandBody::Take { .. } => "take",
        CommandBody::LeaveBot { .. } => "leave-bot",
        CommandBody::SetPresence { .. } => "set-presence",
        CommandBody::SetAccepting { .. } => "set-accepting",
        CommandBody::ChangeAgent { .. } => "change-agent",
        CommandBody::Tick => "tick",
        CommandBody::StartCanary { .. } => "start-canary",
        CommandBody::EndCanary => "end-canary",
    }
}
