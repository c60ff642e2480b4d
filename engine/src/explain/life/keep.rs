//! A decision kept as a rule test: the conversation, the desk around it, and what came of it, in the tests' own grammar.
//! It is run before it is offered: the same must come out of it.

use std::collections::BTreeSet;
use std::ops::Deref;

use serde::Serialize;

use super::DecisionId;
use crate::desk::{Desk, Event};
use crate::id::GroupId;
use crate::model::{Directory, FallbackStep, Presence};
use crate::rules::{Mismatch, Plan, PlanSource, Ruleset, Target, Trigger, run_tests};
use crate::simulation::{Followed, LifeMoment};
use crate::tenant::{TenantFolder, TestAgent, TestDesk, TestGroup, read};
use crate::time::Timestamp;
use crate::trace::{RulesTrace, TraceStep};

/// Where tests that are kept are written.
pub const KEPT_TESTS: &str = "tests/kept.toml";
const HEADER: &str = "# Kept from conversations on the page: each goes where it went when it was kept.\n";

/// A rule test that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct KeptTest {
    /// The file it belongs in.
    pub file: String,
    /// The test alone.
    pub test: String,
    /// The file with the test at its end.
    pub text: String,
    /// Its name: the one asked for, with a number where there is one of that name already.
    pub name: String,
    /// How much of the decision it holds on to.
    pub with: KeptWith,
}

/// How much of a decision a test holds on to.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum KeptWith {
    /// The desk around it, where the rules send it, and who gets it.
    Place,
    /// The desk around it, and where the rules send it.
    Desk,
    /// Where the rules send it, on whatever desk.
    Rules,
}

/// Why a decision cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum NotKept {
    /// No rules ran, or only because another revision went live: there is nothing to hold them to.
    NoRules,
    /// What the rules said depends on more than a rule test can say.
    NotRepeated {
        /// What came out otherwise.
        failures: Vec<Mismatch>,
    },
    /// The file with the kept tests cannot be read.
    Unreadable {
        /// What is wrong with it, in English.
        message: String,
    },
}

impl<R: Deref<Target = Ruleset>> Followed<R> {
    /// A rule test of this name out of which the same decision comes, in the folder that the ruleset was compiled from.
    ///
    /// # Errors
    /// There is no such test.
    pub fn keep(&self, id: DecisionId, name: &str, folder: &TenantFolder) -> Result<KeptTest, NotKept> {
        let moment = self.moments.get(id.moment).ok_or(NotKept::NoRules)?;
        let rules = moment.traces.iter().find_map(|trace| match &trace.step {
            TraceStep::Rules(rules) if rules.plan.is_some() => Some((trace, rules)),
            _ => None,
        });
        let (trace, rules) = rules.ok_or(NotKept::NoRules)?;
        if rules.trigger == Trigger::Published {
            return Err(NotKept::NoRules);
        }
        let before = folder.files.get(KEPT_TESTS).and_then(|bytes| std::str::from_utf8(bytes).ok());
        let name = unused(name, before.unwrap_or_default());
        let writer = Writer {
            followed: self,
            moment,
            rules,
            desk: moment.desk_at(trace),
            directory: moment.ruleset.directory(),
            name: &name,
        };
        let mut first_failures = None;
        for with in [KeptWith::Place, KeptWith::Desk, KeptWith::Rules] {
            let Some(test) = writer.test(with) else { continue };
            let text = match before {
                Some(before) => format!("{}\n\n{test}", before.trim_end()),
                None => format!("{HEADER}\n{test}"),
            };
            match self.run(&name, &text, moment, folder)? {
                failures if failures.is_empty() => {
                    return Ok(KeptTest { file: KEPT_TESTS.to_owned(), test, text, name, with });
                }
                failures => first_failures = first_failures.or(Some(failures)),
            }
        }
        Err(NotKept::NotRepeated { failures: first_failures.unwrap_or_default() })
    }

    /// What of a test does not hold.
    fn run(
        &self,
        name: &str,
        text: &str,
        moment: &LifeMoment<R>,
        folder: &TenantFolder,
    ) -> Result<Vec<Mismatch>, NotKept> {
        let mut folder = folder.clone();
        folder.files.insert(KEPT_TESTS.to_owned(), text.as_bytes().to_vec());
        let (source, findings) = read(&folder, Some(moment.ruleset.directory()));
        let its = findings.iter().find(|found| found.file == KEPT_TESTS);
        if let Some(found) = its {
            return Err(NotKept::Unreadable { message: found.message.clone() });
        }
        let tests = source.map(|source| source.tests).unwrap_or_default();
        let test = tests.into_iter().find(|test| test.file == KEPT_TESTS && test.name == name);
        let Some(test) = test else {
            return Err(NotKept::Unreadable { message: "the test cannot be read back".to_owned() });
        };
        Ok(run_tests(&moment.ruleset, &[test]).into_iter().flat_map(|outcome| outcome.failures).collect())
    }
}

/// `name`, or `name (2)`, `name (3)` … where there is one of that name already.
fn unused(name: &str, file: &str) -> String {
    let known: BTreeSet<&str> = file.lines().filter_map(|line| line.strip_prefix("name = ")).collect();
    let is_free = |name: &String| !known.contains(quoted(name).as_str());
    let first = std::iter::once(name.to_owned());
    let mut names = first.chain((2..).map(|number: u32| format!("{name} ({number})")));
    names.find(is_free).unwrap_or_else(|| name.to_owned())
}

struct Writer<'a, R> {
    followed: &'a Followed<R>,
    moment: &'a LifeMoment<R>,
    rules: &'a RulesTrace,
    /// As the rules saw it.
    desk: Desk,
    directory: &'a Directory,
    name: &'a str,
}

impl<R: Deref<Target = Ruleset>> Writer<'_, R> {
    /// The test as TOML; `None`: it cannot be written with so much.
    fn test(&self, with: KeptWith) -> Option<String> {
        let view = self.desk.conversation(self.followed.conversation)?;
        let is_route = self.rules.trigger.hook() == crate::rules::Hook::Route;
        if !is_route && with != KeptWith::Rules {
            return None;
        }
        let opening = self.followed.opening()?;
        let text = match self.rules.trigger {
            Trigger::Message => self.message()?,
            _ => opening.text.clone(),
        };
        let mut lines = vec!["[[test]]".to_owned()];
        let mut line = |field: &str, value: String| lines.push(format!("{field} = {value}"));
        line("name", quoted(self.name));
        line("text", quoted(&text));
        line("channel", quoted(&self.directory.channel(view.channel)?.slug));
        if let Some(entry) = view.entry {
            line("entry", quoted(entry));
        }
        if let Some(language) = view.language {
            line("language", quoted(language));
        }
        if view.vip > 0 {
            line("vip", view.vip.to_string());
        }
        if opening.returning {
            line("returning", "true".to_owned());
        }
        if !opening.attributes.is_empty() {
            let pairs = opening
                .attributes
                .iter()
                .map(|(name, value)| format!("{} = {}", quoted(name), quoted(value)));
            line("attributes", format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", ")));
        }
        match self.rules.trigger {
            Trigger::Message => line("hook", quoted("on_message")),
            Trigger::Waited(ms) => {
                line("hook", quoted("on_wait"));
                line("waited", quoted(&duration(ms)));
            }
            _ => {}
        }
        if !view.tags.is_empty() {
            line("tags", list(view.tags));
        }
        line("at", quoted(&self.instant(self.desk.now())?));
        if with != KeptWith::Rules {
            self.desk_lines(&mut lines, opening.returning)?;
        }
        self.expectation(&mut lines, with);
        lines.push(String::new());
        Some(lines.join("\n"))
    }

    fn desk_lines(&self, lines: &mut Vec<String>, returning: bool) -> Option<()> {
        let groups = self.groups();
        let staged = TestDesk::of(&self.desk, &groups)?;
        let agent = |id| self.directory.agent(id).map(|agent| quoted(&agent.slug)).unwrap_or_default();
        let group = |id| self.directory.group(id).map(|group| group.slug.as_str()).unwrap_or_default();
        lines.push("[test.desk]".to_owned());
        let served = self.followed.customer.filter(|_| returning);
        if let Some((by, ago_ms)) = served.and_then(|customer| TestDesk::served(&self.desk, customer)) {
            lines.push(format!("served_by = {}", agent(by)));
            lines.push(format!("served_ago = {}", quoted(&duration(ago_ms))));
        }
        if !staged.groups.is_empty() {
            lines.push("groups = [".to_owned());
            for TestGroup { group: id, waiting, longest_wait_ms, pace_ms, turn } in &staged.groups {
                let mut fields = vec![format!("group = {}", quoted(group(*id)))];
                if *waiting > 0 {
                    fields.push(format!("waiting = {waiting}"));
                    fields.push(format!("longest_wait = {}", quoted(&duration(*longest_wait_ms))));
                }
                fields.extend(pace_ms.map(|ms| format!("pace = {}", quoted(&duration(ms)))));
                fields.extend(turn.map(|id| format!("turn = {}", agent(id))));
                lines.push(format!("  {{ {} }},", fields.join(", ")));
            }
            lines.push("]".to_owned());
        }
        lines.push("agents = [".to_owned());
        for one in &staged.agents {
            let TestAgent { agent: id, presence, accepting, in_hand, idle_ms, .. } = one;
            let mut fields = vec![format!("agent = {}", agent(*id))];
            match presence {
                Presence::Busy => fields.push("presence = \"busy\"".to_owned()),
                Presence::Away => fields.push("presence = \"away\"".to_owned()),
                Presence::Online | Presence::Offline => {}
            }
            if !accepting {
                fields.push("accepting = false".to_owned());
            }
            if !in_hand.is_empty() {
                let counts = in_hand.iter().map(|(id, count)| format!("{} = {count}", group(*id)));
                fields.push(format!("in_hand = {{ {} }}", counts.collect::<Vec<_>>().join(", ")));
            }
            fields.push(format!("idle = {}", quoted(&duration(*idle_ms))));
            fields.extend(one.response_ms.map(|ms| format!("response = {}", quoted(&duration(ms)))));
            fields.extend(one.handle_ms.map(|ms| format!("handle = {}", quoted(&duration(ms)))));
            fields.extend(one.satisfaction.map(|points| format!("satisfaction = {points}")));
            lines.push(format!("  {{ {} }},", fields.join(", ")));
        }
        lines.push("]".to_owned());
        Some(())
    }

    /// The groups that the moment is about.
    fn groups(&self) -> Vec<GroupId> {
        let mut groups: Vec<GroupId> = self.rules.plan.iter().filter_map(Plan::target_group).collect();
        for trace in &self.moment.traces {
            if let TraceStep::Placement(placement) = &trace.step {
                groups.extend(placement.tries.iter().map(|asked| asked.group));
            }
        }
        groups
    }

    fn expectation(&self, lines: &mut Vec<String>, with: KeptWith) {
        let Some(plan) = &self.rules.plan else { return };
        let directory = self.directory;
        lines.push("[test.expect]".to_owned());
        let before = lines.len();
        let group = |id| directory.group(id).map(|group| quoted(&group.slug)).unwrap_or_default();
        let agent = |id| directory.agent(id).map(|agent| quoted(&agent.slug)).unwrap_or_default();
        match (&plan.target, plan.source) {
            (Target::Group(id), _) => lines.push(format!("group = {}", group(*id))),
            (Target::Agent { agent: id, .. }, _) => lines.push(format!("agent = {}", agent(*id))),
            (Target::Bot(name), PlanSource::Rule(_)) => lines.push(format!("bot = {}", quoted(name))),
            (Target::LeaveMessage, PlanSource::Rule(_)) => lines.push("leave_message = true".to_owned()),
            (Target::Ticket, PlanSource::Rule(_)) => lines.push("ticket = true".to_owned()),
            _ => {}
        }
        if let PlanSource::Rule(rule) = plan.source
            && let Some(info) = self.moment.ruleset.rule(rule)
        {
            lines.push(format!("rule = {}", quoted(&info.slug)));
        }
        let skills: Vec<String> = plan
            .skills
            .iter()
            .filter_map(|asked| directory.skill(asked.skill).map(|skill| skill.slug.clone()))
            .collect();
        if !skills.is_empty() {
            lines.push(format!("skills = {}", list(&skills)));
        }
        lines.extend(plan.tier.map(|tier| format!("tier = {tier}")));
        if plan.priority > 0 {
            lines.push(format!("priority = {}", plan.priority));
        }
        if !plan.tags.is_empty() {
            lines.push(format!("tags = {}", list(&plan.tags)));
        }
        if !plan.risks.is_empty() {
            lines.push(format!("risk = {}", list(&plan.risks)));
        }
        if with == KeptWith::Place {
            let its = self.moment.events.iter().rev();
            let place = its.filter(|record| record.event.conversation() == Some(self.followed.conversation));
            let line = place.into_iter().find_map(|record| match &record.event {
                Event::Assigned { agent: id, .. } => Some(format!("assigned = {}", agent(*id))),
                Event::Queued { group: id, .. } => Some(format!("waits_for = {}", group(*id))),
                Event::FellBack { to, .. } => Some(format!("fell_back = {}", quoted(&step(to)))),
                _ => None,
            });
            lines.extend(line);
        }
        if lines.len() == before {
            lines.push(format!("priority = {}", plan.priority));
        }
    }

    /// What the visitor said that set the moment off.
    fn message(&self) -> Option<String> {
        self.moment.events.iter().find_map(|record| match &record.event {
            Event::MessageReceived { conversation, text, .. }
                if *conversation == self.followed.conversation =>
            {
                Some(text.clone())
            }
            _ => None,
        })
    }

    /// An instant with the offset of the tenant's zone.
    fn instant(&self, at: Timestamp) -> Option<String> {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(&self.directory.settings.zone).ok()?;
        let at = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone);
        Some(at.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string())
    }
}

/// As a fallback's step is written.
fn step(step: &FallbackStep) -> String {
    match step {
        FallbackStep::Bot(name) => format!("bot:{name}"),
        FallbackStep::Ticket => "ticket".to_owned(),
        FallbackStep::LeaveMessage | FallbackStep::Group(_) => "leave-message".to_owned(),
    }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A duration as a file writes it, to the millisecond.
fn duration(ms: i64) -> String {
    let mut left = ms.max(0);
    let mut text = String::new();
    for (unit, unit_ms) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)] {
        let count = left / unit_ms;
        left %= unit_ms;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let text = "a \"quoted\" \\ 退款\n\t\u{7f}";
        let document = format!("x = {}", quoted(text));
        let read: toml::Table = toml::from_str(&document).unwrap();
        assert_eq!(read["x"].as_str(), Some(text));
        assert_eq!((duration(0), duration(90_061_001)), ("0s".to_owned(), "1d1h1m1s1ms".to_owned()));
        assert_eq!(unused("退款", "name = \"退款\"\nname = \"退款 (2)\"\n"), "退款 (3)");
    }
}
