//! One run.

use maud::{Markup, html};
use pointsman_engine::simulation::{Ended, Figures, Report, RuleCost, RuleHits};

use crate::About;
use crate::chart::{Column, Line, Times, Unit, bar, columns, over_time};
use crate::figures::{NONE, count, duration, percent};
use crate::foot;
use crate::hours::{Clock, rows};
use crate::page::{self, section};
use crate::texts::Texts;

/// Agents, groups, channels, intents or rules that one table tells; the rest is counted.
pub(crate) const ROWS_MAX: usize = 200;

/// The file.
pub(crate) fn page(report: &Report, about: &About) -> String {
    let texts = Texts::of(about.language);
    let clock = Clock::new(&about.zone);
    let facts = [
        (texts.scenario, report.scenario.clone()),
        (texts.seed, report.seed.to_string()),
        (texts.revision, report.revision.clone()),
        (texts.digest, report.digest.clone()),
        (texts.events, count(report.events)),
        (texts.engine, report.engine.clone()),
    ];
    let body = html! {
        (section(texts.in_short, &in_short(report, &clock, texts)))
        (sections(report, &clock, texts))
        (foot::made_from(&facts, about))
        (foot::definitions(texts))
    };
    let lead = (texts.run_lead)(
        &count(report.conversations),
        &report.seed.to_string(),
        &clock.minute(report.kpi.series.start),
        &clock.minute(report.ended_at),
    );
    page::page(&report.scenario, &lead, about, &body)
}

/// Everything about one run but what stands in front and at the foot.
pub(crate) fn sections(report: &Report, clock: &Clock, texts: &Texts) -> Markup {
    html! {
        (section(texts.figures, &cards(report, texts)))
        (section(texts.over_the_day, &over_the_day(report, clock, texts)))
        (section(texts.waits, &waits(report, texts)))
        (section(texts.groups, &html! { (groups(report, texts)) (channels(report, texts)) }))
        (section(texts.agents, &agents(report, texts)))
        @if !report.kpi.intents.is_empty() { (section(texts.intents, &intents(report, texts))) }
        (section(texts.rules, &rules(&report.rules, texts)))
    }
}

fn in_short(report: &Report, clock: &Clock, texts: &Texts) -> Markup {
    let (kpi, all) = (&report.kpi, &report.kpi.all);
    let most = kpi.series.waiting_max.iter().copied().max().unwrap_or(0);
    let when = kpi.series.waiting_max.iter().position(|waiting| *waiting == most).unwrap_or(0);
    let when = kpi.series.start.plus_ms(when as i64 * kpi.series.every_ms);
    let met = kpi.groups.iter().filter(|group| group.figures.connected + group.figures.abandoned > 0);
    let weakest = met.min_by(|a, b| a.figures.service_level.total_cmp(&b.figures.service_level));
    html! {
        @if !report.checks.hold() {
            p.warning { (texts.checks_broken) " " (report.checks.first.join("; ")) }
        }
        @if let Some(why) = ended(report.ended, texts) { p.warning { (why) } }
        ul.said {
            li { ((texts.say_level)(&percent(all.service_level), &percent(all.abandonment))) }
            li { ((texts.say_wait)(&duration(all.wait.ms_p50 as f64, texts), &duration(all.wait.ms_p90 as f64, texts))) }
            @if most > 0 { li { ((texts.say_queue)(&most.to_string(), &clock.minute(when))) } }
            @if let Some(group) = weakest {
                li { ((texts.say_weakest)(&group.name, &percent(group.figures.service_level), &duration(group.figures.wait.ms_p90 as f64, texts))) }
            }
            @if kpi.misrouted > 0.0 { li { ((texts.say_misrouted)(&percent(kpi.misrouted))) } }
        }
        @if report.checks.hold() { p.note { (texts.checks_hold) } }
        (foot::injections(report, clock, texts))
    }
}

/// Why a run is not a whole one, if it is not.
fn ended(ended: Ended, texts: &Texts) -> Option<&'static str> {
    match ended {
        Ended::Complete => None,
        Ended::Running | Ended::Cancelled => Some(texts.ended_cancelled),
        Ended::ConversationLimit => Some(texts.ended_conversation_limit),
        Ended::EventLimit => Some(texts.ended_event_limit),
        Ended::Stalled => Some(texts.ended_stalled),
    }
}

fn cards(report: &Report, texts: &Texts) -> Markup {
    let (kpi, all) = (&report.kpi, &report.kpi.all);
    let time = |ms: u64| duration(ms as f64, texts);
    let cards = [
        (texts.service_level, percent(all.service_level)),
        (texts.abandonment, percent(all.abandonment)),
        (texts.wait_p50, time(all.wait.ms_p50)),
        (texts.wait_p90, time(all.wait.ms_p90)),
        (texts.wait_p99, time(all.wait.ms_p99)),
        (texts.fallback, percent(all.fallback_share)),
        (texts.occupancy, percent(kpi.occupancy)),
        (texts.handle_mean, duration(all.handle.ms_mean, texts)),
        (texts.misrouted, percent(kpi.misrouted)),
        (texts.fairness, format!("{:.3}", kpi.fairness)),
        (texts.queue_max, kpi.queue_max.to_string()),
        (texts.conversations, count(all.conversations)),
    ];
    html! {
        dl.cards {
            @for (name, value) in cards {
                div { dt { (name) } dd { (value) } }
            }
        }
    }
}

fn over_the_day(report: &Report, clock: &Clock, texts: &Texts) -> Markup {
    let series = &report.kpi.series;
    let times = |start, every_ms, count| Times { start, every_ms, count, clock };
    let fine = times(series.start, series.every_ms, series.waiting.len());
    let values = |list: &[u32]| list.iter().map(|value| Some(f64::from(*value))).collect();
    let most = series.waiting_max.iter().copied().max().unwrap_or(0);
    let rows = rows(series);
    let each_ms = match rows.as_slice() {
        [first, second, ..] => second.start.since_ms(first.start),
        _ => series.every_ms.saturating_mul(series.waiting.len() as i64),
    };
    let coarse = times(series.start, each_ms, rows.len());
    let levels = rows.iter().filter_map(|row| row.service_level);
    let least = levels.reduce(f64::min).unwrap_or(0.0);
    html! {
        (over_time("waiting", texts.waiting_title, &(texts.waiting_desc)(&most.to_string()), &fine, Unit::Count, &[
            Line { name: texts.waiting, look: "track", values: values(&series.waiting_max), is_filled: true },
            Line { name: texts.online, look: "blue", values: values(&series.online), is_filled: false },
        ]))
        (over_time("level", texts.level_title, &(texts.level_desc)(&percent(least)), &coarse, Unit::Share, &[
            Line { name: texts.service_level, look: "track", values: rows.iter().map(|row| row.service_level).collect(), is_filled: true },
        ]))
        div.wide { table {
            caption { (texts.hours_caption) }
            thead { tr {
                th scope="col" { (texts.from) }
                th scope="col" { (texts.conversations) }
                th scope="col" { (texts.connected) }
                th scope="col" { (texts.abandoned) }
                th scope="col" { (texts.service_level) }
                th scope="col" { (texts.wait_mean) }
                th scope="col" { (texts.most_waiting) }
                th scope="col" { (texts.online) }
            } }
            tbody { @for row in &rows { tr {
                th scope="row" { (clock.minute(row.start)) }
                td { (count(row.opened)) }
                td { (count(row.connected)) }
                td { (count(row.abandoned)) }
                td { (row.service_level.map_or(NONE.to_owned(), percent)) }
                td { (row.wait_ms_mean.map_or(NONE.to_owned(), |ms| duration(ms, texts))) }
                td { (row.waiting_max) }
                td { (format!("{:.1}", row.online_mean)) }
            } } }
        } }
    }
}

fn waits(report: &Report, texts: &Texts) -> Markup {
    let waits = &report.kpi.waits;
    let total: u64 = waits.iter().map(|stretch| stretch.conversations).sum();
    let share = |part: u64| if total > 0 { part as f64 / total as f64 } else { 0.0 };
    let mut below = 0;
    let told: Vec<Column> = waits
        .iter()
        .map(|stretch| {
            let name = match stretch.ms_max {
                Some(0) => texts.at_once.to_owned(),
                Some(ms) => (texts.up_to)(&duration(ms as f64, texts)),
                None => (texts.over)(&duration(below as f64, texts)),
            };
            below = stretch.ms_max.unwrap_or(below);
            let height = share(stretch.conversations);
            Column { name, height, value: percent(height) }
        })
        .collect();
    let at_once =
        waits.iter().filter(|stretch| stretch.ms_max == Some(0)).map(|stretch| stretch.conversations).sum();
    html! {
        (columns("waits", texts.waits_title, &(texts.waits_desc)(&percent(share(at_once))), &told))
        div.wide { table {
            caption { (texts.waits_caption) }
            thead { tr { @for column in &told { th scope="col" { (column.name) } } } }
            tbody { tr { @for stretch in waits { td { (count(stretch.conversations)) } } } }
        } }
    }
}

fn groups(report: &Report, texts: &Texts) -> Markup {
    let groups = &report.kpi.groups;
    html! {
        div.wide { table {
            caption { (texts.groups_caption) }
            thead { tr {
                th scope="col" { (texts.group) }
                (figure_heads(texts))
                th scope="col" { (texts.target) }
                th scope="col" { (texts.queue_max) }
            } }
            tbody { @for group in groups.iter().take(ROWS_MAX) { tr {
                th scope="row" { (group.name) }
                (figure_cells(&group.figures, texts))
                td { (duration(group.target_wait_ms as f64, texts)) }
                td { (group.queue_max) }
            } } }
        } }
        (rest(groups.len(), texts))
    }
}

fn channels(report: &Report, texts: &Texts) -> Markup {
    let channels = &report.kpi.channels;
    html! {
        h3 { (texts.channels) }
        div.wide { table {
            caption { (texts.channels_caption) }
            thead { tr { th scope="col" { (texts.channel) } (figure_heads(texts)) } }
            tbody { @for channel in channels.iter().take(ROWS_MAX) { tr {
                th scope="row" { (channel.name) }
                (figure_cells(&channel.figures, texts))
            } } }
        } }
        (rest(channels.len(), texts))
    }
}

fn figure_heads(texts: &Texts) -> Markup {
    html! {
        th scope="col" { (texts.conversations) }
        th.text scope="col" colspan="2" { (texts.service_level) }
        th scope="col" { (texts.wait_p50) }
        th scope="col" { (texts.wait_p90) }
        th scope="col" { (texts.abandonment) }
        th scope="col" { (texts.fallback) }
    }
}

fn figure_cells(figures: &Figures, texts: &Texts) -> Markup {
    let heard = figures.connected + figures.abandoned > 0;
    let told = |value: String| if heard { value } else { NONE.to_owned() };
    html! {
        td { (count(figures.conversations)) }
        td.text { @if heard { (bar(figures.service_level)) } }
        td { (told(percent(figures.service_level))) }
        td { (told(duration(figures.wait.ms_p50 as f64, texts))) }
        td { (told(duration(figures.wait.ms_p90 as f64, texts))) }
        td { (told(percent(figures.abandonment))) }
        td { (percent(figures.fallback_share)) }
    }
}

fn agents(report: &Report, texts: &Texts) -> Markup {
    let mut agents: Vec<_> = report.kpi.agents.iter().collect();
    agents.sort_by(|a, b| b.occupancy.total_cmp(&a.occupancy).then(a.agent.cmp(&b.agent)));
    html! {
        div.wide { table {
            caption { (texts.agents_caption) }
            thead { tr {
                th scope="col" { (texts.agent) }
                th.text scope="col" colspan="2" { (texts.occupancy) }
                th scope="col" { (texts.load) }
                th scope="col" { (texts.conversations) }
                th scope="col" { (texts.present) }
                th scope="col" { (texts.handle_mean) }
            } }
            tbody { @for agent in agents.iter().take(ROWS_MAX) { tr {
                th scope="row" { (agent.name) }
                td.text { (bar(agent.occupancy)) }
                td { (percent(agent.occupancy)) }
                td { (format!("{:.2}", agent.load_mean)) }
                td { (count(agent.conversations)) }
                td { (duration(agent.present_ms as f64, texts)) }
                td { (duration(agent.handle_ms_mean, texts)) }
            } } }
        } }
        (rest(agents.len(), texts))
    }
}

fn intents(report: &Report, texts: &Texts) -> Markup {
    let intents = &report.kpi.intents;
    let name = |slug: Option<&String>| {
        let Some(slug) = slug else { return texts.no_group.to_owned() };
        let known = report.kpi.groups.iter().find(|group| group.group == *slug);
        known.map_or(slug, |group| &group.name).clone()
    };
    html! {
        div.wide { table {
            caption { (texts.intents_caption) }
            thead { tr {
                th scope="col" { (texts.intent) }
                th.text scope="col" { (texts.right_group) }
                th scope="col" { (texts.conversations) }
                th scope="col" { (texts.misrouted) }
                th.text scope="col" { (texts.landed) }
            } }
            tbody { @for intent in intents.iter().take(ROWS_MAX) {
                @let share = intent.misrouted as f64 / intent.conversations.max(1) as f64;
                tr {
                    th scope="row" { (intent.intent) }
                    td.text { @if let Some(group) = &intent.group { (name(Some(group))) } @else { (NONE) } }
                    td { (count(intent.conversations)) }
                    td { @if intent.group.is_some() { (percent(share)) } @else { (NONE) } }
                    td.text {
                        @for (at, landed) in intent.landed.iter().take(3).enumerate() {
                            @if at > 0 { " · " }
                            (name(landed.group.as_ref())) " " (count(landed.conversations))
                        }
                    }
                }
            } }
        } }
        (rest(intents.len(), texts))
    }
}

fn rules(rules: &[RuleHits], texts: &Texts) -> Markup {
    let mut fired: Vec<&RuleHits> = rules.iter().filter(|rule| rule.hits > 0 || rule.failures > 0).collect();
    fired.sort_by(|a, b| b.hits.cmp(&a.hits).then(a.rule.cmp(&b.rule)));
    let most = fired.first().map_or(1, |rule| rule.hits.max(1));
    let silent = rules.len() - fired.len();
    html! {
        div.wide { table {
            caption { (texts.rules_caption) }
            thead { tr {
                th scope="col" { (texts.rule) }
                th.text scope="col" { (texts.file) }
                th.text scope="col" colspan="2" { (texts.hits) }
                th scope="col" { (texts.failures) }
                th scope="col" { (texts.calls) }
                th scope="col" { (texts.cost_mean) }
                th scope="col" { (texts.cost_p99) }
                th scope="col" { (texts.cost_max) }
            } }
            tbody { @for rule in fired.iter().take(ROWS_MAX) { tr {
                th scope="row" { (rule.name) }
                td.text { code { (rule.file) } }
                td.text { (bar(rule.hits as f64 / most as f64)) }
                td { (count(rule.hits)) }
                td { (count(rule.failures)) }
                (cost(rule.cost.as_ref()))
            } } }
        } }
        (rest(fired.len(), texts))
        @if silent > 0 { p.note { ((texts.silent_rules)(&silent.to_string())) } }
    }
}

fn cost(cost: Option<&RuleCost>) -> Markup {
    let told = |value: fn(&RuleCost) -> u64| cost.map_or_else(|| NONE.to_owned(), |cost| count(value(cost)));
    let mean = cost.map_or_else(|| NONE.to_owned(), |cost| format!("{:.0}", cost.cost_mean));
    html! {
        td { (told(|cost| cost.calls)) }
        td { (mean) }
        td { (told(|cost| cost.cost_p99)) }
        td { (told(|cost| cost.cost_max)) }
    }
}

/// How many rows of a table are not told.
pub(crate) fn rest(rows: usize, texts: &Texts) -> Markup {
    html! {
        @if rows > ROWS_MAX { p.note { ((texts.and_more)(&(rows - ROWS_MAX).to_string())) } }
    }
}
