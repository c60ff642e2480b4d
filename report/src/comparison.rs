//! A candidate against what is live.

use std::collections::BTreeMap;

use maud::{Markup, html};
use pointsman_engine::simulation::compare::{
    Cause, Comparison, Difference, Flow, FlowEnd, Measure, MovedConversation, MovedSide, Verdict, Way,
};
use pointsman_engine::simulation::{Report, Supposed};

use crate::About;
use crate::chart::{self, Line, Times, Unit, interval_mark, over_time, sankey};
use crate::figures::{count, duration, figure, percent, rounded, with_interval};
use crate::foot;
use crate::hours::Clock;
use crate::names::Names;
use crate::page::{self, section};
use crate::run::{ROWS_MAX, rest};
use crate::sentences;
use crate::texts::Texts;

/// Ways elsewhere that are told; the rest is counted.
const WAYS_MAX: usize = 40;
/// Conversations that are told of each way.
const EXAMPLES_MAX: usize = 3;
/// Flows that the table tells; the picture has them all.
const FLOWS_MAX: usize = 40;
/// What is told of groups.
const OF_GROUPS: [Measure; 4] =
    [Measure::ServiceLevel, Measure::WaitMean, Measure::Abandonment, Measure::Conversations];

/// What a comparison's report is made from.
#[derive(Copy, Clone, Debug)]
pub struct Compared<'a> {
    /// The comparison, of however many seeds.
    pub comparison: &'a Comparison,
    /// Any one run under what is live: names, and the picture over time.
    pub live: &'a Report,
    /// The same run under the candidate.
    pub candidate: &'a Report,
}

/// The file.
pub(crate) fn page(compared: &Compared<'_>, about: &About) -> String {
    let Compared { comparison, live, candidate } = *compared;
    let texts = Texts::of(about.language);
    let names = Names::of(&[candidate, live]);
    let clock = Clock::new(&about.zone);
    let seed = live.seed.to_string();
    let facts = [
        (texts.scenario, candidate.scenario.clone()),
        (texts.seeds, foot::seeds(&comparison.seeds, texts)),
        (texts.live_revision, comparison.live.clone()),
        (texts.candidate_revision, comparison.candidate.clone()),
        (texts.live_digest, (texts.of_seed)(&live.digest, &seed)),
        (texts.candidate_digest, (texts.of_seed)(&candidate.digest, &seed)),
        (texts.engine, candidate.engine.clone()),
    ];
    let of_all: Vec<&Difference> =
        comparison.differences.iter().filter(|told| told.group.is_none()).collect();
    let is_clear =
        |told: &&Difference| matches!(told.verdict, Verdict::Better | Verdict::Worse | Verdict::Different);
    let of_groups: Vec<&Difference> = comparison
        .differences
        .iter()
        .filter(|told| told.group.is_some() && OF_GROUPS.contains(&told.measure))
        .filter(is_clear)
        .collect();
    let body = html! {
        (section(texts.in_short, &in_short(comparison, &names, texts)))
        @if let Some(supposed) = &comparison.supposed {
            (section(texts.replayed, &replayed(supposed, &clock, texts)))
        }
        (section(texts.differences, &differences(&of_all, texts.differences_caption, &names, texts)))
        (section(texts.over_the_day, &waiting(live, candidate, &clock, texts)))
        (section(texts.moved, &moved(comparison, &names, &clock, texts)))
        (section(texts.flows, &flows(comparison, &names, texts)))
        @if !of_groups.is_empty() {
            (section(texts.groups, &differences(&of_groups, texts.groups_clear, &names, texts)))
        }
        (foot::made_from(&facts, about))
        (foot::definitions(texts))
    };
    let lead = (texts.comparison_lead)(
        &candidate.scenario,
        &comparison.seeds.len().to_string(),
        &rounded(comparison.moved.compared),
    );
    page::page(texts.comparison_title, &lead, about, &body)
}

fn in_short(comparison: &Comparison, names: &Names, texts: &Texts) -> Markup {
    html! {
        @if !comparison.sound { p.warning { (texts.unsound) } }
        ul.said { @for sentence in sentences::of_comparison(comparison, names, texts) {
            li data-tone=(match sentence.tone {
                sentences::Tone::Better => "better",
                sentences::Tone::Worse => "worse",
                sentences::Tone::Neutral => "neutral",
            }) { (sentence.text) }
        } }
    }
}

/// Where a replay stops being what happened, and what was supposed from then on.
fn replayed(supposed: &Supposed, clock: &Clock, texts: &Texts) -> Markup {
    let Some(at) = supposed.out_of_step_at else { return html! { p { (texts.in_step) } } };
    let Supposed { out_of_step_at: _, left, other_agent, handle_drawn, away_drawn, .. } = *supposed;
    let Supposed { not_given_back, said_too_late, senseless, not_published, .. } = *supposed;
    let counts = [
        left,
        other_agent,
        handle_drawn,
        away_drawn,
        not_given_back,
        said_too_late,
        senseless,
        not_published,
    ];
    html! {
        p { ((texts.out_of_step)(&clock.minute(at))) }
        ul { @for (many, what) in counts.iter().zip(texts.supposed).filter(|(many, _)| **many > 0) {
            li { (many) " " (what) }
        } }
        p { (texts.untouched) }
    }
}

fn differences(told: &[&Difference], caption: &str, names: &Names, texts: &Texts) -> Markup {
    let name = |told: &Difference| match &told.group {
        Some(group) => (texts.of_group)(names.group(group), texts.measure(told.measure)),
        None => texts.measure(told.measure).to_owned(),
    };
    let class = |verdict| match verdict {
        Verdict::Better => "text good",
        Verdict::Worse => "text bad",
        _ => "text",
    };
    html! {
        div.wide { table {
            caption { (caption) }
            thead { tr {
                th scope="col" { (texts.figure) }
                th scope="col" { (texts.live) }
                th scope="col" { (texts.candidate) }
                th scope="col" { (texts.difference) }
                th scope="col" { (texts.interval) }
                th.text scope="col" { (texts.meaning) }
            } }
            tbody { @for told in told.iter().take(ROWS_MAX) { tr {
                th scope="row" { (name(told)) }
                td { (figure(told.measure, told.live, texts)) }
                td { (figure(told.measure, told.candidate, texts)) }
                td { (with_interval(told, texts)) }
                td { @if told.verdict != Verdict::Same { (interval_mark(told.difference, told.verdict)) } }
                td class=(class(told.verdict)) { (texts.verdict(told.verdict)) }
            } } }
        } }
        (rest(told.len(), texts))
    }
}

fn waiting(live: &Report, candidate: &Report, clock: &Clock, texts: &Texts) -> Markup {
    let (before, after) = (&live.kpi.series, &candidate.kpi.series);
    let count = before.waiting_max.len().max(after.waiting_max.len());
    let times = Times { start: before.start, every_ms: before.every_ms, count, clock };
    let values = |list: &[u32]| list.iter().map(|value| Some(f64::from(*value))).collect();
    let most = |list: &[u32]| list.iter().copied().max().unwrap_or(0).to_string();
    let description = (texts.both_waiting_desc)(&most(&before.waiting_max), &most(&after.waiting_max));
    let title = (texts.both_waiting_title)(&live.seed.to_string());
    over_time(
        "waiting",
        &title,
        &description,
        &times,
        Unit::Count,
        &[
            Line { name: texts.live, look: "muted", values: values(&before.waiting_max), is_filled: false },
            Line {
                name: texts.candidate,
                look: "track",
                values: values(&after.waiting_max),
                is_filled: true,
            },
        ],
    )
}

fn moved(comparison: &Comparison, names: &Names, clock: &Clock, texts: &Texts) -> Markup {
    let moved = &comparison.moved;
    let untold: f64 =
        moved.ways.iter().skip(WAYS_MAX).map(|way| way.conversations).sum::<f64>() + moved.untold;
    html! {
        p { ((texts.moved_line)(&[
            rounded(moved.compared),
            rounded(moved.elsewhere),
            percent(moved.elsewhere / moved.compared.max(1.0)),
            rounded(moved.by_rules),
            rounded(moved.wait_longer),
            rounded(moved.wait_shorter),
            rounded(moved.abandon),
            rounded(moved.fall_back),
        ])) }
        @if !moved.ways.is_empty() {
            div.wide { table {
                caption { (texts.ways_caption) }
                thead { tr {
                    th scope="col" { (texts.how_many) }
                    th.text scope="col" { (texts.from_to) }
                    th.text scope="col" { (texts.because) }
                    th.text scope="col" { (texts.examples) }
                } }
                tbody { @for told in moved.ways.iter().take(WAYS_MAX) { (way(told, names, clock, texts)) } }
            } }
        }
        @if untold >= 0.5 { p.note { ((texts.other_ways)(&rounded(untold))) } }
    }
}

fn way(way: &Way, names: &Names, clock: &Clock, texts: &Texts) -> Markup {
    let many = if way.conversations < 10.0 {
        format!("{:.1}", way.conversations)
    } else {
        format!("{:.0}", way.conversations)
    };
    html! {
        tr {
            th scope="row" { (many) }
            td.text { (names.destination(&way.from, texts)) " → " (names.destination(&way.to, texts)) }
            td.text {
                @match way.cause {
                    Cause::Rules => { (names.decided_by(&way.by, texts)) }
                    Cause::KnockOn => { (texts.knock_on) }
                }
            }
            td.text { ul { @for example in way.examples.iter().take(EXAMPLES_MAX) {
                li { (told(example, names, clock, texts)) }
            } } }
        }
    }
}

fn told(example: &MovedConversation, names: &Names, clock: &Clock, texts: &Texts) -> Markup {
    let side = |side: &MovedSide| {
        let mut told = vec![names.destination(&side.destination, texts)];
        if side.abandoned {
            told.push(texts.left.to_owned());
        }
        if side.wait_ms > 0 {
            told.push((texts.waited)(&duration(side.wait_ms as f64, texts)));
        }
        told.join(" · ")
    };
    html! {
        "“" @if example.text.is_empty() { (example.intent) } @else { (example.text) } "” "
        span.note {
            (clock.told(example.at, "%H:%M:%S")) " " (names.channel(&example.channel))
            @if example.vip > 0 { " VIP " (example.vip) }
            ": " (side(&example.live)) " → " (side(&example.candidate))
        }
    }
}

fn end(end: FlowEnd, texts: &Texts) -> &'static str {
    match end {
        FlowEnd::Served => texts.served,
        FlowEnd::ServedElsewhere => texts.served_elsewhere,
        FlowEnd::Abandoned => texts.left,
        FlowEnd::Bot => texts.bot,
        FlowEnd::LeaveMessage => texts.leave_message,
        FlowEnd::Ticket => texts.ticket,
        FlowEnd::Underway => texts.underway,
    }
}

/// A flow by names, from channel to outcome.
type Steps = [Option<String>; 4];

fn steps(flow: &Flow, names: &Names, texts: &Texts) -> Steps {
    [
        Some(names.channel(&flow.channel).to_owned()),
        Some(names.decided_by(&flow.by, texts)),
        flow.group.as_deref().map(|group| names.group(group).to_owned()),
        Some(end(flow.end, texts).to_owned()),
    ]
}

fn flows(comparison: &Comparison, names: &Names, texts: &Texts) -> Markup {
    let picture = |id: &str, title: &str, flows: &[Flow]| {
        let total: f64 = flows.iter().map(|flow| flow.conversations).sum();
        let path = |flow: &Flow| chart::Path { steps: steps(flow, names, texts), value: flow.conversations };
        let paths: Vec<chart::Path> = flows.iter().map(path).collect();
        sankey(id, title, &(texts.flow_desc)(&count(total.round() as u64)), &paths, texts.others)
    };
    let mut both: BTreeMap<Steps, (f64, f64)> = BTreeMap::new();
    for flow in &comparison.live_flows {
        both.entry(steps(flow, names, texts)).or_default().0 += flow.conversations;
    }
    for flow in &comparison.candidate_flows {
        both.entry(steps(flow, names, texts)).or_default().1 += flow.conversations;
    }
    let mut both: Vec<(Steps, (f64, f64))> = both.into_iter().collect();
    let moves = |(before, after): &(f64, f64)| (after - before).abs();
    both.sort_by(|a, b| moves(&b.1).total_cmp(&moves(&a.1)).then_with(|| a.0.cmp(&b.0)));
    let told = both.iter().take(FLOWS_MAX);
    html! {
        (picture("flow-live", texts.flow_live, &comparison.live_flows))
        (picture("flow-candidate", texts.flow_candidate, &comparison.candidate_flows))
        div.wide { table {
            caption { (texts.flows_caption) }
            thead { tr {
                th.text scope="col" { (texts.channel) }
                th.text scope="col" { (texts.because) }
                th.text scope="col" { (texts.group) }
                th.text scope="col" { (texts.outcome) }
                th scope="col" { (texts.live) }
                th scope="col" { (texts.candidate) }
                th scope="col" { (texts.difference) }
            } }
            tbody { @for (steps, (before, after)) in told { tr {
                @for step in steps { td.text { (step.as_deref().unwrap_or(crate::figures::NONE)) } }
                td { (format!("{before:.1}")) }
                td { (format!("{after:.1}")) }
                td { (format!("{:+.1}", after - before)) }
            } } }
        } }
        @if both.len() > FLOWS_MAX { p.note { ((texts.and_more)(&(both.len() - FLOWS_MAX).to_string())) } }
    }
}
