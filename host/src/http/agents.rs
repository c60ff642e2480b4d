//! Agents 客服.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use pointsman_engine::desk::{AgentChange, CommandBody};
use pointsman_engine::id::AgentId;
use pointsman_engine::model::{Presence as Known, SkillLevel};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::auth::Principal;
use super::body::{Body, InPath, Params};
use super::conversations::json;
use super::page::{Page, limit};
use super::{App, Shared};
use crate::problem::Problem;
use crate::tenants::{Ask, Audit, CommandAsk, Context, Reply};
use crate::view::agent::{Agent, agent};

/// The highest capacity that can be set.
const CAPACITY_MAX: u32 = 10_000;
/// Groups and skills changed by one request.
const CHANGES_MAX: usize = 100;

/// Which agents to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// `next` of the page before.
    cursor: Option<u32>,
    /// Items on the page, 1 to 200; 50 where it is not said.
    limit: Option<u16>,
}

/// Lists the agents of the live revision, in the order in which revisions first named them.
#[utoipa::path(get, path = "/v1/agents", tag = "agents", params(ListQuery),
    responses((status = 200, body = Page<Agent>)))]
pub(crate) async fn list(
    State(app): Shared,
    principal: Principal,
    Params(query): Params<ListQuery>,
) -> Result<axum::Json<Page<Agent>>, Problem> {
    let limit = limit(query.limit)?;
    let first = query.cursor.map_or(0, |last| last.saturating_add(1));
    let page = app.tenants.read(principal.tenant, move |context| {
        let directory = context.directory()?;
        let last = u32::try_from(directory.agents.len()).unwrap_or(u32::MAX);
        let agents = (first..last).filter_map(|id| Some((id, agent(context.desk, directory, AgentId(id))?)));
        Ok(Page::cut(agents.take(limit + 1).collect(), limit, |(id, _): &(u32, Agent)| id.to_string()))
    });
    let Page { items, next } = page.await?;
    Ok(axum::Json(Page { items: items.into_iter().map(|(_, agent)| agent).collect(), next }))
}

/// One agent.
#[utoipa::path(get, path = "/v1/agents/{slug}", tag = "agents", params(("slug" = String, Path)),
    responses((status = 200, body = Agent)))]
pub(crate) async fn get(
    State(app): Shared,
    principal: Principal,
    InPath(slug): InPath<String>,
) -> Result<axum::Json<Agent>, Problem> {
    app.tenants
        .read(principal.tenant, move |context| {
            let id = find(context, &slug)?;
            agent(context.desk, context.directory()?, id).ok_or_else(|| no_agent(&slug))
        })
        .await
        .map(axum::Json)
}

fn no_agent(slug: &str) -> Problem {
    Problem::not_found(format!("agent `{slug}` is not in the live revision"))
}

fn find(context: &Context<'_>, slug: &str) -> Result<AgentId, Problem> {
    let agent = context.directory()?.agent_named(slug).filter(|agent| agent.active);
    agent.map(|agent| agent.id).ok_or_else(|| no_agent(slug))
}

/// Presence 在线状态.
#[derive(Copy, Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Presence {
    /// 离线.
    Offline,
    /// 在线.
    Online,
    /// 忙碌.
    Busy,
    /// 离开.
    Away,
}

/// A new presence.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresenceRequest {
    /// The presence.
    presence: Presence,
}

/// Changes an agent's presence. Agents change their own, supervisors anybody's.
#[utoipa::path(put, path = "/v1/agents/{slug}/presence", tag = "agents", request_body = PresenceRequest,
    params(("slug" = String, Path)), responses((status = 200, body = Agent)))]
pub(crate) async fn set_presence(
    State(app): Shared,
    principal: Principal,
    InPath(slug): InPath<String>,
    body: Body<PresenceRequest>,
) -> Result<Response, Problem> {
    principal.may_act_for(&slug)?;
    let presence = body.value.presence;
    let audit = audit("agent.presence", &slug, serde_json::json!({ "presence": presence }));
    change(&app, &principal, slug, audit, move |_, agent| {
        let presence = match presence {
            Presence::Offline => Known::Offline,
            Presence::Online => Known::Online,
            Presence::Busy => Known::Busy,
            Presence::Away => Known::Away,
        };
        Ok(CommandBody::SetPresence { agent, presence })
    })
    .await
    .map(json)
}

/// The accepting switch 接待开关.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptingRequest {
    /// Whether conversations may be given.
    accepting: bool,
}

/// Changes an agent's accepting switch. Agents change their own, supervisors anybody's.
#[utoipa::path(put, path = "/v1/agents/{slug}/accepting", tag = "agents", request_body = AcceptingRequest,
    params(("slug" = String, Path)), responses((status = 200, body = Agent)))]
pub(crate) async fn set_accepting(
    State(app): Shared,
    principal: Principal,
    InPath(slug): InPath<String>,
    body: Body<AcceptingRequest>,
) -> Result<Response, Problem> {
    principal.may_act_for(&slug)?;
    let accepting = body.value.accepting;
    let audit = audit("agent.accepting", &slug, serde_json::json!({ "accepting": accepting }));
    change(&app, &principal, slug, audit, move |_, agent| Ok(CommandBody::SetAccepting { agent, accepting }))
        .await
        .map(json)
}

/// What to change about an agent. What is not named stays.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeRequest {
    /// The most conversations at once, at most 10,000.
    capacity: Option<u32>,
    /// The right to receive.
    receives: Option<bool>,
    /// Groups with the priority in each, 1 to 100; `null` leaves the group.
    #[serde(default)]
    groups: BTreeMap<String, Option<u16>>,
    /// Skills with their levels, 1 to 5; `null` takes the skill away.
    #[serde(default)]
    skills: BTreeMap<String, Option<u8>>,
}

/// Changes an agent live, until a revision describes that agent differently.
#[utoipa::path(patch, path = "/v1/agents/{slug}", tag = "agents", request_body = ChangeRequest,
    params(("slug" = String, Path)), responses((status = 200, body = Agent)))]
pub(crate) async fn patch(
    State(app): Shared,
    principal: Principal,
    InPath(slug): InPath<String>,
    body: Body<ChangeRequest>,
) -> Result<Response, Problem> {
    let request = body.value;
    let ruleset = app.tenants.ruleset(principal.tenant).await?;
    let changes = changes(&request, ruleset.directory())?;
    let mut last = None;
    for (field, change_) in changes {
        let audit = audit("agent.change", &slug, serde_json::json!({ "field": field }));
        let body = move |_: &Context<'_>, agent| Ok(CommandBody::ChangeAgent { agent, change: change_ });
        last = Some(change(&app, &principal, slug.clone(), audit, body).await?);
    }
    last.map(json).ok_or_else(|| Problem::unprocessable("name at least one thing to change"))
}

/// Every change, checked before the first is made.
fn changes(
    request: &ChangeRequest,
    directory: &pointsman_engine::model::Directory,
) -> Result<Vec<(String, AgentChange)>, Problem> {
    if request.groups.len() + request.skills.len() > CHANGES_MAX {
        return Err(Problem::too_large(format!("at most {CHANGES_MAX} groups and skills in one request")));
    }
    let mut changes = Vec::new();
    if let Some(capacity) = request.capacity {
        if capacity > CAPACITY_MAX {
            return Err(Problem::unprocessable(format!("`capacity` is at most {CAPACITY_MAX}")));
        }
        changes.push((String::from("capacity"), AgentChange::Capacity(capacity)));
    }
    if let Some(receives) = request.receives {
        changes.push((String::from("receives"), AgentChange::Receives(receives)));
    }
    for (slug, priority) in &request.groups {
        let group = directory.group_named(slug).filter(|group| group.active);
        let group = group.ok_or_else(|| super::conversations::unknown("group", slug))?.id;
        changes.push((
            format!("groups.{slug}"),
            match priority {
                None => AgentChange::LeaveGroup(group),
                Some(priority @ 1..=100) => AgentChange::JoinGroup { group, priority: *priority },
                Some(_) => {
                    return Err(Problem::unprocessable(format!("`groups.{slug}` is 1 to 100 or null")));
                }
            },
        ));
    }
    for (slug, level) in &request.skills {
        let skill =
            directory.skill_named(slug).ok_or_else(|| super::conversations::unknown("skill", slug))?.id;
        changes.push((
            format!("skills.{slug}"),
            match level {
                None => AgentChange::RemoveSkill(skill),
                Some(level @ 1..=5) => AgentChange::AddSkill(SkillLevel { skill, level: *level }),
                Some(_) => return Err(Problem::unprocessable(format!("`skills.{slug}` is 1 to 5 or null"))),
            },
        ));
    }
    Ok(changes)
}

fn audit(action: &'static str, subject: &str, detail: serde_json::Value) -> Audit {
    Audit { action, subject: subject.to_owned(), detail }
}

/// Carries out a command on one agent and answers with the agent as they are then.
async fn change(
    app: &App,
    principal: &Principal,
    slug: String,
    audit: Audit,
    decide: impl FnOnce(&Context<'_>, AgentId) -> Result<CommandBody, Problem> + Send + 'static,
) -> Result<Reply, Problem> {
    let (name, again) = (principal.name.clone(), slug.clone());
    let command = |reply| {
        Ask::Command(Box::new(CommandAsk {
            principal: name,
            decide: Box::new(move |context| decide(context, find(context, &slug)?)),
            render: Box::new(move |context, _| {
                let seen = find(context, &again).and_then(|id| {
                    agent(context.desk, context.directory()?, id).ok_or_else(|| no_agent(&again))
                });
                match seen {
                    Ok(agent) => Reply::json(StatusCode::OK, &agent),
                    Err(problem) => {
                        Reply { status: StatusCode::INTERNAL_SERVER_ERROR, body: problem.to_json() }
                    }
                }
            }),
            idempotency: None,
            audit: Some(audit),
            reply,
        }))
    };
    app.tenants.command(principal.tenant, command).await
}
