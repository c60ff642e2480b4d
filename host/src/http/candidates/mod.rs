//! Candidates 候选: from draft to live in steps, each of which can say no.
//!
//! Every step says at which stage the candidate is believed to be, and is refused where it is at another by now. Up to
//! `simulated` nothing but the store is concerned; from `shadow` on the tenant's actor takes the step, together with
//! what its desk decides.

pub(crate) mod proving;
pub(crate) mod serving;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pointsman_engine::desk::CanaryView;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::auth::Principal;
use super::body::{Body, InPath, Params};
use super::conversations::json as answered;
use super::idempotency::Key;
use super::page::{Page, limit};
use super::rulesets::{NOTE_BYTES_MAX, draft_manifest, tenant_row};
use super::{App, Shared};
use crate::clock;
use crate::problem::Problem;
use crate::store::{AuditRow, CandidateRow, IdempotencyRow, Stage, TenantId, add_audit};
use crate::tenants::{Audit, IdempotencyKey, Reply, stale_stage};
use crate::view::instant;

/// A ruleset on its way from draft to live.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Candidate {
    /// 1, 2, 3 … in order of being made.
    number: i64,
    /// Where it is.
    stage: Stage,
    /// The name of its files, as that of the draft it was made from.
    draft: String,
    /// Who made it.
    author: String,
    /// What changes and why.
    note: String,
    /// When it was made.
    created_at: String,
    /// When it came to its stage.
    changed_at: String,
    /// The revision it is, once it was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    /// How its rule tests went: `passed`, `failed`, and `override` with `by` and `reason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    tests: Option<Value>,
    /// Whether the report of a simulation is attached.
    has_report: bool,
    /// What it decided otherwise as a shadow.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    differences: Option<Value>,
    /// Its canary: share, guards, and, while it runs, what became of both arms and what each guard's metric reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    canary: Option<Value>,
    /// Why it ended: `reason`, and after a breach `metric`, `reading`, `limit` and the event's `seq`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    ended: Option<Value>,
    /// The number of the revision that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    live_number: Option<i64>,
}

fn told(row: CandidateRow) -> Candidate {
    let parsed = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    Candidate {
        number: row.number,
        stage: row.stage,
        draft: row.files.name(),
        author: row.author,
        note: row.note,
        created_at: instant(row.created_at),
        changed_at: instant(row.changed_at),
        revision: row.revision,
        tests: parsed(row.tests),
        has_report: row.has_report,
        differences: parsed(row.differences),
        canary: parsed(row.canary),
        ended: parsed(row.ended),
        live_number: row.live_number,
    }
}

fn told_canary(canary: &CanaryView) -> Value {
    let readings = canary.readings.iter().map(|(metric, reading)| {
        let metric = serde_json::to_value(metric).unwrap_or_default();
        (metric.as_str().unwrap_or_default().to_owned(), Value::from(*reading))
    });
    json!({
        "share_percent": canary.share_percent,
        "guards": canary.guards,
        "since": instant(canary.since.0),
        "chosen": canary.chosen,
        "others": canary.others,
        "readings": readings.collect::<serde_json::Map<_, _>>(),
    })
}

async fn row(app: &App, tenant: TenantId, number: i64) -> Result<CandidateRow, Problem> {
    let missing = || Problem::not_found(format!("there is no candidate {number}"));
    app.store.candidate(tenant, number).await?.ok_or_else(missing)
}

/// A candidate as it is right now, with what runs read from the desk.
async fn seen(app: &App, tenant: TenantId, row: CandidateRow) -> Result<Candidate, Problem> {
    let number = row.number;
    let is_running = row.stage.is_running();
    let mut candidate = told(row);
    if is_running {
        let (differences, canary) = app
            .tenants
            .read(tenant, move |context| {
                let running = context.candidate.filter(|running| running.number == number);
                let differences = running.and_then(|running| serde_json::to_value(&running.differences).ok());
                let canary = running.and(context.desk.canary()).map(|canary| told_canary(&canary));
                Ok((differences, canary))
            })
            .await?;
        candidate.differences = differences.or(candidate.differences);
        candidate.canary = canary.or(candidate.canary);
    }
    Ok(candidate)
}

/// The latest candidate, whatever became of it.
#[utoipa::path(get, path = "/v1/rulesets/candidate", tag = "rulesets", responses((status = 200, body = Candidate)))]
pub(crate) async fn last(State(app): Shared, principal: Principal) -> Result<axum::Json<Candidate>, Problem> {
    let none = || Problem::not_found("there is no candidate yet: make one of the draft");
    let row = app.store.last_candidate(principal.tenant).await?.ok_or_else(none)?;
    seen(&app, principal.tenant, row).await.map(axum::Json)
}

/// Which candidates to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `next` of the page before.
    cursor: Option<i64>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    limit: Option<u16>,
}

/// Candidates, newest first.
#[utoipa::path(get, path = "/v1/rulesets/candidates", tag = "rulesets", params(ListQuery),
    responses((status = 200, body = Page<Candidate>)))]
pub(crate) async fn list(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<ListQuery>,
) -> Result<axum::Json<Page<Candidate>>, Problem> {
    let limit = limit(query.limit)?;
    let before = query.cursor.unwrap_or(i64::MAX);
    let rows = app.store.candidates(principal.tenant, before, limit as i64 + 1).await?;
    let items = rows.into_iter().map(told).collect();
    Ok(axum::Json(Page::cut(items, limit, |item: &Candidate| item.number.to_string())))
}

/// One candidate.
#[utoipa::path(get, path = "/v1/rulesets/candidates/{number}", tag = "rulesets", params(("number" = i64, Path)),
    responses((status = 200, body = Candidate)))]
pub(crate) async fn get(
    State(app): Shared,
    principal: Principal,
    InPath(number): InPath<i64>,
) -> Result<axum::Json<Candidate>, Problem> {
    let row = row(&app, principal.tenant, number).await?;
    seen(&app, principal.tenant, row).await.map(axum::Json)
}

/// The report of its simulation, as it was attached.
#[utoipa::path(get, path = "/v1/rulesets/candidates/{number}/report", tag = "rulesets",
    params(("number" = i64, Path)), responses((status = 200, body = Object)))]
pub(crate) async fn report(
    State(app): Shared,
    principal: Principal,
    InPath(number): InPath<i64>,
) -> Result<axum::Json<Value>, Problem> {
    let report = app.store.candidate_report(principal.tenant, number).await?;
    let report = report.and_then(|report| serde_json::from_str(&report).ok());
    let missing = || Problem::not_found(format!("no report is attached to a candidate {number}"));
    report.map(axum::Json).ok_or_else(missing)
}

/// What to make a candidate of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CandidateRequest {
    /// The draft that is meant: refused with 409 if it is another by now.
    expected_draft: Option<String>,
    /// What changes and why.
    #[serde(default)]
    note: String,
}

/// Makes a candidate of the draft. Its files do not change any more; the draft may go on.
#[utoipa::path(post, path = "/v1/rulesets/candidates", tag = "rulesets", request_body = CandidateRequest,
    params(("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 201, body = Candidate)))]
pub(crate) async fn create(
    State(app): Shared,
    principal: Principal,
    key: Key,
    body: Body<CandidateRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(known) => return known.map(answered),
    };
    let CandidateRequest { expected_draft, note } = body.value;
    within_note("note", &note)?;
    let tenant = tenant_row(&app, principal.tenant).await?;
    let manifest = draft_manifest(&app, &tenant).await?;
    if expected_draft.is_some_and(|expected| expected != manifest.name()) {
        let name = manifest.name();
        let detail = format!("the draft is `{name}` by now: look at what changed, then take that");
        return Err(Problem::conflict("stale-draft", detail));
    }
    let at = clock::now().0;
    let mut writer = app.store.writer().await;
    let mut transaction = writer.begin().await?;
    let made = app
        .store
        .add_candidate(&mut transaction, principal.tenant, &manifest, &principal.name, &note, at)
        .await?;
    let Some(number) = made else {
        let detail = "another candidate is on its way: bring it to its end, or withdraw it, first";
        return Err(Problem::conflict("candidate-open", detail));
    };
    let audit = Audit {
        action: "ruleset.candidate",
        subject: subject(number),
        detail: json!({ "draft": manifest.name(), "note": note }),
    };
    let candidate = told(CandidateRow {
        number,
        stage: Stage::Draft,
        files: manifest,
        author: principal.name.clone(),
        note,
        created_at: at,
        changed_at: at,
        revision: None,
        rules: Vec::new(),
        tests: None,
        has_report: false,
        differences: None,
        canary: None,
        ended: None,
        live_number: None,
    });
    let reply = Reply::json(StatusCode::CREATED, &candidate);
    seal(&mut transaction, &principal, at, audit, idempotency, &reply).await?;
    transaction.commit().await?;
    Ok(answered(reply))
}

fn subject(number: i64) -> String {
    format!("candidate {number}")
}

fn within_note(what: &str, text: &str) -> Result<(), Problem> {
    if text.len() > NOTE_BYTES_MAX {
        return Err(Problem::too_large(format!("`{what}` is at most {NOTE_BYTES_MAX} bytes")));
    }
    Ok(())
}

async fn seal(
    transaction: &mut crate::store::Transaction<'_>,
    principal: &Principal,
    at: i64,
    audit: Audit,
    idempotency: Option<IdempotencyKey>,
    reply: &Reply,
) -> Result<(), Problem> {
    let Audit { action, subject, detail } = audit;
    let audit = AuditRow::new(principal.tenant, at, &principal.name, action, subject, &detail);
    add_audit(transaction, vec![audit]).await?;
    let answers = idempotency.map(|IdempotencyKey { key, fingerprint }| IdempotencyRow {
        tenant: principal.tenant,
        key,
        fingerprint,
        status: reply.status.as_u16(),
        body: reply.body.clone(),
        at,
    });
    crate::store::add_answers(transaction, answers.into_iter().collect()).await?;
    Ok(())
}

/// A candidate that is believed to be at a stage.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StageRequest {
    /// The stage: refused with 409 if it is at another by now.
    stage: Stage,
}

/// The candidate, if it is at the stage that is expected, and that stage is one from which the step is taken.
async fn at(
    app: &App,
    tenant: TenantId,
    number: i64,
    expected: Stage,
    from: &[Stage],
) -> Result<CandidateRow, Problem> {
    let row = row(app, tenant, number).await?;
    if row.stage != expected {
        return Err(stale_stage(number, row.stage, expected));
    }
    if !from.contains(&expected) {
        let names: Vec<_> = from.iter().map(|stage| format!("`{}`", stage.as_str())).collect();
        let detail =
            format!("this step is taken from {}, not from `{}`", names.join(", "), expected.as_str());
        return Err(Problem::conflict("wrong-stage", detail));
    }
    Ok(row)
}
