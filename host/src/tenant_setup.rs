//! Bringing a tenant folder into the store for the first time: the tenant, its first revision, a sign-in for each role.

use std::sync::Arc;

use axum::http::StatusCode;
use pointsman_engine::diagnostic::Diagnostic;
use pointsman_engine::model::Role as AgentRole;
use pointsman_engine::rules::Ruleset;
use pointsman_engine::tenant::TenantFolder;

use crate::clock;
use crate::compile::check;
use crate::folder::is_module;
use crate::http::App;
use crate::problem::Problem;
use crate::role::Role;
use crate::secret::{hash_password, new_password};
use crate::store::{ModuleRow, RevisionRow, TenantId, UserRow, add_module};
use crate::tenants::{Ask, Audit, PublishAsk, Reply};
use crate::view::names::rule_slugs;

/// Who sets a tenant up.
const SETUP: &str = "setup";

/// A folder cannot become a tenant.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// It has errors.
    #[error("the tenant folder has errors")]
    Findings(Vec<Diagnostic>),
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] sqlx::Error),
    /// Publishing was refused.
    #[error("publishing was refused: {0}")]
    Refused(String),
    /// No password could be made.
    #[error("no password could be made: {0}")]
    Password(String),
}

impl From<Problem> for SetupError {
    fn from(problem: Problem) -> Self {
        SetupError::Refused(problem.detail)
    }
}

/// A sign-in that was made, with its password. Nothing but its hash is kept in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The tenant's slug.
    pub tenant: String,
    /// The name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The agent, for the sign-in of one.
    pub agent: Option<String>,
    /// The password.
    pub password: String,
}

/// Adds a tenant, publishes the folder, and makes a sign-in for each role. `None` where the tenant is there already:
/// then nothing changes, since what is live was published since.
///
/// # Errors
/// The folder has errors, or the store failed.
pub async fn set_up(app: &App, slug: &str, folder: TenantFolder) -> Result<Option<Vec<SignIn>>, SetupError> {
    let known = app.store.tenant_named(slug).await?;
    if known.as_ref().is_some_and(|row| row.live.is_some()) {
        return Ok(None);
    }
    let sandbox = Arc::clone(app.tenants.sandbox());
    let (folder, compiled, modules) = tokio::task::spawn_blocking(move || {
        let compiled = check(&folder, None, sandbox.as_ref()).compiled;
        let modules: Vec<_> = folder
            .files
            .iter()
            .filter(|(path, _)| is_module(path))
            .filter_map(|(_, wasm)| Some((sandbox.compile(wasm).ok()?.info().as_ref().clone(), wasm.clone())))
            .collect();
        (folder, compiled, modules)
    })
    .await
    .map_err(|_| SetupError::Refused(String::from("compiling failed")))?;
    let blocked = compiled.has_errors();
    let Some(ruleset) = compiled.ruleset.filter(|_| !blocked) else {
        return Err(SetupError::Findings(compiled.diagnostics));
    };
    let at = clock::now().0;
    let mut writer = app.store.writer().await;
    let mut transaction = writer.begin().await?;
    let tenant = match known {
        Some(row) => row.id,
        None => {
            let name = &ruleset.directory().settings.name;
            app.store.add_tenant(&mut transaction, slug, name, at).await?
        }
    };
    let files = app.store.add_contents(&mut transaction, &folder).await?;
    for (info, wasm) in modules {
        let row = ModuleRow { info, uploaded_by: SETUP.to_owned(), uploaded_at: at };
        add_module(&mut transaction, tenant, &row, &wasm).await?;
    }
    let sign_ins = sign_ins(slug, &ruleset)?;
    for sign_in in &sign_ins {
        let password = sign_in.password.clone();
        let hashed = tokio::task::spawn_blocking(move || hash_password(&password)).await;
        let password_hash = hashed
            .ok()
            .and_then(Result::ok)
            .ok_or_else(|| SetupError::Password(String::from("hashing failed")))?;
        let SignIn { name, role, agent, .. } = sign_in.clone();
        let row = UserRow { tenant, name, role, agent, password_hash, created_at: at };
        // Where an earlier attempt broke off before it published, its sign-ins were told to nobody.
        app.store.remove_user(&mut transaction, tenant, &row.name).await?;
        app.store.add_user(&mut transaction, &row).await?;
    }
    transaction.commit().await?;
    drop(writer);
    let row = RevisionRow {
        number: 0,
        revision: ruleset.revision().to_string(),
        files,
        author: SETUP.to_owned(),
        note: String::from("the first revision"),
        at: 0,
        first_seq: 0,
        rules: rule_slugs(&ruleset),
    };
    publish(app, tenant, ruleset, row).await?;
    Ok(Some(sign_ins))
}

async fn publish(
    app: &App,
    tenant: TenantId,
    ruleset: Arc<Ruleset>,
    row: RevisionRow,
) -> Result<(), SetupError> {
    let detail = serde_json::json!({ "revision": row.revision });
    let ask = |reply| {
        Ask::Publish(Box::new(PublishAsk {
            principal: SETUP.to_owned(),
            ruleset,
            compiled_against: None,
            expected: None,
            candidate: None,
            row,
            idempotency: None,
            audit: Audit { action: "tenant.set-up", subject: String::from("live"), detail },
            render: Box::new(|_, _| Reply { status: StatusCode::CREATED, body: String::new() }),
            reply,
        }))
    };
    app.tenants.command(tenant, ask).await?;
    Ok(())
}

/// One sign-in a role, named after it; the agent's belongs to the first agent of the folder.
fn sign_ins(tenant: &str, ruleset: &Ruleset) -> Result<Vec<SignIn>, SetupError> {
    let agents = &ruleset.directory().agents;
    let agent =
        agents.iter().find(|agent| agent.role == AgentRole::Agent && agent.receives).or(agents.first());
    Role::ALL
        .into_iter()
        .rev()
        .filter(|role| *role != Role::Agent || agent.is_some())
        .map(|role| {
            let agent = agent.filter(|_| role == Role::Agent).map(|agent| agent.slug.clone());
            Ok(SignIn {
                tenant: tenant.to_owned(),
                name: agent.clone().unwrap_or_else(|| role.as_str().to_owned()),
                role,
                agent,
                password: new_password().map_err(|error| SetupError::Password(error.to_string()))?,
            })
        })
        .collect()
}
