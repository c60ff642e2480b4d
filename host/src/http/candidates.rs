//! Candidates 候选: from draft to live in steps, each of which can say no.
//!
//! Every step says at which stage the candidate is believed to be, and is refused where it is at another by now. Up to
//! `simulated` nothing but the store is concerned; from `shadow` on the tenant's actor takes the step, together with
//! what its desk decides.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pointsman_engine::desk::{CanaryGuards, CanaryView};
use pointsman_engine::diagnostic::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::auth::Principal;
use super::body::{Body, InPath, Params};
use super::conversations::json as answered;
use super::idempotency::Key;
use super::page::{Page, limit};
use super::rulesets::{
    NOTE_BYTES_MAX, Wish, base_of, check_here, draft_manifest, go_live, on_a_thread, revision, tenant_row,
};
use super::{App, Shared};
use crate::clock;
use crate::compile::compile_candidate;
use crate::problem::Problem;
use crate::store::{
    AuditRow, CandidateChange, CandidateRow, IdempotencyRow, Stage, TenantId, add_audit, change_candidate,
};
use crate::tenants::{Ask, AtStage, Audit, CandidateAsk, CandidateStep, IdempotencyKey, Reply, stale_stage};
use crate::view::instant;
use crate::view::names::rule_slugs;

/// The longest report of a simulation.
const REPORT_BYTES_MAX: usize = 512 * 1024;
/// Findings told with tests that fail.
const RED_TOLD_MAX: usize = 100;

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

/// A step that concerns the store alone.
async fn step_here(
    app: &App,
    principal: &Principal,
    row: &CandidateRow,
    change: CandidateChange,
    audit: Audit,
    idempotency: Option<IdempotencyKey>,
) -> Result<Reply, Problem> {
    let now = clock::now().0;
    let mut writer = app.store.writer().await;
    let mut transaction = writer.begin().await?;
    let (tenant, number) = (principal.tenant, row.number);
    if !change_candidate(&mut transaction, tenant, number, now, change.clone(), Some(row.stage)).await? {
        let detail = format!("candidate {number} is at another stage by now: look at it again, then decide");
        return Err(Problem::conflict("stale-stage", detail));
    }
    let changed = CandidateRow {
        stage: change.stage.unwrap_or(row.stage),
        changed_at: if change.stage.is_some() { now } else { row.changed_at },
        revision: change.revision.or_else(|| row.revision.clone()),
        tests: change.tests.or_else(|| row.tests.clone()),
        has_report: row.has_report || change.report.is_some(),
        ..row.clone()
    };
    let reply = Reply::json(StatusCode::OK, &told(changed));
    seal(&mut transaction, principal, now, audit, idempotency, &reply).await?;
    transaction.commit().await?;
    Ok(reply)
}

/// Checks the candidate's files. What does not compile stays a draft, and is told why.
#[utoipa::path(post, path = "/v1/rulesets/candidates/{number}/check", tag = "rulesets",
    request_body = StageRequest, params(("number" = i64, Path),
    ("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 200, body = Candidate)))]
pub(crate) async fn check(
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
    let row = at(&app, principal.tenant, number, body.value.stage, &[Stage::Draft]).await?;
    let folder = app.store.folder(&row.files).await?;
    let (checked, _) = check_here(&app, principal.tenant, folder).await?;
    let ruleset = checked.compiled.ruleset.clone().filter(|_| !checked.blocks());
    let Some(ruleset) = ruleset else {
        let mut problem = Problem::unprocessable("errors keep it from being published: correct the draft");
        problem.code = "not-publishable";
        return Err(problem.diagnostics(checked.compiled.diagnostics));
    };
    let change = CandidateChange {
        stage: Some(Stage::Checked),
        revision: Some(ruleset.revision().to_string()),
        rules: Some(rule_slugs(&ruleset)),
        ..CandidateChange::default()
    };
    let detail = json!({ "revision": ruleset.revision() });
    let audit = Audit { action: "ruleset.check", subject: subject(number), detail };
    step_here(&app, &principal, &row, change, audit, idempotency).await.map(answered)
}

/// Rule tests to run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestsRequest {
    /// The stage: refused with 409 if it is at another by now.
    stage: Stage,
    /// Why the candidate may go on although tests fail; kept in the audit log.
    override_reason: Option<String>,
}

/// Runs the candidate's rule tests. Red ones block it, unless a reason is given why they need not.
#[utoipa::path(post, path = "/v1/rulesets/candidates/{number}/tests", tag = "rulesets",
    request_body = TestsRequest, params(("number" = i64, Path),
    ("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 200, body = Candidate)))]
pub(crate) async fn tests(
    State(app): Shared,
    principal: Principal,
    InPath(number): InPath<i64>,
    key: Key,
    body: Body<TestsRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(known) => return known.map(answered),
    };
    let TestsRequest { stage, override_reason } = body.value;
    let row = at(&app, principal.tenant, number, stage, &[Stage::Checked]).await?;
    let reason = override_reason.map(|reason| reason.trim().to_owned());
    if let Some(reason) = &reason {
        within_note("override_reason", reason)?;
        if reason.is_empty() {
            return Err(Problem::unprocessable("`override_reason`: say why the tests may fail"));
        }
    }
    let folder = app.store.folder(&row.files).await?;
    let (checked, _) = check_here(&app, principal.tenant, folder).await?;
    let (passed, failed) = checked.tests_passed_and_failed();
    let overridden = reason.filter(|_| failed > 0);
    if failed > 0 && overridden.is_none() {
        let detail = format!(
            "{failed} of {} rule tests fail: correct the draft, or give `override_reason`",
            passed + failed
        );
        let red = checked.tests.iter().filter_map(|test| test.diagnostic());
        let red: Vec<Diagnostic> = red.take(RED_TOLD_MAX).collect();
        let mut problem = Problem::unprocessable(detail);
        problem.code = "red-tests";
        return Err(problem.diagnostics(red));
    }
    let mut detail = json!({ "passed": passed, "failed": failed });
    let mut action = "ruleset.tests";
    if let (Some(reason), Some(fields)) = (overridden, detail.as_object_mut()) {
        action = "ruleset.override-tests";
        fields.insert(String::from("override"), json!({ "by": principal.name, "reason": reason }));
    }
    let change = CandidateChange {
        stage: Some(Stage::Tested),
        tests: Some(detail.to_string()),
        ..CandidateChange::default()
    };
    let audit = Audit { action, subject: subject(number), detail };
    step_here(&app, &principal, &row, change, audit, idempotency).await.map(answered)
}

/// The report of a simulation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportRequest {
    /// The stage: refused with 409 if it is at another by now.
    stage: Stage,
    /// The revision that was simulated: refused with 409 where the candidate is another.
    revision: String,
    /// The report.
    #[schema(value_type = Object)]
    report: Value,
}

/// Attaches the report of a simulation.
#[utoipa::path(post, path = "/v1/rulesets/candidates/{number}/report", tag = "rulesets",
    request_body = ReportRequest, params(("number" = i64, Path),
    ("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 200, body = Candidate)))]
pub(crate) async fn attach_report(
    State(app): Shared,
    principal: Principal,
    InPath(number): InPath<i64>,
    key: Key,
    body: Body<ReportRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(known) => return known.map(answered),
    };
    let ReportRequest { stage, revision, report } = body.value;
    let row = at(&app, principal.tenant, number, stage, &[Stage::Tested, Stage::Simulated]).await?;
    if row.revision.as_ref() != Some(&revision) {
        let is = row.revision.as_deref().unwrap_or("not known");
        let detail = format!("the report is of another revision: the candidate is `{is}`. Simulate that");
        return Err(Problem::conflict("other-revision", detail));
    }
    let report = report.to_string();
    if report.len() > REPORT_BYTES_MAX {
        let detail = format!("the report is at most {} KiB", REPORT_BYTES_MAX >> 10);
        return Err(Problem::too_large(detail));
    }
    let detail = json!({ "revision": revision, "report_bytes": report.len() });
    let change =
        CandidateChange { stage: Some(Stage::Simulated), report: Some(report), ..CandidateChange::default() };
    let audit = Audit { action: "ruleset.attach-report", subject: subject(number), detail };
    step_here(&app, &principal, &row, change, audit, idempotency).await.map(answered)
}

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
) -> Result<(Arc<pointsman_engine::rules::Ruleset>, Option<i64>), Problem> {
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
    responses((status = 201, body = super::rulesets::Published)))]
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
