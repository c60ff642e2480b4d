//! One visitor on a desk that is brought up for the purpose.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::tell::tell;
use super::told::StepTold;
use crate::desk::{Batch, CloseReason, Command, CommandBody, Desk, Event, Identity, Open, Refusal};
use crate::id::{AgentId, ChannelId, ConversationId};
use crate::model::{Directory, Presence};
use crate::rules::Ruleset;
use crate::tenant::in_zone;
use crate::time::Timestamp;
use crate::trace::TraceLevel;

/// A Monday morning: when a visit happens that does not say, as in rule tests.
const AT_DEFAULT: &str = "2026-03-02T10:00";
/// Who the returning customer is.
const LOGIN: &str = "visitor";

/// A visitor who might come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(default, deny_unknown_fields)]
pub struct Visit {
    /// What the visitor says.
    pub text: String,
    /// The channel's slug; `None`: the tenant's first.
    pub channel: Option<String>,
    /// The business entry chosen.
    pub entry: Option<String>,
    /// BCP 47 language.
    pub language: Option<String>,
    /// The VIP level.
    pub vip: u8,
    /// Was here before: the desk serves an empty conversation of the same customer first.
    pub returning: bool,
    /// What the site says about the customer.
    pub attributes: BTreeMap<String, String>,
    /// An instant with an offset, or a date and time in the tenant's zone; `None`: Monday, 2 March 2026, 10:00.
    pub at: Option<String>,
    /// Who is there.
    pub staffing: Staffing,
}

/// Who is at the desk when the visitor comes.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Staffing {
    /// Everybody on shift is online and free.
    #[default]
    OnShift,
    /// Everybody on shift is busy.
    Busy,
    /// Nobody is online.
    Offline,
}

/// What would happen to the visitor.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Explanation {
    /// When.
    pub at: Timestamp,
    /// The tenant's time zone.
    pub zone: String,
    /// The ruleset's revision, in hexadecimal digits.
    pub revision: String,
    /// Agents at the desk.
    pub present: u32,
    /// Every decision, in order.
    pub steps: Vec<StepTold>,
}

/// Why a visit cannot be tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VisitError {
    /// The tenant has no such channel.
    #[error("channel `{0}` does not exist")]
    NoSuchChannel(String),
    /// The tenant has no channel at all.
    #[error("the tenant has no channel")]
    NoChannel,
    /// The time cannot be read.
    #[error("`{0}` is no time: write one such as 2026-11-11T10:00 or 2026-11-11T10:00:00+08:00")]
    BadTime(String),
    /// The desk refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Lets one visitor in at a desk of `ruleset` that serves nobody else, and tells every decision.
///
/// # Errors
/// A visit that names a channel or time that does not exist, or is over a limit of the desk.
pub fn explain(ruleset: &Ruleset, visit: &Visit) -> Result<Explanation, VisitError> {
    let directory = ruleset.directory();
    let at = instant(visit.at.as_deref().unwrap_or(AT_DEFAULT), directory)?;
    let channel = channel(visit.channel.as_deref(), directory)?;
    let mut desk = Trial { ruleset, at, desk: Desk::new(), batch: Batch::default() };
    desk.command(CommandBody::Publish, TraceLevel::Off)?;
    let present = desk.bring_up(visit.staffing)?;

    let open = Open {
        channel: Some(channel),
        entry: visit.entry.clone(),
        identity: Identity { login: Some(LOGIN.to_owned()), ..Identity::default() },
        vip: Some(visit.vip),
        attributes: visit.attributes.clone(),
        language: visit.language.as_ref().map(|language| language.to_lowercase()),
        text: Some(visit.text.clone()),
    };
    if visit.returning {
        desk.serve_before(&open)?;
    }
    desk.command(CommandBody::Open(open), TraceLevel::Full)?;
    Ok(Explanation {
        at,
        zone: directory.settings.zone.clone(),
        revision: ruleset.revision().to_string(),
        present,
        steps: desk.batch.traces.iter().map(|trace| tell(trace, ruleset)).collect(),
    })
}

fn instant(text: &str, directory: &Directory) -> Result<Timestamp, VisitError> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp(instant.as_millisecond()));
    }
    let local = text.parse::<jiff::civil::DateTime>().ok();
    local
        .and_then(|local| in_zone(local, &directory.settings.zone))
        .ok_or_else(|| VisitError::BadTime(text.to_owned()))
}

fn channel(slug: Option<&str>, directory: &Directory) -> Result<ChannelId, VisitError> {
    let mut active = directory.channels.iter().filter(|channel| channel.active);
    let found = match slug {
        Some(slug) => active.find(|channel| channel.slug == slug),
        None => active.next(),
    };
    found.map(|channel| channel.id).ok_or_else(|| match slug {
        Some(slug) => VisitError::NoSuchChannel(slug.to_owned()),
        None => VisitError::NoChannel,
    })
}

/// A desk to try something on.
struct Trial<'a> {
    ruleset: &'a Ruleset,
    at: Timestamp,
    desk: Desk,
    batch: Batch,
}

impl Trial<'_> {
    fn command(&mut self, body: CommandBody, level: TraceLevel) -> Result<(), Refusal> {
        self.batch.clear();
        self.desk.handle(self.ruleset, &Command { at: self.at, body }, level, &mut self.batch)
    }

    /// Brings everybody online who is on shift, in order of id; returns how many there are.
    fn bring_up(&mut self, staffing: Staffing) -> Result<u32, Refusal> {
        let presence = match staffing {
            Staffing::OnShift => Presence::Online,
            Staffing::Busy => Presence::Busy,
            Staffing::Offline => return Ok(0),
        };
        let directory = self.ruleset.directory();
        let on_shift: Vec<AgentId> = directory
            .agents
            .iter()
            .filter(|agent| agent.active && agent.receives)
            .filter(|agent| agent.shift.is_none_or(|shift| self.desk.is_open(shift)))
            .map(|agent| agent.id)
            .collect();
        for agent in &on_shift {
            self.command(CommandBody::SetPresence { agent: *agent, presence }, TraceLevel::Off)?;
        }
        Ok(on_shift.len() as u32)
    }

    /// Serves an empty conversation of the same customer, so that the desk knows them.
    fn serve_before(&mut self, open: &Open) -> Result<(), Refusal> {
        let earlier = Open { text: None, entry: None, ..open.clone() };
        self.command(CommandBody::Open(earlier), TraceLevel::Off)?;
        let opened = self.batch.events.iter().find_map(|record| match &record.event {
            Event::ConversationOpened { conversation, .. } => Some(*conversation),
            _ => None,
        });
        let conversation = opened.unwrap_or(ConversationId(1));
        let reason = CloseReason::Resolved;
        self.command(CommandBody::Close { conversation, reason, satisfaction: None }, TraceLevel::Off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{EffectName, OutcomeTold, PlacementOutcomeTold, SourceTold, TargetTold};
    use crate::tenant::{TenantFolder, read, revision};
    use crate::trace::Reason;

    const TENANT: &str = r#"
        name = "小店"
        zone = "Asia/Shanghai"
        default_group = "general"
        fallback = ["leave-message"]
        [[channel]]
        slug = "website"
        [hours.day]
        weekly = { mon-fri = ["09:00-18:00"] }
        [stick]
        for = "7d"
        wait = "30s"
    "#;
    const GROUPS: &str = r#"
        [[group]]
        slug = "general"
        [[group]]
        slug = "after-sales"
        name = "售后服务"
    "#;
    const AGENTS: &str = r#"
        [[agent]]
        slug = "li-lei"
        groups = ["general", "after-sales"]
        receives = false
        [[agent]]
        slug = "wang-fang"
        name = "王芳"
        groups = ["general", "after-sales"]
        shift = "day"
    "#;
    const RULE: &str = r#"
        name = "退款转售后"
        [when.keywords]
        any = ["退款"]
        [then]
        group = "after-sales"
    "#;

    fn explained(visit: &Visit) -> Result<Explanation, VisitError> {
        let files = [
            ("tenant.toml", TENANT),
            ("groups.toml", GROUPS),
            ("agents.toml", AGENTS),
            ("rules/20-refund.toml", RULE),
        ];
        let folder = TenantFolder {
            files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect(),
        };
        let (source, findings) = read(&folder, None);
        let (ruleset, more) =
            Ruleset::from_source(&source.unwrap(), revision(&folder), &crate::rules::NoModules);
        assert!(ruleset.is_some(), "{findings:?} {more:?}");
        explain(&ruleset.unwrap(), visit)
    }

    fn visit(text: &str) -> Visit {
        Visit { text: text.to_owned(), ..Visit::default() }
    }

    fn outcome(explanation: &Explanation) -> &PlacementOutcomeTold {
        match explanation.steps.last() {
            Some(StepTold::Placement(placement)) => &placement.outcome,
            other => panic!("no placement: {other:?}"),
        }
    }

    #[test]
    fn the_way_is_told_from_the_word_to_the_agent() {
        let told = explained(&visit("我要退款")).unwrap();
        let Some(StepTold::Rules(rules)) = told.steps.first() else { panic!("{told:?}") };
        assert_eq!(rules.rules[0].outcome, OutcomeTold::Matched);
        assert_eq!(rules.rules[0].matched[0].text, "退款");
        assert_eq!(rules.rules[0].effects[0].effect, EffectName::ToGroup);
        let plan = rules.plan.as_ref().unwrap();
        assert!(matches!(&plan.target, TargetTold::Group { group } if group.name == "售后服务"));
        assert!(matches!(&plan.source, SourceTold::Rule { rule } if rule.slug == "20-refund"));
        assert!(
            matches!(outcome(&told), PlacementOutcomeTold::Assigned { agent, .. } if agent.name == "王芳")
        );
        let Some(StepTold::Placement(placement)) = told.steps.last() else { panic!("{told:?}") };
        assert_eq!(placement.tries[0].refused[0].reason, Reason::NoReceiveRight);
        assert_eq!(placement.tries[0].refused[0].agents[0].slug, "li-lei");
    }

    #[test]
    fn who_is_there_decides_where_it_ends() {
        let at_night = Visit { at: Some("2026-03-02T23:00".to_owned()), ..visit("你好") };
        let told = explained(&at_night).unwrap();
        assert_eq!(told.present, 0);
        assert!(matches!(outcome(&told), PlacementOutcomeTold::FellBack { .. }));
        // The same instant, told with an offset: 10:00 in the tenant's zone.
        let in_utc = Visit { at: Some("2026-03-02T02:00:00Z".to_owned()), ..visit("你好") };
        assert_eq!(explained(&in_utc).unwrap(), explained(&visit("你好")).unwrap());
        let busy = Visit { staffing: Staffing::Busy, ..visit("你好") };
        assert!(!matches!(outcome(&explained(&busy).unwrap()), PlacementOutcomeTold::Assigned { .. }));
    }

    #[test]
    fn a_returning_customer_meets_the_same_agent_again() {
        let told = explained(&Visit { returning: true, ..visit("你好") }).unwrap();
        let why = crate::desk::AssignedBy::Stick;
        assert!(matches!(outcome(&told), PlacementOutcomeTold::Assigned { why: by, .. } if *by == why));
    }

    #[test]
    fn what_does_not_exist_is_said() {
        let channel = Visit { channel: Some("fax".to_owned()), ..visit("") };
        assert_eq!(explained(&channel), Err(VisitError::NoSuchChannel("fax".to_owned())));
        let time = Visit { at: Some("tomorrow".to_owned()), ..visit("") };
        assert_eq!(explained(&time), Err(VisitError::BadTime("tomorrow".to_owned())));
    }
}
