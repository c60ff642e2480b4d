//! Reading `scenarios/NAME.toml`: every name resolved, every hour and date spelled out in instants.

mod recorded;
#[cfg(test)]
mod tests;
mod values;

use super::clock::Calendar;
use super::random::Length;
use super::rates::{Base, Window, rates};
use super::scenario::{
    AgentsOut, Arrivals, BotStay, Break, CONVERSATIONS_MAX, CONVERSATIONS_MAX_DEFAULT, HandleFactors,
    INTENTS_MAX, Intent, LENGTH_MS_MAX, LIST_MAX, Recorded, Scenario,
};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::id::{AgentId, ChannelId, GroupId, SkillId};
use crate::model::Directory;
use crate::tenant::reader::{Document, Place, Table, Word, shown};
use crate::tenant::{Findings, read_at};
use crate::time::Timestamp;
use values::{
    attributes, day_time, dispersion, factor, factor_above_zero, follow_up, instant, length_in, length_of,
    patience, phrases, rate, shape, share,
};

const FIELDS: &[&str] = &[
    "name",
    "start",
    "length",
    "warm_up",
    "conversations_max",
    "rate",
    "rate_shape",
    "recorded",
    "dispersion",
    "surge",
    "vip",
    "returning",
    "patience",
    "short_abandon",
    "reply",
    "bot",
    "form",
    "series",
    "intent",
    "handle_factor",
    "agents",
    "incident",
];
const INTENT_FIELDS: &[&str] = &[
    "name",
    "share",
    "group",
    "skills",
    "handle",
    "phrases",
    "entry",
    "language",
    "attributes",
    "follow_up",
];
const INCIDENT_FIELDS: &[&str] = &["at", "length", "kind", "group", "share", "channel", "factor"];
const LENGTH_FIELDS: &[&str] = &["mean", "distribution", "sigma"];
const BOT_FIELDS: &[&str] = &["mean", "distribution", "sigma", "contained"];

const HOUR_MS: i64 = 3_600_000;
/// Levels of VIP.
pub(super) const VIP_LEVELS_MAX: usize = 10;
/// How far shares may miss 1.
const SHARES_MISS_MAX: f64 = 0.001;

/// Reads a scenario against the directory whose names it uses. `None` if any finding is an error.
#[must_use]
pub fn read_scenario(slug: &str, text: &str, directory: &Directory) -> (Option<Scenario>, Vec<Diagnostic>) {
    let file = format!("scenarios/{slug}.toml");
    let findings = Findings::new();
    let scenario = {
        let document = Document::parse(&file, text, &findings);
        let root = document.root(FIELDS);
        match document.broken_at() {
            Some(_) => None,
            None => Reader { directory, root }.read(slug),
        }
    };
    let findings = findings.into_sorted(|_| true);
    let is_broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    (scenario.filter(|_| !is_broken), findings)
}

#[derive(Copy, Clone)]
struct Reader<'d> {
    directory: &'d Directory,
    root: Table<'d>,
}

/// A stretch with something special about it.
struct Incidents {
    windows: Vec<Window>,
    drops: Vec<AgentsOut>,
    silences: Vec<AgentsOut>,
}

impl<'d> Reader<'d> {
    fn read(self, slug: &str) -> Option<Scenario> {
        let root = self.root;
        let name = root.name_or(slug);
        let length = root.must("length");
        let length_ms = length.and_then(|item| item.positive_duration_ms()).filter(|ms| {
            let fits = *ms <= LENGTH_MS_MAX;
            if !fits && let Some(length) = length {
                length.bad("must be at most 366d");
            }
            fits
        });
        let zone = &self.directory.settings.zone;
        let calendar = root.must("start").and_then(|item| {
            let start = read_at(item, zone)?;
            let calendar = Calendar::new(zone, start, length_ms.unwrap_or(HOUR_MS));
            if calendar.is_none() {
                item.bad("must be between 1970 and 2200");
            }
            calendar
        });
        // Everything else is read even where the start is wrong, for its own findings.
        let is_placed = calendar.is_some();
        let calendar = calendar.or_else(|| Calendar::new(zone, Timestamp(0), HOUR_MS))?;
        let incidents = self.incidents(&calendar);
        let recorded = self.recorded(&calendar, is_placed && length_ms.is_some());
        let arrivals = self.arrivals(&calendar, incidents.windows, &recorded);
        let warm_up_ms = root.duration_ms("warm_up").unwrap_or(0);
        if length_ms.is_some_and(|length_ms| warm_up_ms >= length_ms)
            && let Some(item) = root.get("warm_up")
        {
            item.bad("must be shorter than `length`");
        }
        let scenario = Scenario {
            name,
            start: calendar.start(),
            length_ms: length_ms.unwrap_or(HOUR_MS),
            warm_up_ms,
            conversations_max: root
                .integer("conversations_max", 1..=CONVERSATIONS_MAX as i64)
                .unwrap_or(CONVERSATIONS_MAX_DEFAULT),
            arrivals,
            dispersion: root.get("dispersion").and_then(|item| dispersion(item, &calendar)),
            recorded,
            intents: self.intents(),
            vip: self.vip(),
            returning: root.get("returning").and_then(share).unwrap_or(0.0),
            patience: root.get("patience").and_then(patience),
            short_abandon_ms: root.duration_ms("short_abandon").unwrap_or(5_000),
            handle_factors: self.handle_factors(),
            reply: root.get("reply").and_then(length_of),
            bot: self.bot(),
            form: root.get("form").and_then(length_of).unwrap_or(Length::exponential(60_000.0)),
            breaks: self.breaks(&calendar),
            drops: incidents.drops,
            silences: incidents.silences,
            series_ms: self.series_ms(length_ms.unwrap_or(HOUR_MS)),
        };
        is_placed.then_some(scenario)
    }

    fn arrivals(self, calendar: &Calendar, mut windows: Vec<Window>, recorded: &[Recorded]) -> Vec<Arrivals> {
        windows.extend(self.surges(calendar));
        let mut bases: Vec<(ChannelId, Base)> = Vec::new();
        for field in ["rate", "rate_shape"] {
            for (word, item) in self.root.get(field).and_then(|item| item.map()).unwrap_or_default() {
                let base = if field == "rate" { rate(item).map(Base::Constant) } else { shape(item) };
                let (Some(channel), Some(base)) = (self.channel(word), base) else {
                    continue;
                };
                if bases.iter().any(|(known, _)| *known == channel) {
                    let message = format!("channel `{}` has both a `rate` and a `rate_shape`", word.text);
                    word.place.report(Code::DuplicateName, message);
                }
                if recorded.iter().any(|recorded| recorded.channel == channel) {
                    let message =
                        format!("channel `{}` has both a rate and `[[recorded]]` counts", word.text);
                    word.place.report(Code::DuplicateName, message);
                }
                bases.push((channel, base));
            }
        }
        if ["rate", "rate_shape", "recorded"].iter().all(|field| self.root.get(field).is_none()) {
            let message = "none of `rate`, `rate_shape` and `[[recorded]]` says how many conversations come";
            self.root.place.report(Code::MissingField, message);
        }
        bases.sort_by_key(|(channel, _)| *channel);
        bases
            .into_iter()
            .map(|(channel, base)| Arrivals { channel, rates: rates(&base, channel, &windows, calendar) })
            .collect()
    }

    fn surges(self, calendar: &Calendar) -> Vec<Window> {
        let surges = self.tables("surge", &["from", "to", "channel", "factor"]);
        let windows = surges.into_iter().filter_map(|table| {
            let from = table.must("from").and_then(day_time);
            let to = table.must("to").and_then(day_time);
            let factor = table.must("factor").and_then(factor);
            let channel = table.get("channel").map(|item| item.text().and_then(|word| self.channel(word)));
            let (from, to, factor) = (from?, to?, factor?);
            let of_day = |(from, to)| Window { from, to, channel: channel.flatten(), factor };
            Some(calendar.each_day(from, to).map(of_day).collect::<Vec<_>>())
        });
        windows.flatten().collect()
    }

    fn incidents(self, calendar: &Calendar) -> Incidents {
        #[derive(Copy, Clone)]
        enum Kind {
            AgentsDrop,
            AgentsSilent,
            Surge,
            ChannelOut,
        }
        let kinds = [
            ("agents-drop", Kind::AgentsDrop),
            ("agents-silent", Kind::AgentsSilent),
            ("surge", Kind::Surge),
            ("channel-out", Kind::ChannelOut),
        ];
        let mut incidents = Incidents { windows: Vec::new(), drops: Vec::new(), silences: Vec::new() };
        for table in self.tables("incident", INCIDENT_FIELDS) {
            let at = table.must("at").and_then(|item| instant(item, calendar, &self.directory.settings.zone));
            let length_ms = table.must("length").and_then(|item| item.positive_duration_ms());
            let Some(kind) = table.must("kind").and_then(|item| item.choice(&kinds)) else {
                continue;
            };
            let channel = table.get("channel").map(|item| item.text().and_then(|word| self.channel(word)));
            let group = table.get("group").map(|item| item.text().and_then(|word| self.group(word)));
            let unused: &[&'static str] = match kind {
                Kind::AgentsDrop | Kind::AgentsSilent => &["channel", "factor"],
                Kind::Surge => &["group", "share"],
                Kind::ChannelOut => &["group", "share", "factor"],
            };
            for item in unused.iter().filter_map(|field| table.get(field)) {
                item.bad("has no meaning for this kind of incident");
            }
            let factor = match kind {
                Kind::Surge => table.must("factor").and_then(factor),
                Kind::ChannelOut => table.must("channel").map(|_| 0.0),
                Kind::AgentsDrop | Kind::AgentsSilent => None,
            };
            let share = match kind {
                Kind::AgentsDrop | Kind::AgentsSilent => table.must("share").and_then(share),
                _ => None,
            };
            let (Some(at), Some(length_ms)) = (at, length_ms) else {
                continue;
            };
            if let Some(factor) = factor {
                let channel = channel.flatten();
                incidents.windows.push(Window { from: at, to: at.plus_ms(length_ms), channel, factor });
            }
            if let Some(share) = share {
                let out = AgentsOut { at, length_ms, group: group.flatten(), share };
                match kind {
                    Kind::AgentsSilent => incidents.silences.push(out),
                    _ => incidents.drops.push(out),
                }
            }
        }
        for out in [&mut incidents.drops, &mut incidents.silences] {
            out.sort_by_key(|out| out.at);
        }
        incidents
    }

    fn breaks(self, calendar: &Calendar) -> Vec<Break> {
        let Some(table) = self.root.get("agents").and_then(|item| item.table(&["breaks"])) else {
            return Vec::new();
        };
        let mut breaks = Vec::new();
        let mut taken = 0.0;
        for table in limited(table.tables("breaks", &["at", "length", "share"]), LIST_MAX) {
            let at = table.must("at").and_then(day_time);
            let length_ms = table.must("length").and_then(|item| item.positive_duration_ms());
            let share = table.get("share").map_or(Some(1.0), share);
            let (Some(at), Some(length_ms), Some(share)) = (at, length_ms, share) else {
                continue;
            };
            // One break goes on in the order of lots where the one before it ended.
            let from_share = taken;
            let days = calendar.each_day(at, at).map(|(at, _)| at).filter(|at| *at >= calendar.start());
            breaks.extend(days.map(|at| Break { at, length_ms, from_share, share }));
            taken = (taken + share) % 1.0;
        }
        breaks.sort_by_key(|pause| pause.at);
        breaks
    }

    fn intents(self) -> Vec<Intent> {
        let tables = self.root.tables("intent", INTENT_FIELDS);
        if tables.is_empty() && self.root.get("intent").is_none() {
            self.root.place.report(Code::MissingField, "no `[[intent]]` says what the visitors want");
        }
        let mut intents: Vec<Intent> = Vec::new();
        let mut last = self.root.place;
        for table in limited(tables, INTENTS_MAX) {
            last = table.place;
            let name = table.must("name").and_then(|item| item.label());
            let handle = table.must("handle").and_then(length_of);
            let share = table.must("share").and_then(share);
            let intent = Intent {
                name: name.map_or_else(String::new, |word| word.to_text()),
                share: share.unwrap_or(0.0),
                group: table.get("group").and_then(|item| item.text()).and_then(|word| self.group(word)),
                skills: table.labels("skills").into_iter().filter_map(|word| self.skill(word)).collect(),
                handle: handle.unwrap_or(Length::exponential(1.0)),
                phrases: table.get("phrases").map(phrases).unwrap_or_default(),
                entry: table.get("entry").and_then(|item| item.label()).map(|word| self.entry(word)),
                language: table
                    .get("language")
                    .and_then(|item| item.label())
                    .map(|word| word.text.to_ascii_lowercase()),
                attributes: attributes(table),
                follow_up: table.get("follow_up").and_then(follow_up),
            };
            if let (Some(word), true) = (name, intents.iter().any(|known| known.name == intent.name)) {
                let message = format!("the intent `{}` is there twice", shown(word.text));
                word.place.report(Code::DuplicateName, message);
            }
            intents.push(intent);
        }
        if !intents.is_empty() {
            check_sum("the intents' shares", intents.iter().map(|intent| intent.share).sum(), last);
        }
        intents
    }

    fn vip(self) -> Vec<f64> {
        let Some(item) = self.root.get("vip") else {
            return vec![1.0];
        };
        let Some(list) = item.some_list() else {
            return vec![1.0];
        };
        if list.len() > VIP_LEVELS_MAX {
            item.bad(format!("has at most {VIP_LEVELS_MAX} levels"));
        }
        let shares: Vec<f64> = list.take(VIP_LEVELS_MAX).filter_map(share).collect();
        check_sum("the shares of `vip`", shares.iter().sum(), item.place);
        shares
    }

    fn handle_factors(self) -> HandleFactors {
        let table = self.root.get("handle_factor").and_then(|item| item.table(&["skill", "agent"]));
        let entries =
            |field| table.and_then(|table| table.get(field)).and_then(|item| item.map()).unwrap_or_default();
        HandleFactors {
            skills: entries("skill")
                .into_iter()
                .filter_map(|(word, item)| Some((self.skill(word)?, factor_above_zero(item)?)))
                .collect(),
            agents: entries("agent")
                .into_iter()
                .filter_map(|(word, item)| Some((self.agent(word)?, factor_above_zero(item)?)))
                .collect(),
        }
    }

    fn bot(self) -> BotStay {
        let table = self.root.get("bot").and_then(|item| item.table(BOT_FIELDS));
        BotStay {
            length: table.and_then(length_in).unwrap_or(Length::exponential(90_000.0)),
            contained: table.and_then(|table| table.get("contained")).and_then(share).unwrap_or(0.6),
        }
    }

    fn series_ms(self, length_ms: i64) -> i64 {
        let Some(item) = self.root.get("series") else {
            return Scenario::series_ms_for(length_ms);
        };
        let least_ms = (length_ms / 10_000).max(1_000);
        match item.positive_duration_ms() {
            Some(ms) if ms < least_ms => {
                item.bad("must be at least a second, and at least a 10,000th of `length`");
                least_ms
            }
            Some(ms) => ms,
            None => least_ms,
        }
    }

    fn tables(self, field: &'static str, known: &'static [&'static str]) -> Vec<Table<'d>> {
        limited(self.root.tables(field, known), LIST_MAX)
    }

    fn channel(self, word: Word<'_>) -> Option<ChannelId> {
        let known = self.directory.channels.iter().filter(|channel| channel.active);
        resolve(word, "channel", Code::UnknownChannel, known.map(|channel| (&*channel.slug, channel.id)))
    }

    fn group(self, word: Word<'_>) -> Option<GroupId> {
        let known = self.directory.groups.iter().filter(|group| group.active);
        resolve(word, "group", Code::UnknownGroup, known.map(|group| (&*group.slug, group.id)))
    }

    fn agent(self, word: Word<'_>) -> Option<AgentId> {
        let known = self.directory.agents.iter().filter(|agent| agent.active);
        resolve(word, "agent", Code::UnknownAgent, known.map(|agent| (&*agent.slug, agent.id)))
    }

    fn skill(self, word: Word<'_>) -> Option<SkillId> {
        let known = self.directory.skills.iter();
        resolve(word, "skill", Code::UnknownSkill, known.map(|skill| (&*skill.slug, skill.id)))
    }

    fn entry(self, word: Word<'_>) -> String {
        let known = self.directory.entries.keys().map(|entry| (&**entry, ()));
        resolve(word, "entry", Code::UnknownEntry, known);
        word.to_text()
    }
}

fn resolve<'n, Id: Copy>(
    word: Word<'_>,
    kind: &str,
    code: Code,
    known: impl Iterator<Item = (&'n str, Id)> + Clone,
) -> Option<Id> {
    let found = known.clone().find(|(slug, _)| *slug == word.text).map(|(_, id)| id);
    if found.is_none() {
        let finding = word.place.finding(code, format!("unknown {kind} `{}`", shown(word.text)));
        let names: Vec<&str> = known.map(|(slug, _)| slug).collect();
        let findings = word.place.findings();
        findings.push(findings.suggest(finding, word.text, names.into_iter()));
    }
    found
}

/// The first `most` tables; a finding when there are more.
fn limited(mut tables: Vec<Table<'_>>, most: usize) -> Vec<Table<'_>> {
    if let Some(table) = tables.get(most) {
        table.place.report(Code::TooLarge, format!("more than {most} of these"));
        tables.truncate(most);
    }
    tables
}

fn check_sum(what: &str, sum: f64, place: Place<'_>) {
    if (sum - 1.0).abs() > SHARES_MISS_MAX {
        place.report(Code::BadScenario, format!("{what} add up to {sum:.3}, not to 1"));
    }
}
