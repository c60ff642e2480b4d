//! `pointsman explain --conversation`: the life of one conversation of a simulated run, in words.

use std::path::Path;

use anyhow::bail;
use pointsman_engine::diagnostic::nearest;
use pointsman_engine::explain::StepTold;
use pointsman_engine::explain::life::{
    CauseTold, ChangeTold, DecisionId, EventTold, FateTold, Goal, Life, Lit, ReadTold, StandingTold, What,
    WhatIf, Why, WidenedTold,
};
use pointsman_engine::id::ConversationId;
use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::{Followed, Following, Followup, Simulation};
use pointsman_engine::tenant::TenantFolder;
use pointsman_engine::time::Timestamp;
use serde::Serialize;

use super::explain::{fallback, name, tell_placement, tell_rules, word};
use super::scenario::{read_scenario, scenario_text};
use super::style::{BAD, DIM, GOOD, STRONG, WARN, paint};
use super::{Format, Verdict, compiled, output, tenant_folder};

/// Events between two looks at whether the run is there.
const PIECE_EVENTS: u64 = 1_000_000;

/// Which conversation, and what is asked about it.
pub(super) struct Asked<'a> {
    pub(super) tenant_dir: &'a Path,
    pub(super) scenario: &'a str,
    pub(super) seed: u64,
    pub(super) conversation: u64,
    pub(super) agent: Option<&'a str>,
    pub(super) all: bool,
}

/// What was found out about one decision.
#[derive(Serialize)]
struct Answer {
    moment: usize,
    decision: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    lit: Option<Lit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Why>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what_if: Option<WhatIf>,
}

pub(super) fn run(asked: &Asked<'_>, format: Format) -> anyhow::Result<Verdict> {
    let Some((ruleset, source)) = compiled(asked.tenant_dir, format)? else { return Ok(Verdict::Problems) };
    let text = scenario_text(&source, asked.scenario)?;
    let Some(scenario) = read_scenario(asked.tenant_dir, asked.scenario, text, &ruleset, format)? else {
        return Ok(Verdict::Problems);
    };
    if let Some(agent) = asked.agent {
        check_agent(agent, &ruleset)?;
    }
    let simulation = Simulation::new(&*ruleset, &scenario, asked.seed);
    let mut following = Following::new(simulation, ConversationId(asked.conversation));
    while following.run_for(PIECE_EVENTS) != Followup::Done {}
    let followed = following.followed();
    let life = followed.life()?;
    let answers = answers(&followed, &life, asked, &tenant_folder(asked.tenant_dir)?);
    match format {
        Format::Json => output::json(&serde_json::json!({ "life": life, "answers": answers }))?,
        Format::Human => output::say(&tell(&life, &answers, asked)),
    }
    Ok(Verdict::Well)
}

fn check_agent(slug: &str, ruleset: &Ruleset) -> anyhow::Result<()> {
    let agents = &ruleset.directory().agents;
    if agents.iter().any(|agent| agent.slug == slug) {
        return Ok(());
    }
    let meant = nearest(slug, agents.iter().map(|agent| agent.slug.as_str()));
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    bail!("there is no agent `{slug}` in agents.toml{meant}");
}

/// Asks about every decision what the command line tells of it.
fn answers(
    followed: &Followed<&Ruleset>,
    life: &Life,
    asked: &Asked<'_>,
    folder: &TenantFolder,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (moment, told) in life.moments.iter().enumerate() {
        for (decision, one) in told.decisions.iter().enumerate() {
            let id = DecisionId { moment, decision };
            answers.push(match &one.step {
                StepTold::Rules(_) => {
                    Answer { moment, decision, lit: followed.lit(id, folder), why: None, what_if: None }
                }
                StepTold::Placement(_) => {
                    let goal =
                        asked.agent.map_or(Goal::Anybody, |agent| Goal::Agent { agent: agent.to_owned() });
                    let why = followed.why(id, asked.agent.unwrap_or_default());
                    Answer { moment, decision, lit: None, why, what_if: followed.what_if(id, &goal) }
                }
            });
        }
    }
    answers
}

/// Tells instants as clocks in the tenant's zone show them.
struct Clock(Option<jiff::tz::TimeZone>);

impl Clock {
    fn new(zone: &str) -> Clock {
        Clock(jiff::tz::TimeZoneDatabase::bundled().get(zone).ok())
    }

    fn day(&self, at: Timestamp) -> String {
        self.zoned(at).map_or_else(|| at.to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
    }

    fn time(&self, at: Timestamp) -> String {
        self.zoned(at).map_or_else(|| at.to_string(), |at| at.strftime("%H:%M:%S").to_string())
    }

    fn zoned(&self, at: Timestamp) -> Option<jiff::Zoned> {
        Some(jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(self.0.clone()?))
    }
}

/// A time span for people.
fn span(ms: i64) -> String {
    match ms / 1_000 {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

fn tell(life: &Life, answers: &[Answer], asked: &Asked<'_>) -> String {
    let clock = Clock::new(&life.zone);
    let visitor = &life.visitor;
    let mut lines = vec![format!(
        "{} {}",
        paint(STRONG, format!("“{}”", visitor.text)),
        paint(
            DIM,
            format!(
                "conversation {} of seed {}, {} ({})",
                life.conversation,
                life.seed,
                clock.day(life.opened_at),
                life.zone
            )
        )
    )];
    let mut facts = vec![visitor.channel.name.clone(), format!("wants {}", visitor.intent)];
    facts.extend(visitor.entry.as_ref().map(|entry| format!("entry {entry}")));
    facts.extend(visitor.language.as_ref().map(|language| format!("language {language}")));
    facts.extend((visitor.vip > 0).then(|| format!("VIP {}", visitor.vip)));
    facts.extend(visitor.returning.then(|| "was here before".to_owned()));
    facts.push(match visitor.patience_ms {
        Some(ms) => format!("waits {} at most", span(ms)),
        None => "waits for ever".to_owned(),
    });
    facts.push(format!("needs {} of an agent", span(visitor.handle_ms)));
    lines.push(facts.join(" · "));
    for (at, moment) in life.moments.iter().enumerate() {
        lines.push(format!("\n{} {}", paint(STRONG, clock.time(moment.at)), cause(&moment.cause)));
        for (place, decision) in moment.decisions.iter().enumerate() {
            let answer = answers.iter().find(|answer| answer.moment == at && answer.decision == place);
            match &decision.step {
                StepTold::Rules(rules) => {
                    tell_rules(&mut lines, rules, asked.all);
                    if let Some(lit) = answer.and_then(|answer| answer.lit.as_ref()) {
                        tell_lit(&mut lines, lit, asked.all);
                    }
                }
                StepTold::Placement(placement) => tell_placement(&mut lines, placement),
            }
            for then in &decision.groups {
                let facts = &then.facts;
                lines.push(paint(
                    DIM,
                    format!(
                        "  {} then: {} waiting, {} in hand, {} online, {} with room",
                        then.group.name, facts.waiting, facts.open, facts.online, facts.available
                    ),
                ));
            }
            if let Some(answer) = answer {
                tell_why(&mut lines, answer, asked.agent, &clock);
            }
        }
        lines.extend(moment.events.iter().filter_map(event).map(|line| format!("  → {line}")));
    }
    if life.left_out > 0 {
        lines.push(format!("\n… and {} moments more", life.left_out));
    }
    lines.push(match life.ended_at {
        Some(_) => String::new(),
        None => format!("\n{}", paint(WARN, "It is still under way when the run ends")),
    });
    lines.join("\n").trim_end().to_owned()
}

fn cause(cause: &CauseTold) -> String {
    match cause {
        CauseTold::Opened => "the visitor comes".to_owned(),
        CauseTold::Message { from } => format!("the {} says something", word(from)),
        CauseTold::Closed { .. } => "it ends".to_owned(),
        CauseTold::OtherClosed { conversation, agent } => match agent {
            Some(agent) => format!("conversation {conversation} of {} ends", name(agent)),
            None => format!("conversation {conversation} ends"),
        },
        CauseTold::LeftBot => "the bot hands it over".to_owned(),
        CauseTold::Presence { agent, presence } => format!("{} is {}", name(agent), word(presence)),
        CauseTold::TimePassed => "time has passed".to_owned(),
        CauseTold::Published => "another revision goes live".to_owned(),
        CauseTold::Other => "somebody changes something at the desk".to_owned(),
    }
}

/// What happened, but for what the decisions tell already.
fn event(event: &EventTold) -> Option<String> {
    Some(match &event.what {
        What::Opened | What::Routed { .. } => return None,
        What::Message { from, text } => format!("{} says “{text}”", word(from)),
        What::EntryChosen { entry } => format!("chose the entry {entry}"),
        What::Queued { group, position, only, .. } => {
            let only = only.as_ref().map(|agent| format!(", for now only for {}", name(agent)));
            format!(
                "{} {}, place {position}{}",
                paint(WARN, "waits for"),
                name(group),
                only.unwrap_or_default()
            )
        }
        What::Waited { after_ms } => format!("has waited {}", span(*after_ms)),
        What::Widened { step } => match step {
            WidenedTold::Agent { agent, reason } => {
                format!("no longer only for {} ({})", name(agent), word(reason))
            }
            WidenedTold::DropLastSkill => "the skill asked for last is asked no more".to_owned(),
            WidenedTold::DropSkills => "no skill is asked any more".to_owned(),
            WidenedTold::OpenTier { tier } => format!("agents up to tier {tier} are asked too"),
            WidenedTold::Overflow { group } => format!("{} is asked too", name(group)),
            WidenedTold::Unknown => "the ask relaxed".to_owned(),
        },
        What::Assigned { agent, group, by, waited_ms } => format!(
            "{} {} in {} ({}), after waiting {}",
            paint(GOOD, "with"),
            name(agent),
            name(group),
            word(by),
            span(*waited_ms)
        ),
        What::Unassigned { agent, reason } => format!("leaves {} ({})", name(agent), word(reason)),
        What::FellBack { to, reason } => {
            format!("{} {} ({})", paint(WARN, "falls back to"), fallback(to), word(reason))
        }
        What::Closed { reason } => format!("over: {}", word(reason)),
        What::RuleFailed { rule, failure } => {
            format!("{} {}: {}", paint(BAD, "rule failed"), name(rule), failure.message)
        }
        What::CanaryChosen => "the candidate decides".to_owned(),
    })
}

/// What the rules read; without `all`, those that ran.
fn tell_lit(lines: &mut Vec<String>, lit: &Lit, all: bool) {
    let told =
        lit.rules.iter().filter(|rule| all || rule.conditions.iter().all(|condition| condition.read.holds));
    for rule in told {
        for condition in &rule.conditions {
            let place = match (&rule.file, &condition.span) {
                (Some(file), Some(span)) => format!("{file}:{}", span.line),
                _ => rule.rule.slug.clone(),
            };
            let read = condition.read.read.as_deref().unwrap_or("nothing");
            let weight = condition.read.weight;
            let weight = weight.map(|(is, needs)| format!(", weight {is} of {needs}")).unwrap_or_default();
            let mark = if condition.read.holds { paint(GOOD, "holds") } else { paint(BAD, "fails") };
            lines.push(format!(
                "  {} {} reads {read}{weight}: {mark}",
                paint(DIM, place),
                condition.read.name
            ));
        }
        for call in &rule.calls {
            let place = match &rule.script {
                Some(script) if call.line > 0 => format!("{script}:{}", call.line),
                _ => rule.rule.slug.clone(),
            };
            let arguments = call.arguments.as_ref().map(|arguments| format!("({})", arguments.join(", ")));
            let answer = call.answer.as_ref().map(|answer| format!(" → {answer}"));
            lines.push(format!(
                "  {} {}{}{}",
                paint(DIM, place),
                call.what,
                arguments.unwrap_or_default(),
                answer.unwrap_or_default()
            ));
        }
    }
}

fn tell_why(lines: &mut Vec<String>, answer: &Answer, agent: Option<&str>, clock: &Clock) {
    if let (Some(slug), Some(why)) = (agent, &answer.why)
        && let Some(standing) = why.standings.iter().find(|standing| standing.agent.slug == slug)
    {
        lines.push(format!("  {} {}", paint(STRONG, "Why not"), why_not(standing, why, clock)));
    }
    let Some(what_if) = &answer.what_if else { return };
    for otherwise in &what_if.otherwise {
        let changes: Vec<String> = otherwise.changes.iter().map(change).collect();
        lines.push(format!(
            "  {} {}: {}",
            paint(STRONG, "Had"),
            changes.join(", and "),
            fate(&otherwise.fate)
        ));
    }
    if let Some(reason) = &what_if.blocked {
        lines.push(format!("  No change was found that would have done it ({})", word(reason)));
    } else if what_if.otherwise.is_empty() && agent.is_some() && what_if.trials > 1 {
        lines.push(format!("  None of {} changes tried would have done it", what_if.trials));
    }
    for without in &what_if.without_rules {
        let same = if without.differs { "" } else { " all the same" };
        lines.push(format!(
            "  {} {}: {}{same}",
            paint(STRONG, "Without rule"),
            name(&without.rule),
            fate(&without.fate)
        ));
    }
}

fn why_not(standing: &StandingTold, why: &Why, clock: &Clock) -> String {
    let who = name(&standing.agent);
    if standing.picked {
        return format!("{who}: has it");
    }
    let Some(reason) = &standing.reason else {
        let place = standing.place.unwrap_or(0);
        let first = why.picked.as_ref().map(|agent| format!("; {} came first", name(agent)));
        return format!(
            "{who}: could have taken it, place {place} by {}{}",
            why.strategy.map(|strategy| word(&strategy)).unwrap_or_default(),
            first.unwrap_or_default()
        );
    };
    let read = standing.read.as_ref().map(|read| format!(": {}", read_in_words(read, clock)));
    format!("{who}: {} ({}){}", word(reason), reason.code(), read.unwrap_or_default())
}

fn read_in_words(read: &ReadTold, clock: &Clock) -> String {
    match read {
        ReadTold::Load { open, most, cap_of } => {
            format!("{open} in hand, the cap of the {} is {most}", word(cap_of))
        }
        ReadTold::ChannelLoad { channel, open, most } => {
            format!("{open} in hand from {}, the cap is {most}", name(channel))
        }
        ReadTold::GroupLoad { open, most } => format!("the group has {open} in hand, its cap is {most}"),
        ReadTold::Skill { skill, has, asked } => format!("{} at level {has}, asked is {asked}", name(skill)),
        ReadTold::Tier { has, from, to } if has < from => format!("tier {has}, asked is {from} to {to}"),
        ReadTold::Tier { has, to, .. } => format!("tier {has}, open up to {to}"),
        ReadTold::Hours { hours, opens_at } => {
            let opens = opens_at.map(|at| format!(" until {}", clock.day(at))).unwrap_or_default();
            format!("{} closed{opens}", name(hours))
        }
        ReadTold::Channel { channel } => format!("no right to {}", name(channel)),
        ReadTold::Only { agent } => format!("for now only {} is asked", name(agent)),
    }
}

fn change(change: &ChangeTold) -> String {
    use ChangeTold as C;
    match change {
        C::Capacity { agent, from, to } => format!("the cap of {} been {to} instead of {from}", name(agent)),
        C::GroupAgentCapacity { group, from, to } => {
            format!("the cap of each agent in {} been {to} instead of {from}", name(group))
        }
        C::TenantAgentCapacity { from, to } => format!("the cap of each agent been {to} instead of {from}"),
        C::GroupCapacity { group, from, to } => {
            format!("the cap of {} been {to} instead of {from}", name(group))
        }
        C::ChannelCapacity { agent, channel, from, to } => {
            format!("the cap of {} for {} been {to} instead of {from}", name(agent), name(channel))
        }
        C::Skill { agent, skill, from: 0, to } => {
            format!("{} had the skill {} at level {to}", name(agent), name(skill))
        }
        C::Skill { agent, skill, from, to } => {
            format!("{} had the skill {} at level {to} instead of {from}", name(agent), name(skill))
        }
        C::Online { agent, was } => format!("{} been online instead of {}", name(agent), word(was)),
        C::Accepting { agent } => format!("{} been accepting", name(agent)),
        C::Receives { agent } => format!("{} had the right to receive", name(agent)),
        C::ChannelRight { agent, channel } => {
            format!("{} had the right to receive from {}", name(agent), name(channel))
        }
        C::InGroup { agent, group } => format!("{} been in {}", name(agent), name(group)),
        C::OnShift { agent, shift } => format!("{} been on shift ({})", name(agent), shift.slug),
        C::Tier { agent, from, to } => format!("{} been of tier {to} instead of {from}", name(agent)),
        C::TierOpen { group, to } => format!("{} asked agents up to tier {to} at once", name(group)),
        C::Priority { agent, group, from, to } => {
            format!("the priority of {} in {} been {to} instead of {from}", name(agent), name(group))
        }
        C::HoursOpen { hours } => format!("{} been open", name(hours)),
        C::WithoutAgent { agent } => format!("{} not been accepting", name(agent)),
        C::WithoutRule { rule } => format!("rule {} not been there", name(rule)),
        C::Automatic => "automatic assignment been on".to_owned(),
        C::QueueLength { group, from, to } => {
            format!("{to} been allowed to wait for {} instead of {from}", name(group))
        }
        C::WaitsUnstaffed { group } => {
            format!("conversations been allowed to wait for {} with nobody on duty", name(group))
        }
    }
}

fn fate(fate: &FateTold) -> String {
    match fate {
        FateTold::Assigned { agent, group } => {
            format!("{} {} in {}", paint(GOOD, "with"), name(agent), name(group))
        }
        FateTold::Queued { group, position } => {
            format!("{} {}, place {position}", paint(WARN, "waits for"), name(group))
        }
        FateTold::Away { to } => format!("{} {}", paint(WARN, "goes to"), fallback(to)),
        FateTold::Gone => "over".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_are_told_in_two_units_at_most() {
        assert_eq!(
            (span(59_999), span(60_000), span(3_725_000)),
            ("59 s".into(), "1 min 0 s".into(), "1 h 2 min".into())
        );
    }
}
