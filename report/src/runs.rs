//! Many runs of one scenario, each with its own seed.

use maud::{Markup, html};
use pointsman_engine::simulation::Report;
use pointsman_engine::simulation::compare::{Measure, mean_interval};

use crate::About;
use crate::chart::spread;
use crate::figures::{NONE, count, duration, figure, percent};
use crate::foot;
use crate::hours::Clock;
use crate::page::{self, section};
use crate::run::{ROWS_MAX, rest, sections};
use crate::texts::Texts;

/// What a figure is in a report.
type Figure = fn(&Report) -> f64;

/// The figures that are told over all runs.
const TOLD: [(Measure, Figure); 9] = [
    (Measure::ServiceLevel, |report| report.kpi.all.service_level),
    (Measure::WaitMean, |report| report.kpi.all.wait.ms_mean),
    (Measure::WaitP90, |report| report.kpi.all.wait.ms_p90 as f64),
    (Measure::Abandonment, |report| report.kpi.all.abandonment),
    (Measure::FallbackShare, |report| report.kpi.all.fallback_share),
    (Measure::Misrouted, |report| report.kpi.misrouted),
    (Measure::Occupancy, |report| report.kpi.occupancy),
    (Measure::Fairness, |report| report.kpi.fairness),
    (Measure::QueueMax, |report| f64::from(report.kpi.queue_max)),
];

/// The file.
pub(crate) fn page(reports: &[Report], about: &About) -> String {
    let texts = Texts::of(about.language);
    let Some(first) = reports.first() else {
        return page::page(texts.nothing_ran, "", about, &html! {});
    };
    let clock = Clock::new(&about.zone);
    let seeds: Vec<u64> = reports.iter().map(|report| report.seed).collect();
    let facts = [
        (texts.scenario, first.scenario.clone()),
        (texts.seeds, foot::seeds(&seeds, texts)),
        (texts.revision, first.revision.clone()),
        (texts.engine, first.engine.clone()),
    ];
    let conversations: u64 = reports.iter().map(|report| report.conversations).sum();
    let body = html! {
        (section(texts.in_short, &in_short(reports, texts)))
        (section(texts.over_seeds, &over_seeds(reports, texts)))
        (section(texts.seed_by_seed, &seed_by_seed(reports, texts)))
        h2 { ((texts.first_seed)(&first.seed.to_string())) }
        (sections(first, &clock, texts))
        (foot::made_from(&facts, about))
        (foot::definitions(texts))
    };
    let lead = (texts.runs_lead)(&count(reports.len() as u64), &count(conversations));
    page::page(&first.scenario, &lead, about, &body)
}

fn in_short(reports: &[Report], texts: &Texts) -> Markup {
    let range = |measure: Measure, of: fn(&Report) -> f64| {
        let mut values: Vec<f64> = reports.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let told = |at: usize| figure(measure, values.get(at).copied(), texts);
        (texts.say_range)(
            texts.measure(measure),
            &told(values.len() / 2),
            &told(0),
            &told(values.len().saturating_sub(1)),
        )
    };
    let broken = reports.iter().filter(|report| !report.checks.hold()).count();
    html! {
        @if broken > 0 { p.warning { (texts.checks_broken) " " (broken) } }
        ul.said { @for (measure, of) in TOLD.into_iter().take(4) { li { (range(measure, of)) } } }
        @if broken == 0 { p.note { (texts.checks_hold) } }
    }
}

fn over_seeds(reports: &[Report], texts: &Texts) -> Markup {
    html! {
        div.wide { table {
            caption { (texts.over_seeds_caption) }
            thead { tr {
                th scope="col" { (texts.figure) }
                th scope="col" { (texts.mean) }
                th scope="col" { (texts.interval) }
                th scope="col" { (texts.least) }
                th scope="col" { (texts.most) }
                th.text scope="col" { (texts.spread) }
            } }
            tbody { @for (measure, of) in TOLD {
                @let values: Vec<f64> = reports.iter().map(of).collect();
                @let mean = mean_interval(&values);
                @let ends = mean.half_width.map(|half_width| (mean.mean - half_width, mean.mean + half_width));
                @let told = |value: f64| figure(measure, Some(value), texts);
                tr {
                    th scope="row" { (texts.measure(measure)) }
                    td { (told(mean.mean)) }
                    td {
                        @if let Some((from, to)) = ends { (told(from.max(0.0))) " – " (told(to)) } @else { (NONE) }
                    }
                    td { (told(values.iter().copied().fold(f64::INFINITY, f64::min))) }
                    td { (told(values.iter().copied().fold(f64::NEG_INFINITY, f64::max))) }
                    td.text { (spread(&values, ends)) }
                }
            } }
        } }
    }
}

fn seed_by_seed(reports: &[Report], texts: &Texts) -> Markup {
    html! {
        div.wide { table {
            caption { (texts.seed_by_seed_caption) }
            thead { tr {
                th scope="col" { (texts.seed) }
                th scope="col" { (texts.conversations) }
                th scope="col" { (texts.service_level) }
                th scope="col" { (texts.wait_p90) }
                th scope="col" { (texts.abandonment) }
                th scope="col" { (texts.occupancy) }
                th.text scope="col" { (texts.digest) }
            } }
            tbody { @for report in reports.iter().take(ROWS_MAX) { tr {
                th scope="row" { (report.seed) }
                td { (count(report.conversations)) }
                td { (percent(report.kpi.all.service_level)) }
                td { (duration(report.kpi.all.wait.ms_p90 as f64, texts)) }
                td { (percent(report.kpi.all.abandonment)) }
                td { (percent(report.kpi.occupancy)) }
                td.text { code { (report.digest.get(..16).unwrap_or(&report.digest)) } }
            } } }
        } }
        (rest(reports.len(), texts))
    }
}
