//! What differs between two states of a tenant's files.

use std::collections::BTreeSet;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::auth::Principal;
use super::body::Params;
use super::files::{FileContent, files_of};
use super::rulesets::{draft_manifest, revision_row, tenant_row};
use super::{App, Shared};
use crate::problem::Problem;
use crate::store::{Manifest, TenantId};

/// Which states to compare: the number of a revision, `live`, `draft`, or `candidate` for the latest one.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffQuery {
    /// The earlier one.
    from: String,
    /// The later one.
    to: String,
}

/// What differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FilesDiffer {
    /// The files that differ, by path.
    files: Vec<ChangedFile>,
    /// Files that are the same on both sides.
    same: usize,
}

/// A file that differs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedFile {
    /// Its path.
    path: String,
    /// As it is in the earlier state; absent where it was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<FileContent>,
    /// As it is in the later state; absent where it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<FileContent>,
}

/// The files that differ between two revisions, or between one and the draft or the candidate.
#[utoipa::path(get, path = "/v1/rulesets/diff", tag = "rulesets", params(DiffQuery),
    responses((status = 200, body = FilesDiffer)))]
pub(crate) async fn diff(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<DiffQuery>,
) -> Result<axum::Json<FilesDiffer>, Problem> {
    let from = manifest(&app, principal.tenant, &query.from).await?;
    let to = manifest(&app, principal.tenant, &query.to).await?;
    let paths: BTreeSet<&String> = from.0.keys().chain(to.0.keys()).collect();
    let all = paths.len();
    let changed: Vec<&String> =
        paths.into_iter().filter(|path| from.0.get(*path) != to.0.get(*path)).collect();
    let only = |manifest: &Manifest| {
        let files = changed.iter().filter_map(|path| Some(((*path).clone(), manifest.0.get(*path)?.clone())));
        Manifest(files.collect())
    };
    let mut before = files_of(app.store.folder(&only(&from)).await?);
    let mut after = files_of(app.store.folder(&only(&to)).await?);
    let files = changed.iter().map(|path| ChangedFile {
        path: (*path).clone(),
        from: before.remove(*path),
        to: after.remove(*path),
    });
    let files: Vec<_> = files.collect();
    Ok(axum::Json(FilesDiffer { same: all - files.len(), files }))
}

async fn manifest(app: &App, tenant: TenantId, state: &str) -> Result<Manifest, Problem> {
    match state {
        "draft" => draft_manifest(app, &tenant_row(app, tenant).await?).await,
        "live" => {
            let none = || Problem::not_found("nothing is live yet: publish a draft first");
            let number = tenant_row(app, tenant).await?.live.ok_or_else(none)?;
            Ok(revision_row(app, tenant, number).await?.files)
        }
        "candidate" => {
            let none = || Problem::not_found("there is no candidate yet: make one of the draft");
            Ok(app.store.last_candidate(tenant).await?.ok_or_else(none)?.files)
        }
        number => {
            let wrong = || {
                Problem::bad_request(format!(
                    "`{number}` is no state: give a revision's number, `live`, `draft` or `candidate`"
                ))
            };
            let number = number.parse().map_err(|_| wrong())?;
            Ok(revision_row(app, tenant, number).await?.files)
        }
    }
}
