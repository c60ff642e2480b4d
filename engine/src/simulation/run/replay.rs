//! Runs whose commands are a recording's.

use super::super::floor::{Away, Place};
use super::super::random::Length;
use super::super::recorded::arrival;
use super::super::scenario::{BotStay, HandleFactors, Intent, Scenario};
use super::Run;
use super::source::Source;
use crate::desk::PlaceView;
use crate::id::{AgentId, ConversationId, HoursId};
use crate::model::{Directory, FallbackStep};
use crate::recording::{Recording, StageKind};
use crate::rules::Ruleset;
use crate::simulation::injection::succeeds;

/// Why a recording cannot be replayed under a ruleset. Nothing has happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// No ruleset.
    #[error("the recording has no ruleset")]
    NoRuleset,
    /// Conversations came by a channel that is not there.
    #[error(
        "{conversations} conversations came by channel `{channel}`, which the ruleset does not have: add it, or replay \
         a recording without it"
    )]
    NoChannel {
        /// The channel's slug.
        channel: String,
        /// How many.
        conversations: u64,
    },
    /// The ruleset gives other numbers to what the recording names.
    #[error("the ruleset was not compiled as the successor of the recording's: `{0}` has another number")]
    Foreign(String),
}

/// Whether everything that the recording names is there in the ruleset.
pub(super) fn can_replay(recording: &Recording, ruleset: &Ruleset) -> Result<(), ReplayError> {
    let directory = ruleset.directory();
    let before = recording.desk().directory();
    succeeds(before, directory).map_err(|error| match error {
        crate::simulation::InjectionError::ForeignRuleset(slug) => ReplayError::Foreign(slug),
        other => ReplayError::Foreign(other.to_string()),
    })?;
    for (id, conversations) in recording.channels() {
        let channel = directory.channel(id).or_else(|| before.channel(id));
        if directory.channel(id).is_none_or(|channel| !channel.active) {
            let channel = channel.map_or_else(|| id.to_string(), |channel| channel.slug.clone());
            return Err(ReplayError::NoChannel { channel, conversations });
        }
    }
    Ok(())
}

/// A scenario that says when a recording was made. What visitors want is not recorded, so all want the same.
pub(super) fn described(recording: &Recording) -> Scenario {
    let about = recording.about();
    let length_ms = about.until.since_ms(about.from).max(1);
    let unknown = Length::exponential(1.0);
    Scenario {
        name: about.tenant.clone(),
        start: about.from,
        length_ms,
        warm_up_ms: 0,
        conversations_max: recording.conversations_len().max(1) as u64,
        arrivals: Vec::new(),
        dispersion: None,
        recorded: Vec::new(),
        intents: vec![Intent {
            name: String::new(),
            share: 1.0,
            group: None,
            skills: Vec::new(),
            handle: unknown,
            phrases: Vec::new(),
            entry: None,
            language: None,
            attributes: Vec::new(),
            follow_up: None,
        }],
        vip: vec![1.0],
        returning: 0.0,
        patience: None,
        short_abandon_ms: 5_000,
        handle_factors: HandleFactors::default(),
        reply: None,
        bot: BotStay { length: unknown, contained: 1.0 },
        form: unknown,
        breaks: Vec::new(),
        drops: Vec::new(),
        silences: Vec::new(),
        series_ms: Scenario::series_ms_for(length_ms),
    }
}

impl Run {
    /// Puts everybody where the desk has them, and goes on with what is under way.
    pub(super) fn begin_with_desk(&mut self, directory: &Directory) {
        let Source::Recorded(source) = &mut self.source else { return };
        let from = self.scenario.start;
        let desk = &self.desk;
        for at in 0..directory.hours.len() {
            if let Some(open) = self.floor.hours_open.get_mut(at) {
                *open = desk.is_open(HoursId(at as u16));
            }
        }
        for (at, view) in desk.agents().enumerate() {
            let agent = AgentId(at as u32);
            self.floor.set_presence(agent, view.presence, from);
            if let Some(now) = self.floor.agents.get_mut(at) {
                now.accepting = view.accepting;
            }
        }
        let earlier = desk.conversations().into_iter().map(|view| {
            let (place, since) = match view.place {
                PlaceView::Queued { group, since, .. } => (Place::Waiting(group), since),
                PlaceView::Assigned { agent, group, since, .. } => (Place::With(agent, group), since),
                PlaceView::Bot { .. } => (Place::Away(Away::Bot), from),
                PlaceView::Fallback { kind: FallbackStep::Ticket } => (Place::Away(Away::Ticket), from),
                PlaceView::Fallback { .. } => (Place::Away(Away::Message), from),
                PlaceView::BeingPlaced => (Place::Nowhere, from),
            };
            (view.id, arrival(view.opened_at, view.channel, view.vip), place, since)
        });
        let earlier: Vec<_> = earlier.collect();
        let first = ConversationId(desk.last_conversation().0 + 1);
        self.floor.begin_with(first, earlier.iter().copied());
        for (id, _, place, since) in earlier {
            let Some(live) = self.floor.get(id) else { continue };
            match place {
                Place::Waiting(_) => source.enter(StageKind::Waiting, id, live, since, None),
                Place::With(agent, _) => source.enter(StageKind::With, id, live, since, Some(agent)),
                Place::Away(Away::Bot) => source.enter(StageKind::Bot, id, live, since, None),
                Place::Away(_) => source.enter(StageKind::Form, id, live, since, None),
                Place::Nowhere | Place::Ended => {}
            }
        }
    }
}
