//! Rulesets 规则集: draft, check, publish, roll back.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pointsman_engine::diagnostic::{Diagnostic, Severity};
use pointsman_engine::model::Directory;
use pointsman_engine::rules::{Revision, Ruleset};
use pointsman_engine::tenant::TenantFolder;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::auth::Principal;
use super::body::{Body, InPath, Params};
use super::conversations::json;
use super::files::{Files, files_of, folder_of};
use super::idempotency::Key;
use super::page::{Page, limit};
use super::{App, Shared};
use crate::clock;
use crate::compile::{Checked, check as check_folder, compile, compile_candidate};
use crate::problem::Problem;
use crate::store::{AuditRow, Draft, Manifest, RevisionRow, TenantId, TenantRow};
use crate::tenants::{Ask, AtStage, Audit, PublishAsk, Reply};
use crate::view::instant;
use crate::view::names::rule_slugs;

/// The longest note.
pub(super) const NOTE_BYTES_MAX: usize = 4 * 1024;

/// A revision that was published.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Published {
    /// 1, 2, 3 … in order of publishing.
    number: i64,
    /// The name by content: 64 hexadecimal digits.
    revision: String,
    /// Who published it.
    author: String,
    /// What the author says about it.
    note: String,
    /// When.
    at: String,
    /// The candidate that it was, with its report.
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<i64>,
    /// Its files, by path.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Files>,
}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftView {
    /// The name by content: send it as `expected_draft` to be sure that nobody saved in between.
    draft: String,
    /// Who saved it last; absent while it is what is live.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Its files, by path.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Files>,
}

/// What a check found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Findings {
    /// Whether it can be published.
    publishable: bool,
    /// The revision it would be, where it compiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    /// Rule tests that hold.
    tests_passed: usize,
    /// Rule tests that do not.
    tests_failed: usize,
    /// Everything found: file, place, code, message, help.
    #[schema(value_type = Vec<Object>)]
    diagnostics: Vec<Diagnostic>,
}

/// Files of a tenant folder, by path, such as `rules/20-refund.toml`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FilesRequest {
    /// The files.
    files: Files,
    /// The draft they replace: refused with 409 if it is another by now.
    expected_draft: Option<String>,
}

fn published(row: RevisionRow, files: Option<Files>) -> Published {
    let RevisionRow { number, revision, author, note, at, .. } = row;
    Published { number, revision, author, note, at: instant(at), candidate: None, files }
}

pub(super) async fn tenant_row(app: &App, tenant: TenantId) -> Result<TenantRow, Problem> {
    app.store.tenant(tenant).await?.ok_or_else(|| Problem::not_found("the tenant is gone"))
}

pub(super) async fn revision_row(app: &App, tenant: TenantId, number: i64) -> Result<RevisionRow, Problem> {
    let missing = || Problem::not_found(format!("there is no revision {number}"));
    app.store.revision(tenant, number).await?.ok_or_else(missing)
}

/// The live revision with its files.
#[utoipa::path(get, path = "/v1/rulesets/live", tag = "rulesets", responses((status = 200, body = Published)))]
pub(crate) async fn live(State(app): Shared, principal: Principal) -> Result<axum::Json<Published>, Problem> {
    let tenant = tenant_row(&app, principal.tenant).await?;
    let number =
        tenant.live.ok_or_else(|| Problem::not_found("nothing is live yet: publish a draft first"))?;
    numbered(&app, principal.tenant, number).await.map(axum::Json)
}

async fn numbered(app: &App, tenant: TenantId, number: i64) -> Result<Published, Problem> {
    let row = revision_row(app, tenant, number).await?;
    let files = files_of(app.store.folder(&row.files).await?);
    Ok(published(row, Some(files)))
}

/// Which revisions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// `next` of the page before.
    cursor: Option<i64>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    limit: Option<u16>,
}

/// Published revisions, newest first.
#[utoipa::path(get, path = "/v1/rulesets/history", tag = "rulesets", params(HistoryQuery),
    responses((status = 200, body = Page<Published>)))]
pub(crate) async fn history(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<HistoryQuery>,
) -> Result<axum::Json<Page<Published>>, Problem> {
    let limit = limit(query.limit)?;
    let rows =
        app.store.revisions(principal.tenant, query.cursor.unwrap_or(i64::MAX), limit as i64 + 1).await?;
    let (first, last) = (rows.last().map_or(0, |row| row.number), rows.first().map_or(0, |row| row.number));
    let candidates = app.store.candidates_of_revisions(principal.tenant, first, last).await?;
    let items = rows
        .into_iter()
        .map(|row| {
            let candidate = candidates.iter().find(|(number, _)| *number == row.number);
            Published { candidate: candidate.map(|(_, candidate)| *candidate), ..published(row, None) }
        })
        .collect();
    Ok(axum::Json(Page::cut(items, limit, |item: &Published| item.number.to_string())))
}

/// One published revision with its files.
#[utoipa::path(get, path = "/v1/rulesets/history/{number}", tag = "rulesets", params(("number" = i64, Path)),
    responses((status = 200, body = Published)))]
pub(crate) async fn in_history(
    State(app): Shared,
    principal: Principal,
    InPath(number): InPath<i64>,
) -> Result<axum::Json<Published>, Problem> {
    numbered(&app, principal.tenant, number).await.map(axum::Json)
}

/// The manifest of the draft, or of what is live while there is none.
pub(super) async fn draft_manifest(app: &App, tenant: &TenantRow) -> Result<Manifest, Problem> {
    match (&tenant.draft, tenant.live) {
        (Some(draft), _) => Ok(draft.files.clone()),
        (None, Some(number)) => Ok(revision_row(app, tenant.id, number).await?.files),
        (None, None) => Ok(Manifest::default()),
    }
}

/// The draft with its files. While nobody has saved one, it is what is live.
#[utoipa::path(get, path = "/v1/rulesets/draft", tag = "rulesets", responses((status = 200, body = DraftView)))]
pub(crate) async fn draft(
    State(app): Shared,
    principal: Principal,
) -> Result<axum::Json<DraftView>, Problem> {
    let tenant = tenant_row(&app, principal.tenant).await?;
    let manifest = draft_manifest(&app, &tenant).await?;
    let files = files_of(app.store.folder(&manifest).await?);
    Ok(axum::Json(DraftView {
        draft: manifest.name(),
        author: tenant.draft.as_ref().map(|draft| draft.author.clone()),
        at: tenant.draft.as_ref().map(|draft| instant(draft.at)),
        files: Some(files),
    }))
}

/// Saves the draft: all of its files. It may be wrong; it goes live only when it is published.
#[utoipa::path(put, path = "/v1/rulesets/draft", tag = "rulesets", request_body = FilesRequest,
    responses((status = 200, body = DraftView)))]
pub(crate) async fn save_draft(
    State(app): Shared,
    principal: Principal,
    body: Body<FilesRequest>,
) -> Result<axum::Json<DraftView>, Problem> {
    let FilesRequest { files, expected_draft } = body.value;
    let folder = folder_of(&app, principal.tenant, files).await?;
    let at = clock::now().0;
    let mut writer = app.store.writer().await;
    if let Some(expected) = expected_draft {
        let saved = draft_manifest(&app, &tenant_row(&app, principal.tenant).await?).await?.name();
        if saved != expected {
            let detail = format!("the draft is `{saved}` by now: look at what changed, then save with that");
            return Err(Problem::conflict("stale-draft", detail));
        }
    }
    let mut transaction = writer.begin().await?;
    let manifest = app.store.add_contents(&mut transaction, &folder).await?;
    let draft = Draft { files: manifest, author: principal.name.clone(), at };
    app.store.set_draft(&mut transaction, principal.tenant, &draft).await?;
    let name = draft.files.name();
    let detail = serde_json::json!({ "draft": name, "files": draft.files.0.len() });
    let audit = AuditRow::new(principal.tenant, at, &principal.name, "ruleset.save-draft", "draft", &detail);
    crate::store::add_audit(&mut transaction, vec![audit]).await?;
    transaction.commit().await?;
    Ok(axum::Json(DraftView { draft: name, author: Some(draft.author), at: Some(instant(at)), files: None }))
}

/// What to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckRequest {
    /// These files; the draft where they are not given.
    files: Option<Files>,
}

/// Finds everything that is wrong with a draft, rule tests included. Changes nothing.
#[utoipa::path(post, path = "/v1/rulesets/check", tag = "rulesets", request_body = CheckRequest,
    responses((status = 200, body = Findings)))]
pub(crate) async fn check(
    State(app): Shared,
    principal: Principal,
    body: Body<CheckRequest>,
) -> Result<axum::Json<Findings>, Problem> {
    let folder = match body.value.files {
        Some(files) => folder_of(&app, principal.tenant, files).await?,
        None => {
            let tenant = tenant_row(&app, principal.tenant).await?;
            app.store.folder(&draft_manifest(&app, &tenant).await?).await?
        }
    };
    let (Checked { compiled, tests }, _) = check_here(&app, principal.tenant, folder).await?;
    Ok(axum::Json(Findings {
        publishable: !compiled.has_errors() && compiled.ruleset.is_some(),
        tests_passed: tests.iter().filter(|test| test.passed()).count(),
        tests_failed: tests.iter().filter(|test| !test.passed()).count(),
        revision: compiled.ruleset.map(|ruleset| ruleset.revision().to_string()),
        diagnostics: compiled.diagnostics,
    }))
}

/// Checks against what is live, and returns the number of that.
pub(super) async fn check_here(
    app: &App,
    tenant: TenantId,
    folder: TenantFolder,
) -> Result<(Checked, Option<i64>), Problem> {
    let (base, live) = base_of(app, tenant).await?;
    let sandbox = Arc::clone(app.tenants.sandbox());
    let checked = on_a_thread(app, move || check_folder(&folder, base.as_ref(), sandbox.as_ref())).await?;
    Ok((checked, live))
}

/// The live directory, whose ids are kept, and the number of the live revision.
pub(super) async fn base_of(
    app: &App,
    tenant: TenantId,
) -> Result<(Option<Directory>, Option<i64>), Problem> {
    app.tenants.read(tenant, |context| Ok((context.directory().ok().cloned(), context.live))).await
}

/// Compiles and checks away from the workers, a few at a time.
pub(super) async fn on_a_thread<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let _turn = app.compiles.acquire().await.map_err(|_| Problem::unavailable("the server is stopping"))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "compiling failed");
        Problem::fault()
    })
}

/// Compiled revisions that are no longer live, kept to tell old decisions with the names of their time.
const PAST_MAX: usize = 16;

/// Revisions compiled to tell old decisions.
#[derive(Debug, Default)]
pub(crate) struct Past {
    rulesets: Mutex<VecDeque<(TenantId, i64, Arc<Ruleset>)>>,
}

impl Past {
    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(TenantId, i64, Arc<Ruleset>)>> {
        self.rulesets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, tenant: TenantId, number: i64) -> Option<Arc<Ruleset>> {
        let past = self.lock();
        let known = past.iter().find(|(of, known, _)| *of == tenant && *known == number);
        known.map(|(.., ruleset)| Arc::clone(ruleset))
    }

    fn keep(&self, tenant: TenantId, number: i64, ruleset: &Arc<Ruleset>) {
        let mut past = self.lock();
        past.truncate(PAST_MAX - 1);
        past.push_front((tenant, number, Arc::clone(ruleset)));
    }
}

/// The ruleset that was live when an event happened.
pub(crate) async fn ruleset_at(app: &App, tenant: TenantId, seq: i64) -> Result<Arc<Ruleset>, Problem> {
    let (live, ruleset) =
        app.tenants.read(tenant, |context| Ok((context.live, context.ruleset()?.clone()))).await?;
    let row = app.store.revision_at(tenant, seq).await?;
    let Some(row) = row.filter(|row| Some(row.number) != live) else { return Ok(ruleset) };
    if let Some(known) = app.past.get(tenant, row.number) {
        return Ok(known);
    }
    let folder = app.store.folder(&row.files).await?;
    let (base, _) = base_of(app, tenant).await?;
    let sandbox = Arc::clone(app.tenants.sandbox());
    let compiled = on_a_thread(app, move || compile(&folder, base.as_ref(), sandbox.as_ref())).await?;
    // A revision that this version cannot compile any more is told with the names of the live one.
    let Some(compiled) = compiled.ruleset else { return Ok(ruleset) };
    app.past.keep(tenant, row.number, &compiled);
    Ok(compiled)
}

/// The candidate that decided about a conversation, compiled to tell what it did; `None`: there is none, or this version
/// cannot compile it any more.
pub(crate) async fn candidate_of(
    app: &App,
    tenant: TenantId,
    revision: Revision,
) -> Result<Option<Arc<Ruleset>>, Problem> {
    let Some(row) = app.store.candidate_of_revision(tenant, &revision.to_string()).await? else {
        return Ok(None);
    };
    // Numbers of candidates and of revisions are told apart by their sign.
    if let Some(known) = app.past.get(tenant, -row.number) {
        return Ok(Some(known));
    }
    let folder = app.store.folder(&row.files).await?;
    let (base, _) = base_of(app, tenant).await?;
    let sandbox = Arc::clone(app.tenants.sandbox());
    let compiled =
        on_a_thread(app, move || compile_candidate(&folder, base.as_ref(), sandbox.as_ref())).await?;
    if let Some(compiled) = &compiled {
        app.past.keep(tenant, -row.number, compiled);
    }
    Ok(compiled)
}

/// What to publish.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishRequest {
    /// The revision that is believed to be live, `null` for none: refused with 409 if it is another by now.
    #[serde(deserialize_with = "given")]
    #[schema(required = true)]
    expected_revision: Option<String>,
    /// The draft that is meant: refused with 409 if it is another by now.
    expected_draft: Option<String>,
    /// What changes and why.
    #[serde(default)]
    note: String,
}

/// What to roll back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollbackRequest {
    /// The number of the revision that shall be live again.
    number: i64,
    /// The revision that is believed to be live: refused with 409 if it is another by now.
    expected_revision: String,
    /// Why.
    #[serde(default)]
    note: String,
}

/// Makes serde ask for a field that may be `null`.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// Makes the draft live, in one step, if its checks and its rule tests pass. What waits is placed by it at once.
#[utoipa::path(post, path = "/v1/rulesets/publish", tag = "rulesets", request_body = PublishRequest,
    params(("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 201, body = Published)))]
pub(crate) async fn publish(
    State(app): Shared,
    principal: Principal,
    key: Key,
    body: Body<PublishRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(answered) => return answered.map(json),
    };
    let PublishRequest { expected_revision, expected_draft, note } = body.value;
    let tenant = tenant_row(&app, principal.tenant).await?;
    let manifest = draft_manifest(&app, &tenant).await?;
    if expected_draft.is_some_and(|expected| expected != manifest.name()) {
        let detail =
            format!("the draft is `{}` by now: look at what changed, then publish that", manifest.name());
        return Err(Problem::conflict("stale-draft", detail));
    }
    let expected = expected_revision.as_deref().map(revision).transpose()?;
    let wish = Wish {
        manifest,
        expected,
        note,
        action: "ruleset.publish",
        idempotency,
        candidate: None,
        may_be_red: false,
    };
    go_live(&app, &principal, wish).await.map(json)
}

/// Makes an earlier revision live again, under a new number.
#[utoipa::path(post, path = "/v1/rulesets/rollback", tag = "rulesets", request_body = RollbackRequest,
    params(("idempotency-key" = Option<String>, Header, description = "The client's name for this request")),
    responses((status = 201, body = Published)))]
pub(crate) async fn rollback(
    State(app): Shared,
    principal: Principal,
    key: Key,
    body: Body<RollbackRequest>,
) -> Result<Response, Problem> {
    let idempotency = match key.check(&app, principal.tenant, &body.bytes).await {
        Ok(idempotency) => idempotency,
        Err(answered) => return answered.map(json),
    };
    let RollbackRequest { number, expected_revision, note } = body.value;
    let row = revision_row(&app, principal.tenant, number).await?;
    let expected = Some(revision(&expected_revision)?);
    let note = if note.is_empty() { format!("back to revision {number}") } else { note };
    let wish = Wish {
        manifest: row.files,
        expected,
        note,
        action: "ruleset.rollback",
        idempotency,
        candidate: None,
        may_be_red: false,
    };
    go_live(&app, &principal, wish).await.map(json)
}

pub(super) fn revision(text: &str) -> Result<Revision, Problem> {
    text.parse().map_err(|_| Problem::unprocessable("`expected_revision` is 64 hexadecimal digits"))
}

/// A revision that somebody wants to be live.
pub(super) struct Wish {
    pub(super) manifest: Manifest,
    pub(super) expected: Option<Revision>,
    pub(super) note: String,
    pub(super) action: &'static str,
    pub(super) idempotency: Option<crate::tenants::IdempotencyKey>,
    /// The candidate that it is.
    pub(super) candidate: Option<AtStage>,
    /// Somebody has said why its rule tests need not pass.
    pub(super) may_be_red: bool,
}

pub(super) async fn go_live(app: &App, principal: &Principal, wish: Wish) -> Result<Reply, Problem> {
    let Wish { manifest, expected, note, action, idempotency, candidate, may_be_red } = wish;
    if note.len() > NOTE_BYTES_MAX {
        return Err(Problem::too_large(format!("`note` is at most {NOTE_BYTES_MAX} bytes")));
    }
    let folder = app.store.folder(&manifest).await?;
    let (checked, compiled_against) = check_here(app, principal.tenant, folder).await?;
    let is_good = !checked.blocks() && (may_be_red || !checked.compiled.has_errors());
    let compiled = checked.compiled;
    let Some(ruleset) = compiled.ruleset.filter(|_| is_good) else {
        let errors = compiled.diagnostics.iter().filter(|diagnostic| !is_no_error(diagnostic)).count();
        let mut problem = Problem::unprocessable(format!("{errors} errors keep it from being published"));
        problem.code = "not-publishable";
        return Err(problem.diagnostics(compiled.diagnostics));
    };
    let row = RevisionRow {
        number: 0,
        revision: ruleset.revision().to_string(),
        files: manifest,
        author: principal.name.clone(),
        note,
        at: 0,
        first_seq: 0,
        rules: rule_slugs(&ruleset),
    };
    let mut detail = serde_json::json!({ "revision": row.revision, "note": row.note });
    if let (Some(candidate), Some(fields)) = (candidate, detail.as_object_mut()) {
        fields.insert(String::from("candidate"), candidate.number.into());
    }
    let kept = row.clone();
    let render = move |number, batch: &pointsman_engine::desk::Batch| {
        let at = batch.events.first().map_or(0, |record| record.at.0);
        let candidate = candidate.map(|candidate| candidate.number);
        let published = published(RevisionRow { number, at, ..kept }, None);
        Reply::json(StatusCode::CREATED, &Published { candidate, ..published })
    };
    let ask = |reply| {
        Ask::Publish(Box::new(PublishAsk {
            principal: principal.name.clone(),
            ruleset: Arc::clone(&ruleset),
            compiled_against,
            expected,
            candidate,
            row,
            idempotency,
            audit: Audit { action, subject: String::from("live"), detail },
            render: Box::new(render),
            reply,
        }))
    };
    app.tenants.command(principal.tenant, ask).await
}

fn is_no_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity != Severity::Error
}
