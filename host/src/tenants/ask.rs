//! What a tenant's actor can be asked.

use std::sync::Arc;

use axum::http::StatusCode;
use pointsman_engine::desk::{Batch, CanaryGuards, CommandBody, Desk};
use pointsman_engine::model::Directory;
use pointsman_engine::rules::{Revision, Ruleset};
use pointsman_engine::time::Timestamp;
use tokio::sync::oneshot;

use crate::journal::Done;
use crate::problem::Problem;
use crate::store::{RevisionRow, Stage, TenantId};

/// An answer: what is sent, and kept for whoever sends the same idempotency key again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The body, JSON.
    pub body: String,
}

impl Reply {
    /// A reply with a body.
    #[must_use]
    pub fn json(status: StatusCode, body: &impl serde::Serialize) -> Reply {
        match serde_json::to_string(body) {
            Ok(body) => Reply { status, body },
            Err(error) => {
                tracing::error!(%error, "an answer does not serialise");
                Reply { status: StatusCode::INTERNAL_SERVER_ERROR, body: Problem::fault().to_json() }
            }
        }
    }
}

/// Where a reply is sent.
pub type ReplySender = oneshot::Sender<Result<Reply, Problem>>;

/// What the actor is asked.
pub enum Ask {
    /// To carry out a command.
    Command(Box<CommandAsk>),
    /// To make a revision the live one.
    Publish(Box<PublishAsk>),
    /// To let a candidate meet live traffic, or to take it back.
    Candidate(Box<CandidateAsk>),
    /// To read. What is returned is called once everything that was read is durable.
    Read(Box<dyn FnOnce(&Context<'_>) -> Done + Send>),
    /// Nothing: its time has come.
    Wake,
}

impl std::fmt::Debug for Ask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Ask::Command(_) => "Command",
            Ask::Publish(_) => "Publish",
            Ask::Candidate(_) => "Candidate",
            Ask::Read(_) => "Read",
            Ask::Wake => "Wake",
        })
    }
}

/// Turns a request into a command, with the desk at hand; refuses what names things that are not there.
pub type Decide = Box<dyn FnOnce(&Context<'_>) -> Result<CommandBody, Problem> + Send>;
/// Turns what followed into an answer, with the desk as it is afterwards.
pub type Render = Box<dyn FnOnce(&Context<'_>, &Batch) -> Reply + Send>;

/// Turns the number of a new revision, and what it led to, into an answer.
pub type RenderPublished = Box<dyn FnOnce(i64, &Batch) -> Reply + Send>;

/// A command to carry out.
pub struct CommandAsk {
    /// Who asks.
    pub principal: String,
    /// The command.
    pub decide: Decide,
    /// The answer.
    pub render: Render,
    /// The client's key, on a create.
    pub idempotency: Option<IdempotencyKey>,
    /// What to put into the audit log, on a change.
    pub audit: Option<Audit>,
    /// Where the answer goes.
    pub reply: ReplySender,
}

/// A client's name for a request that must take effect once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The key.
    pub key: String,
    /// The hash of the request.
    pub fingerprint: String,
}

/// An entry of the audit log in the making.
#[derive(Clone, Debug)]
pub struct Audit {
    /// What is done, such as `agent.presence`.
    pub action: &'static str,
    /// To what.
    pub subject: String,
    /// What else there is to know.
    pub detail: serde_json::Value,
}

/// A revision to make the live one.
pub struct PublishAsk {
    /// Who asks.
    pub principal: String,
    /// The revision, compiled against the directory of the one that is live.
    pub ruleset: Arc<Ruleset>,
    /// What was live when it was compiled; anything else by now is a conflict.
    pub compiled_against: Option<i64>,
    /// What the caller believes to be live: its revision, or `None` for nothing.
    pub expected: Option<Revision>,
    /// The candidate that it is, where it is one.
    pub candidate: Option<AtStage>,
    /// What is kept of it. The number is given by the actor.
    pub row: RevisionRow,
    /// The client's key.
    pub idempotency: Option<IdempotencyKey>,
    /// For the audit log.
    pub audit: Audit,
    /// The answer, given the number of the revision.
    pub render: RenderPublished,
    /// Where the answer goes.
    pub reply: ReplySender,
}

/// A candidate, and the stage at which it is believed to be.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct AtStage {
    /// The candidate's number.
    pub number: i64,
    /// The stage.
    pub stage: Stage,
}

/// What is to become of a candidate.
#[derive(Debug)]
pub enum CandidateStep {
    /// It decides in silence.
    Shadow(Arc<Ruleset>),
    /// It decides about a share of the customers; sent again: about another share, with other guards.
    Canary {
        /// The candidate.
        ruleset: Arc<Ruleset>,
        /// Of a hundred customers, so many.
        share_percent: u8,
        /// When it is taken back.
        guards: CanaryGuards,
    },
    /// It is taken back, for a reason.
    Withdraw(String),
}

/// A candidate that meets live traffic, or is taken back.
pub struct CandidateAsk {
    /// Who asks.
    pub principal: String,
    /// Which candidate; anything else by now is a conflict.
    pub expected: AtStage,
    /// What was live when it was compiled; anything else by now is a conflict.
    pub compiled_against: Option<i64>,
    /// What is to become of it.
    pub step: CandidateStep,
    /// The client's key.
    pub idempotency: Option<IdempotencyKey>,
    /// For the audit log.
    pub audit: Audit,
    /// Where the answer goes: the candidate's number and its new stage.
    pub reply: ReplySender,
}

/// What an ask sees.
#[derive(Debug)]
pub struct Context<'a> {
    /// The tenant.
    pub tenant: TenantId,
    /// Its desk.
    pub desk: &'a Desk,
    /// The number of the live revision.
    pub live: Option<i64>,
    /// The instant of the command, or of the read.
    pub at: Timestamp,
    /// The candidate that meets live traffic.
    pub candidate: Option<&'a super::Running>,
    pub(super) ruleset: Option<&'a Arc<Ruleset>>,
}

impl<'a> Context<'a> {
    /// The live ruleset.
    ///
    /// # Errors
    /// Nothing is live yet.
    pub fn ruleset(&self) -> Result<&'a Arc<Ruleset>, Problem> {
        self.ruleset.ok_or_else(|| pointsman_engine::desk::Refusal::NothingPublished.into())
    }

    /// The live directory.
    ///
    /// # Errors
    /// Nothing is live yet.
    pub fn directory(&self) -> Result<&'a Directory, Problem> {
        self.ruleset().map(|ruleset| ruleset.directory())
    }
}
