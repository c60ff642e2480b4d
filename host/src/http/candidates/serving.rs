//! On live traffic: as a shadow, as a canary, live; and withdrawn.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use pointsman_engine::desk::CanaryGuards;
use pointsman_engine::rules::Ruleset;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{StageRequest, answered, at, subject, within_note};
use crate::compile::compile_candidate;
use crate::http::auth::Principal;
use crate::http::body::{Body, InPath};
use crate::http::idempotency::Key;
use crate::http::rulesets::{Published, Wish, base_of, go_live, on_a_thread, revision};
use crate::http::{App, Shared};
use crate::problem::Problem;
use crate::store::{CandidateRow, Stage, TenantId};
use crate::tenants::{Ask, AtStage, Audit, CandidateAsk, CandidateStep, IdempotencyKey};

/// What a candidate came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stepped {
    /// Its number.
    candidate: i64,
    /// Its stage now.
    stage: Stage,
}

/// Compiles a candidate to run beside the live ruleset, and says what that is.
async fn compiled(
    app: &App,
    tenant: TenantId,
    row: &CandidateRow,
) -> Result<(Arc<Ruleset>, Option<i64>), Problem> {
    let folder = app.store.folder(&row.files).await?;
    let (base, live) = base_of(app, tenant).await?;
    let sandbox = Arc::clone(app.tenants.sandbox());
    let compiled =
        on_a_thread(app, move || compile_candidate(&folder, base.as_ref(), sandbox.as_ref())).await?;
    let gone = || {
        let mut problem = Problem::unprocessable(
            "the candidate does not compile beside what is live by now: withdraw it, and make another",
        );
        problem.code = "not-publishable";
        problem
    };
    Ok((compiled.ok_or_else(gone)?, live))
}

struct Step {
    expected: AtStage,
    compiled_against: Option<i64>,
    step: CandidateStep,
    audit: Audit,
    idempotency: Option<IdempotencyKey>,
}

async fn by_actor(app: &App, principal: Principal, step: Step) -> Result<Response, Problem> {
    let Step { expected, compiled_against, step, audit, idempotency } = step;
    let ask = |reply| {
        Ask::Candidate(Box::new(CandidateAsk {
            principal: principal.name,
            expected,
            compiled_against,
            step,
            idempotency,
            audit,
            reply,
        }))
    };
    app.tenants.command(principal.tenant, ask).await.map(answered)
}

/// Lets the candidate decide in silence beside the live ruleset; what differs is listed.
#[utoipa::path(post, path = "/v1/rulesets/candidates/{number}/shadow", tag = "rulesets",
    request_body = StageRequest, params(("number" = i64, Path),
    ("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 200, body = Stepped)))]
pub(crate) async fn shadow(
    State(app): Shared,
    principal: Principal,
    InPath(number): InPath<i64>,
    key: Key,
    body: Body<StageRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(known) => return known.map(answered),
    };
    let stage = body.value.stage;
    let row = at(&app, principal.tenant, number, stage, &[Stage::Tested, Stage::Simulated]).await?;
    let (ruleset, compiled_against) = compiled(&app, principal.tenant, &row).await?;
    let step = Step {
        expected: AtStage { number, stage },
        compiled_against,
        step: CandidateStep::Shadow(ruleset),
        audit: Audit { action: "ruleset.shadow", subject: subject(number), detail: json!({}) },
        idempotency,
    };
    by_actor(&app, principal, step).await
}

/// A share of the customers, and when the candidate is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CanaryRequest {
    /// The stage: refused with 409 if it is at another by now. `canary`: another share, other guards.
    stage: Stage,
    /// Of a hundred customers, so many: 1 to 100.
    share_percent: u8,
    /// When it is taken back by itself: `waiting`, `longest_wait_ms`, `online_min`, `unanswered`, `fallback_points`,
    /// `abandoned_points`, `failures`; at least one of them.
    #[schema(value_type = Object)]
    guards: CanaryGuards,
}

/// Lets the candidate decide about a share of the customers, each of whom meets it every time, until a guard does not
/// hold: then the live ruleset decides about everybody again, by itself.
#[utoipa::path(post, path = "/v1/rulesets/candidates/{number}/canary", tag = "rulesets",
    request_body = CanaryRequest, params(("number" = i64, Path),
    ("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 200, body = Stepped)))]
pub(crate) async fn canary(
    State(app): Shared,
    principal: Principal,
    InPath(number): InPath<i64>,
    key: Key,
    body: Body<CanaryRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(known) => return known.map(answered),
    };
    let CanaryRequest { stage, share_percent, guards } = body.value;
    let from = [Stage::Tested, Stage::Simulated, Stage::Shadow, Stage::Canary];
    let row = at(&app, principal.tenant, number, stage, &from).await?;
    if !(1..=100).contains(&share_percent) {
        return Err(Problem::unprocessable("`share_percent` is 1 to 100"));
    }
    if guards == CanaryGuards::default() {
        let detail = "`guards`: give at least one, such as {\"waiting\": 10}; nothing would take it back";
        return Err(Problem::unprocessable(detail));
    }
    let (ruleset, compiled_against) = compiled(&app, principal.tenant, &row).await?;
    let detail = json!({ "share_percent": share_percent, "guards": guards });
    let step = Step {
        expected: AtStage { number, stage },
        compiled_against,
        step: CandidateStep::Canary { ruleset, share_percent, guards },
        audit: Audit { action: "ruleset.canary", subject: subject(number), detail },
        idempotency,
    };
    by_actor(&app, principal, step).await
}

/// Why a candidate is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawRequest {
    /// The stage: refused with 409 if it is at another by now.
    stage: Stage,
    /// Why.
    #[serde(default)]
    reason: String,
}

/// Takes the candidate back, wherever it is. What waits by a canary's plan is routed anew.
#[utoipa::path(post, path = "/v1/rulesets/candidates/{number}/withdraw", tag = "rulesets",
    request_body = WithdrawRequest, params(("number" = i64, Path),
    ("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 200, body = Stepped)))]
pub(crate) async fn withdraw(
    State(app): Shared,
    principal: Principal,
    InPath(number): InPath<i64>,
    key: Key,
    body: Body<WithdrawRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(known) => return known.map(answered),
    };
    let WithdrawRequest { stage, reason } = body.value;
    within_note("reason", &reason)?;
    let from = [Stage::Draft, Stage::Checked, Stage::Tested, Stage::Simulated, Stage::Shadow, Stage::Canary];
    at(&app, principal.tenant, number, stage, &from).await?;
    let detail = json!({ "stage": stage, "reason": reason });
    let step = Step {
        expected: AtStage { number, stage },
        compiled_against: None,
        step: CandidateStep::Withdraw(reason),
        audit: Audit { action: "ruleset.withdraw", subject: subject(number), detail },
        idempotency,
    };
    by_actor(&app, principal, step).await
}

/// What is believed to be live.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiveRequest {
    /// The stage: refused with 409 if it is at another by now.
    stage: Stage,
    /// The revision that is believed to be live: refused with 409 if it is another by now.
    expected_revision: String,
}

/// Makes the candidate live, in one step. What waits is placed by it at once.
#[utoipa::path(post, path = "/v1/rulesets/candidates/{number}/live", tag = "rulesets",
    request_body = LiveRequest, params(("number" = i64, Path),
    ("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 201, body = Published)))]
pub(crate) async fn live(
    State(app): Shared,
    principal: Principal,
    InPath(number): InPath<i64>,
    key: Key,
    body: Body<LiveRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(known) => return known.map(answered),
    };
    let LiveRequest { stage, expected_revision } = body.value;
    let from = [Stage::Tested, Stage::Simulated, Stage::Shadow, Stage::Canary];
    let row = at(&app, principal.tenant, number, stage, &from).await?;
    let tests: Value =
        row.tests.as_deref().and_then(|tests| serde_json::from_str(tests).ok()).unwrap_or_default();
    let wish = Wish {
        manifest: row.files,
        expected: Some(revision(&expected_revision)?),
        note: row.note,
        action: "ruleset.publish",
        idempotency,
        candidate: Some(AtStage { number, stage }),
        may_be_red: tests.get("override").is_some(),
    };
    go_live(&app, &principal, wish).await.map(answered)
}
