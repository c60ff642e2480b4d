//! Before anybody meets it: it compiles, its rule tests pass, a simulation's report is attached.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pointsman_engine::diagnostic::Diagnostic;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Candidate, StageRequest, answered, at, seal, subject, told, within_note};
use crate::clock;
use crate::http::auth::Principal;
use crate::http::body::{Body, InPath};
use crate::http::idempotency::Key;
use crate::http::rulesets::check_here;
use crate::http::{App, Shared};
use crate::problem::Problem;
use crate::store::{CandidateChange, CandidateRow, Stage, change_candidate};
use crate::tenants::{Audit, IdempotencyKey, Reply};
use crate::view::names::rule_slugs;

/// The longest report of a simulation.
const REPORT_BYTES_MAX: usize = 512 * 1024;
/// Findings told with tests that fail.
const RED_TOLD_MAX: usize = 100;

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
