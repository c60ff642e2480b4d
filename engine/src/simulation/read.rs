//! Reading `scenarios/NAME.toml`: every name resolved, every hour and date spelled out in instants.

use super::clock::{Calendar, DayTime, parse_day_time};
use super::random::{DRAW_MS_MAX, Length, Shape};
use super::rates::{Base, Window, rates};
use super::scenario::{
    AgentsDrop, Arrivals, BotStay, Break, CONVERSATIONS_MAX, CONVERSATIONS_MAX_DEFAULT, FollowUp,
    HandleFactors, INTENTS_MAX, Intent, LENGTH_MS_MAX, LIST_MAX, PHRASES_MAX, Scenario,
};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::id::{AgentId, ChannelId, GroupId, SkillId};
use crate::limits::MESSAGE_BYTES_MAX;
use crate::model::Directory;
use crate::tenant::reader::{Document, Item, Place, Table, Word, shown};
use crate::tenant::{Findings, read_at};
use crate::time::Timestamp;

const FIELDS: &[&str] = &[
    "name",
    "start",
    "length",
    "warm_up",
    "conversations_max",
    "rate",
    "rate_shape",
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
/// Conversations an hour on one channel.
const PER_HOUR_MAX: f64 = 100_000_000.0;
/// What a surge or an agent multiplies by.
const FACTOR_MAX: f64 = 1_000.0;
/// Levels of VIP.
const VIP_LEVELS_MAX: usize = 10;
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
    drops: Vec<AgentsDrop>,
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
        let arrivals = self.arrivals(&calendar, incidents.windows);
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
            series_ms: self.series_ms(length_ms.unwrap_or(HOUR_MS)),
        };
        is_placed.then_some(scenario)
    }

    fn arrivals(self, calendar: &Calendar, mut windows: Vec<Window>) -> Vec<Arrivals> {
        windows.extend(self.surges(calendar));
        let mut bases: Vec<(ChannelId, Base)> = Vec::new();
        for field in ["rate", "rate_shape"] {
            for (word, item) in self.root.get(field).and_then(|item| item.map()).unwrap_or_default() {
                let base = if field == "rate" { rate(item).map(Base::Constant) } else { by_hour(item) };
                let (Some(channel), Some(base)) = (self.channel(word), base) else {
                    continue;
                };
                if bases.iter().any(|(known, _)| *known == channel) {
                    let message = format!("channel `{}` has both a `rate` and a `rate_shape`", word.text);
                    word.place.report(Code::DuplicateName, message);
                }
                bases.push((channel, base));
            }
        }
        if self.root.get("rate").is_none() && self.root.get("rate_shape").is_none() {
            let message = "neither `rate` nor `rate_shape` says how many conversations come";
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
            Surge,
            ChannelOut,
        }
        let kinds =
            [("agents-drop", Kind::AgentsDrop), ("surge", Kind::Surge), ("channel-out", Kind::ChannelOut)];
        let mut incidents = Incidents { windows: Vec::new(), drops: Vec::new() };
        for table in self.tables("incident", INCIDENT_FIELDS) {
            let at = table.must("at").and_then(|item| instant(item, calendar, &self.directory.settings.zone));
            let length_ms = table.must("length").and_then(|item| item.positive_duration_ms());
            let Some(kind) = table.must("kind").and_then(|item| item.choice(&kinds)) else {
                continue;
            };
            let channel = table.get("channel").map(|item| item.text().and_then(|word| self.channel(word)));
            let group = table.get("group").map(|item| item.text().and_then(|word| self.group(word)));
            let unused: &[&'static str] = match kind {
                Kind::AgentsDrop => &["channel", "factor"],
                Kind::Surge => &["group", "share"],
                Kind::ChannelOut => &["group", "share", "factor"],
            };
            for item in unused.iter().filter_map(|field| table.get(field)) {
                item.bad("has no meaning for this kind of incident");
            }
            let factor = match kind {
                Kind::Surge => table.must("factor").and_then(factor),
                Kind::ChannelOut => table.must("channel").map(|_| 0.0),
                Kind::AgentsDrop => None,
            };
            let share = match kind {
                Kind::AgentsDrop => table.must("share").and_then(share),
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
                incidents.drops.push(AgentsDrop { at, length_ms, group: group.flatten(), share });
            }
        }
        incidents.drops.sort_by_key(|drop| drop.at);
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
            breaks.extend(calendar.each_day(at, at).map(|(at, _)| Break {
                at,
                length_ms,
                from_share,
                share,
            }));
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

fn share(item: Item<'_>) -> Option<f64> {
    item.number(0.0..=1.0)
}

fn factor(item: Item<'_>) -> Option<f64> {
    item.number(0.0..=FACTOR_MAX)
}

fn factor_above_zero(item: Item<'_>) -> Option<f64> {
    item.number(0.001..=FACTOR_MAX)
}

fn rate(item: Item<'_>) -> Option<f64> {
    item.number(0.0..=PER_HOUR_MAX)
}

fn by_hour(item: Item<'_>) -> Option<Base> {
    let list = item.list()?;
    let many = list.len();
    let hours: Vec<f64> = list.filter_map(rate).collect();
    let shape: Option<[f64; 24]> = hours.try_into().ok();
    if many != 24 {
        item.bad(format!("must have 24 numbers, one for each hour of the day, not {many}"));
    }
    shape.map(Base::ByHour)
}

fn day_time(item: Item<'_>) -> Option<DayTime> {
    let word = item.time_text()?;
    let time = parse_day_time(word.text);
    if time.is_none() {
        item.bad("must be a time of day such as \"14:00\"");
    }
    time
}

/// A time of day means the first such time of the scenario.
fn instant(item: Item<'_>, calendar: &Calendar, zone: &str) -> Option<Timestamp> {
    let word = item.time_text()?;
    match parse_day_time(word.text) {
        Some(time) => calendar.first(time),
        None => read_at(item, zone),
    }
}

fn patience(item: Item<'_>) -> Option<Length> {
    let table = item.table(LENGTH_FIELDS)?;
    let is_none = table
        .get("distribution")
        .is_some_and(|item| matches!(item.text(), Some(word) if word.text == "none"));
    if is_none { None } else { length_in(table) }
}

/// A length of time: a table with its mean, or just the duration, which then does not vary.
fn length_of(item: Item<'_>) -> Option<Length> {
    if item.is_string() {
        let mean_ms = mean_ms(item)?;
        return Some(Length { mean_ms, shape: Shape::Constant });
    }
    length_in(item.table(LENGTH_FIELDS)?)
}

fn length_in(table: Table<'_>) -> Option<Length> {
    #[derive(Copy, Clone, PartialEq)]
    enum Kind {
        Constant,
        Uniform,
        Exponential,
        Lognormal,
    }
    let kinds = [
        ("constant", Kind::Constant),
        ("uniform", Kind::Uniform),
        ("exponential", Kind::Exponential),
        ("lognormal", Kind::Lognormal),
    ];
    let mean = table.must("mean").and_then(mean_ms);
    let kind = match table.get("distribution") {
        Some(item) => item.choice(&kinds)?,
        None => Kind::Exponential,
    };
    let shape = match kind {
        Kind::Constant => Shape::Constant,
        Kind::Uniform => Shape::Uniform,
        Kind::Exponential => Shape::Exponential,
        Kind::Lognormal => Shape::Lognormal { sigma: table.must("sigma")?.number(0.01..=3.0)? },
    };
    if let (Some(item), true) = (table.get("sigma"), kind != Kind::Lognormal) {
        item.bad("belongs to `distribution = \"lognormal\"`");
    }
    Some(Length { mean_ms: mean?, shape })
}

fn mean_ms(item: Item<'_>) -> Option<f64> {
    let ms = item.positive_duration_ms()?;
    if ms > DRAW_MS_MAX {
        item.bad("must be at most 7d");
        return None;
    }
    Some(ms as f64)
}

fn phrases(item: Item<'_>) -> Vec<String> {
    let Some(list) = item.some_list() else {
        return Vec::new();
    };
    if list.len() > PHRASES_MAX {
        item.place.report(Code::TooLarge, format!("more than {PHRASES_MAX} phrases"));
    }
    list.take(PHRASES_MAX)
        .filter_map(|item| item.text_within(MESSAGE_BYTES_MAX))
        .map(|word| word.to_text())
        .collect()
}

fn follow_up(item: Item<'_>) -> Option<FollowUp> {
    let table = item.table(&["share", "after", "phrases"])?;
    let share = table.must("share").and_then(share);
    let after = table.must("after").and_then(length_of);
    let phrases = table.must("phrases").map(phrases).unwrap_or_default();
    Some(FollowUp { share: share?, after: after?, phrases })
}

fn attributes(table: Table<'_>) -> Vec<(String, String)> {
    let entries = table.get("attributes").and_then(|item| item.map()).unwrap_or_default();
    entries.into_iter().filter_map(|(word, item)| Some((word.to_text(), item.label()?.to_text()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Channel;
    use crate::simulation::erlang::Erlang;

    fn directory() -> Directory {
        let erlang =
            Erlang { arrivals_per_hour: 1.0, handle_ms_mean: 60_000.0, agents: 2, patience_ms_mean: None };
        let mut directory = erlang.directory();
        let app = Channel { id: ChannelId(1), slug: "app".to_owned(), ..directory.channels[0].clone() };
        directory.channels.push(app);
        directory.entries.insert("售后".to_owned(), GroupId(0));
        directory
    }

    const SOUND: &str = r#"
name = "大促高峰"
start = "2026-11-11T00:00:00"
length = "24h"
warm_up = "1h"
rate = { app = 60 }
rate_shape = { line = [0,0,0,0,0,0,0,0,90,90,90,90,90,90,90,90,90,90,90,90,90,0,0,0] }
surge = [{ from = "20:00", to = "21:00", channel = "line", factor = 4.0 }]
vip = [0.9, 0.07, 0.03]
returning = 0.3
patience = { mean = "3m", distribution = "lognormal", sigma = 0.8 }
reply = { mean = "15s" }
bot = { mean = "1m", contained = 0.5 }
form = "45s"
[[intent]]
name = "refund"
share = 0.4
group = "everyone"
handle = { mean = "6m", distribution = "lognormal", sigma = 0.6 }
phrases = ["我要退款", "退货"]
entry = "售后"
language = "ZH"
attributes = { plan = "pro" }
follow_up = { share = 0.2, after = { mean = "40s" }, phrases = ["投诉"] }
[[intent]]
name = "other"
share = 0.6
handle = "2m"
[handle_factor]
agent = { agent-001 = 0.5 }
[agents]
breaks = [{ at = "12:00", length = "30m", share = 0.5 }, { at = "12:30", length = "30m", share = 0.5 }]
[[incident]]
at = "14:00"
length = "30m"
kind = "agents-drop"
group = "everyone"
share = 0.5
[[incident]]
at = "2026-11-11T15:00"
length = "30m"
kind = "channel-out"
channel = "app"
"#;

    #[test]
    fn a_scenario_is_read_into_instants() {
        let (scenario, findings) = read_scenario("promo-peak", SOUND, &directory());
        assert_eq!(findings, []);
        let scenario = scenario.unwrap();
        let hour = |at: Timestamp| at.since_ms(scenario.start) as f64 / HOUR_MS as f64;
        assert_eq!(scenario.name, "大促高峰");
        let rates = |at: usize| {
            let rates = scenario.arrivals[at].rates.iter();
            rates.map(|rate| (rate.from_ms as f64 / HOUR_MS as f64, rate.per_hour)).collect::<Vec<_>>()
        };
        assert_eq!(rates(0), [(0.0, 0.0), (8.0, 90.0), (20.0, 360.0), (21.0, 0.0)]);
        assert_eq!(rates(1), [(0.0, 60.0), (15.0, 0.0), (15.5, 60.0)]);
        let breaks: Vec<_> = scenario.breaks.iter().map(|pause| (hour(pause.at), pause.from_share)).collect();
        assert_eq!(breaks, [(12.0, 0.0), (12.5, 0.5)]);
        assert_eq!((hour(scenario.drops[0].at), scenario.drops[0].share), (14.0, 0.5));
        assert_eq!(scenario.intents[0].language.as_deref(), Some("zh"));
        assert_eq!(scenario.intents[1].handle, Length { mean_ms: 120_000.0, shape: Shape::Constant });
        assert_eq!(scenario.patience.unwrap().shape, Shape::Lognormal { sigma: 0.8 });
        assert_eq!(scenario.handle_factors.agents, [(AgentId(0), 0.5)]);
    }

    #[test]
    fn every_mistake_is_found_at_its_place() {
        let planted = [
            ("length = \"24h\"", "length = \"500d\"", "R103", "must be at most 366d"),
            ("warm_up = \"1h\"", "warm_up = \"24h\"", "R103", "must be shorter than `length`"),
            ("rate = { app = 60 }", "rate = { ap = 60 }", "R205", "unknown channel `ap`"),
            ("0,0,0,0,0,0,0,0,90", "0,0,0,0,0,0,0,90", "R103", "must have 24 numbers"),
            ("from = \"20:00\"", "from = \"20\"", "R103", "must be a time of day"),
            ("vip = [0.9, 0.07", "vip = [0.9, 0.7", "R601", "add up to 1.630, not to 1"),
            ("sigma = 0.8", "sigma = 8", "R103", "must be a number from 0.01 to 3"),
            ("share = 0.4", "share = 0.3", "R601", "the intents' shares add up to 0.900, not to 1"),
            (
                "group = \"everyone\"\nhandle",
                "group = \"everyon\"\nhandle",
                "R202",
                "unknown group `everyon`",
            ),
            ("name = \"other\"", "name = \"refund\"", "R201", "the intent `refund` is there twice"),
            ("agent-001", "agent-009", "R203", "unknown agent `agent-009`"),
            ("kind = \"agents-drop\"", "kind = \"drop\"", "R103", "`kind` must be one of"),
            ("returning = 0.3", "returnin = 0.3", "R102", "unknown field `returnin`"),
            ("returning = 0.3", "returning = nan", "R103", "must be a number from 0 to 1"),
            ("start = \"2026-11-11T00:00:00\"", "start = \"soon\"", "R103", "must be a date and time"),
            ("start = \"2026-11-11T00:00:00\"\n", "", "R104", "`start` is missing"),
            ("entry = \"售后\"", "entry = \"售前\"", "R208", "unknown entry `售前`"),
        ];
        for (sound, broken, code, message) in planted {
            assert_eq!(SOUND.matches(sound).count(), 1, "{sound}");
            let (scenario, findings) =
                read_scenario("promo-peak", &SOUND.replace(sound, broken), &directory());
            let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
            assert_eq!(findings.len(), 1, "{broken}: {told:#?}");
            assert!(told[0].contains(code) && told[0].contains(message), "{broken}: {told:#?}");
            assert!(findings[0].span.is_some());
            assert_eq!(scenario.is_some(), code == "R208", "a warning does not stop it");
        }
        let (_, findings) = read_scenario("bad", "= 3", &directory());
        assert_eq!(findings[0].code, Code::TomlSyntax);
        let (_, findings) = read_scenario("empty", "", &directory());
        let missing = findings.iter().filter(|finding| finding.code == Code::MissingField).count();
        assert_eq!(missing, 4, "{findings:#?}");
    }
}
