//! A scenario's commands: who comes, who is there to serve them, and what becomes of each conversation.

use std::sync::Arc;

use super::super::calendar::{Calendar, Due, Entry};
use super::super::floor::{Floor, Live, Place};
use super::super::random::{Length, Stream, whole_ms};
use super::super::scenario::Scenario;
use super::super::staff::Staff;
use super::super::traffic::{Arrival, Traffic};
use super::source::{Given, Next};
use crate::desk::{Author, CloseReason, CommandBody, Identity, Open};
use crate::id::{AgentId, ConversationId};
use crate::model::{Directory, FallbackStep};
use crate::time::Timestamp;

/// What an agent says as a first reply; no rule looks at agents' words.
const REPLY: &str = "…";

/// Purposes of a conversation's own luck.
mod luck {
    pub(super) const BOT: u64 = 1;
    pub(super) const FORM: u64 = 2;
    pub(super) const REPLY: u64 = 3;
    pub(super) const FOLLOW_UP: u64 = 4;
}

/// The commands of a scenario under a seed.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct Synthetic {
    scenario: Arc<Scenario>,
    seed: u64,
    pub(super) traffic: Traffic,
    pub(super) staff: Staff,
    calendar: Calendar,
}

impl Synthetic {
    pub(super) fn new(scenario: &Arc<Scenario>, directory: &Directory, seed: u64) -> Synthetic {
        Synthetic {
            scenario: Arc::clone(scenario),
            seed,
            traffic: Traffic::new(scenario, directory, seed),
            staff: Staff::new(scenario, directory, seed),
            calendar: Calendar::default(),
        }
    }

    pub(super) fn peek(&self) -> Option<(Timestamp, Next)> {
        let all = [
            (self.calendar.peek(), Next::Calendar),
            (self.staff.peek(), Next::Staff),
            (self.traffic.peek(), Next::Arrival),
        ];
        all.into_iter().filter_map(|(at, what)| Some((at?, what))).min()
    }

    pub(super) fn take(&mut self, next: Next, floor: &mut Floor) -> Option<Given> {
        match next {
            Next::Calendar => self.calendar_entry(floor).map(Given::command),
            Next::Staff => {
                let agent = self.staff.step()?;
                self.presence(agent, floor).map(Given::command)
            }
            Next::Arrival => {
                let arrival = self.traffic.next()?;
                let open = CommandBody::Open(opening(&arrival, &self.scenario));
                Some(Given { arrival: Some(arrival), ..Given::command(open) })
            }
            Next::Tick | Next::Injection => None,
        }
    }

    /// What the desk has to be told of an agent's presence.
    pub(super) fn presence(&mut self, agent: AgentId, floor: &Floor) -> Option<CommandBody> {
        let in_hand = floor.agents.get(agent.index()).map_or(0, |now| now.open);
        self.staff.tell(agent, in_hand).map(|presence| CommandBody::SetPresence { agent, presence })
    }

    pub(super) fn swapped(&mut self, directory: &Directory, now: Timestamp) {
        self.staff = self.staff.under(&self.scenario, directory, self.seed, now);
    }

    fn calendar_entry(&mut self, floor: &mut Floor) -> Option<CommandBody> {
        let Entry { at, due, conversation, turn } = self.calendar.pop()?;
        let live = floor.get(conversation)?;
        let is_its_turn = live.turn == turn;
        let close = |reason| CommandBody::Close { conversation, reason, satisfaction: None };
        Some(match due {
            Due::HandleEnd if is_its_turn => close(CloseReason::Resolved),
            Due::PatienceEnd if is_its_turn => close(CloseReason::Abandoned),
            Due::FormEnd if is_its_turn => close(CloseReason::HandedOver),
            Due::BotEnd if is_its_turn => {
                let contained =
                    Stream::of_luck(live.arrival.luck, luck::BOT).unit() <= self.scenario.bot.contained;
                if contained || live.left_bot {
                    close(CloseReason::HandedOver)
                } else {
                    live.left_bot = true;
                    live.waiting_since = at;
                    let intent = self.scenario.intents.get(usize::from(live.arrival.intent));
                    CommandBody::LeaveBot { conversation, entry: intent.and_then(|i| i.entry.clone()) }
                }
            }
            Due::Reply if is_its_turn => {
                live.replied = true;
                CommandBody::Message { conversation, from: Author::Agent, text: REPLY.to_owned() }
            }
            Due::FollowUp => {
                let arrival = Some(live).filter(|live| !matches!(live.place, Place::Away(_)))?.arrival;
                let text = self.follow_up(&arrival)?;
                CommandBody::Message { conversation, from: Author::Visitor, text }
            }
            _ => return None,
        })
    }

    pub(super) fn opened(&mut self, conversation: ConversationId, arrival: &Arrival) {
        if let Some((after_ms, _)) = self.plan_follow_up(arrival) {
            let at = arrival.at.plus_ms(after_ms);
            self.calendar.push(Entry { at, due: Due::FollowUp, conversation, turn: 0 });
        }
    }

    pub(super) fn waits(&mut self, conversation: ConversationId, live: &Live, at: Timestamp) {
        if let Some(ms) = live.arrival.patience_ms {
            let (at, turn) = (at.plus_ms(ms), live.turn);
            self.calendar.push(Entry { at, due: Due::PatienceEnd, conversation, turn });
        }
    }

    /// When the agent is there for the conversation; `None`: the visitor leaves before.
    pub(super) fn assigned(
        &mut self,
        conversation: ConversationId,
        live: &Live,
        agent: AgentId,
        directory: &Directory,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let turn = live.turn;
        let Arrival { intent, handle_ms, patience_ms, luck, .. } = live.arrival;
        let answered_at = self.staff.silent_until(agent, at).unwrap_or(at);
        if let Some(leaves_at) =
            patience_ms.map(|ms| at.plus_ms(ms)).filter(|leaves_at| *leaves_at < answered_at)
        {
            self.calendar.push(Entry { at: leaves_at, due: Due::PatienceEnd, conversation, turn });
            return None;
        }
        let handle_ms = self.handle_ms(handle_ms, agent, intent, directory);
        let entry = |due, ms| Entry { at: answered_at.plus_ms(ms), due, conversation, turn };
        self.calendar.push(entry(Due::HandleEnd, handle_ms));
        if let Some(reply) = self.scenario.reply.filter(|_| !live.replied) {
            let ms = reply.draw_ms(&mut Stream::of_luck(luck, luck::REPLY));
            self.calendar.push(entry(Due::Reply, ms));
        }
        Some(answered_at)
    }

    pub(super) fn fell_back(
        &mut self,
        conversation: ConversationId,
        live: &Live,
        to: &FallbackStep,
        at: Timestamp,
    ) {
        let (due, ms) = match to {
            FallbackStep::Bot(_) => {
                let mut stream = Stream::of_luck(live.arrival.luck, luck::BOT);
                // The first draw says whether the bot contains it.
                stream.unit();
                (Due::BotEnd, self.scenario.bot.length.draw_ms(&mut stream))
            }
            _ => {
                let mut stream = Stream::of_luck(live.arrival.luck, luck::FORM);
                (Due::FormEnd, self.scenario.form.draw_ms(&mut stream))
            }
        };
        self.calendar.push(Entry { at: at.plus_ms(ms), due, conversation, turn: live.turn });
    }

    /// When, after the opening, the visitor says something more, and the stream that chooses what.
    fn plan_follow_up(&self, arrival: &Arrival) -> Option<(i64, Stream)> {
        let intent = self.scenario.intents.get(usize::from(arrival.intent))?;
        let follow_up = intent.follow_up.as_ref()?;
        let mut stream = Stream::of_luck(arrival.luck, luck::FOLLOW_UP);
        let is_said = stream.unit() <= follow_up.share;
        let after: &Length = &follow_up.after;
        is_said.then(|| (after.draw_ms(&mut stream), stream))
    }

    fn follow_up(&self, arrival: &Arrival) -> Option<String> {
        let (_, mut stream) = self.plan_follow_up(arrival)?;
        let phrases = &self.scenario.intents.get(usize::from(arrival.intent))?.follow_up.as_ref()?.phrases;
        phrases.get(stream.below(phrases.len())).cloned()
    }

    fn handle_ms(&self, drawn_ms: i64, agent: AgentId, intent: u16, directory: &Directory) -> i64 {
        let factors = &self.scenario.handle_factors;
        if factors.skills.is_empty() && factors.agents.is_empty() {
            return drawn_ms;
        }
        let intent = self.scenario.intents.get(usize::from(intent));
        let has = |skill| directory.agent(agent).is_some_and(|agent| agent.skill_level(skill) > 0);
        let of_skills = factors
            .skills
            .iter()
            .filter(|(skill, _)| intent.is_some_and(|intent| intent.skills.contains(skill)) && has(*skill));
        let of_agent = factors.agents.iter().filter(|(who, _)| *who == agent);
        let factor: f64 =
            of_skills.map(|(_, factor)| factor).chain(of_agent.map(|(_, factor)| factor)).product();
        whole_ms(drawn_ms as f64 * factor)
    }
}

/// The command with which a conversation begins.
fn opening(arrival: &Arrival, scenario: &Scenario) -> Open {
    let mut open = Open { channel: Some(arrival.channel), ..Open::default() };
    if let Some(customer) = arrival.customer {
        open.identity = Identity { login: Some(format!("customer-{customer}")), ..Identity::default() };
    }
    if scenario.vip.len() > 1 {
        open.vip = Some(arrival.vip);
    }
    if let Some(intent) = scenario.intents.get(usize::from(arrival.intent)) {
        open.entry.clone_from(&intent.entry);
        open.language.clone_from(&intent.language);
        open.text = intent.phrases.get(usize::from(arrival.phrase)).cloned();
        open.attributes.extend(intent.attributes.iter().cloned());
    }
    open
}
