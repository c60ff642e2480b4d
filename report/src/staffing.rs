//! How many agents are needed, hour by hour.

use maud::{Markup, html};
use pointsman_engine::simulation::staffing::{Aim, Need, Staffed, StaffingCell};
use serde::{Deserialize, Serialize};

use crate::About;
use crate::figures::{NONE, count, duration, percent};
use crate::foot;
use crate::hours::Clock;
use crate::page::{self, section};
use crate::texts::Texts;

/// Hours across the picture: a day and a half; a longer scenario is told by its tables.
const ACROSS_MAX: usize = 36;

/// What a report on staffing is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct StaffingTold {
    /// The scenario's name.
    pub scenario: String,
    /// The revision of the ruleset, in hexadecimal digits.
    pub revision: String,
    /// What is enough.
    pub aim: Aim,
    /// With which seeds each number of agents was tried.
    #[cfg_attr(feature = "typescript", ts(type = "number[]"))]
    pub seeds: Vec<u64>,
    /// Every group's every hour, group by group.
    pub cells: Vec<StaffingCell>,
}

/// The file.
pub(crate) fn page(staffing: &StaffingTold, about: &About) -> String {
    let texts = Texts::of(about.language);
    let clock = Clock::new(&about.zone);
    let busy: Vec<&StaffingCell> = staffing.cells.iter().filter(|cell| cell.conversations > 0.0).collect();
    let mut groups: Vec<&[&StaffingCell]> = busy.chunk_by(|a, b| a.group == b.group).collect();
    groups.retain(|cells| !cells.is_empty());
    let short =
        |cell: &&&StaffingCell| matches!(cell.staffed, Some(Staffed::TooFew { .. } | Staffed::NeverEnough));
    let short = busy.iter().filter(short).count();
    let (share, time) =
        (format!("{:.0}%", staffing.aim.share * 100.0), duration(staffing.aim.within_ms as f64, texts));
    let facts = [
        (texts.scenario, staffing.scenario.clone()),
        (texts.seeds, foot::seeds(&staffing.seeds, texts)),
        (texts.revision, staffing.revision.clone()),
        (texts.engine, pointsman_engine::VERSION.to_owned()),
    ];
    let body = html! {
        (section(texts.in_short, &html! {
            ul.said { li {
                @if short == 0 { ((texts.staffing_enough)(&share, &time)) }
                @else { ((texts.staffing_short)(&share, &time, &short.to_string())) }
            } }
            p.note { (texts.staffing_bounds) }
        }))
        (section(texts.staffing_map, &map(&groups, &busy, &clock, texts)))
        @for cells in &groups {
            @if let Some(first) = cells.first() { (section(&first.name, &group(first, cells, &clock, texts))) }
        }
        (foot::made_from(&facts, about))
    };
    let lead = (texts.staffing_lead)(&staffing.scenario, &share, &time);
    page::page(texts.staffing_title, &lead, about, &body)
}

/// Group by hour: a sign and a colour for each.
fn map(groups: &[&[&StaffingCell]], busy: &[&StaffingCell], clock: &Clock, texts: &Texts) -> Markup {
    let mut hours: Vec<_> = busy.iter().map(|cell| (cell.hour, cell.at)).collect();
    hours.sort_unstable();
    hours.dedup();
    html! {
        @if hours.len() <= ACROSS_MAX {
            div.wide { table.map {
                caption { (texts.staffing_signs) }
                thead { tr {
                    th scope="col" { (texts.group) }
                    @for (_, at) in &hours { th scope="col" { (clock.told(*at, "%H")) } }
                } }
                tbody { @for cells in groups { tr {
                    th scope="row" { (cells.first().map_or("", |cell| &cell.name)) }
                    @for (hour, _) in &hours {
                        @match cells.iter().find(|cell| cell.hour == *hour) {
                            Some(cell) => { td class=(tone(cell.staffed)) { (sign(cell.staffed)) } }
                            None => { td {} }
                        }
                    }
                } } }
            } }
        } @else { p.note { (texts.staffing_long) } }
    }
}

fn sign(staffed: Option<Staffed>) -> String {
    match staffed {
        None => "…".to_owned(),
        Some(Staffed::TooFew { missing }) => format!("−{missing}"),
        Some(Staffed::JustEnough) => "≈".to_owned(),
        Some(Staffed::Enough { spare: 0 }) => "✓".to_owned(),
        Some(Staffed::Enough { spare }) => format!("+{spare}"),
        Some(Staffed::NeverEnough) => "✗".to_owned(),
    }
}

fn tone(staffed: Option<Staffed>) -> &'static str {
    match staffed {
        Some(Staffed::TooFew { .. } | Staffed::NeverEnough) => "missing",
        Some(Staffed::Enough { spare: 1.. }) => "spare",
        _ => "even",
    }
}

fn group(first: &StaffingCell, cells: &[&StaffingCell], clock: &Clock, texts: &Texts) -> Markup {
    let verdict = |staffed: Option<Staffed>| match staffed {
        None => texts.staffing_not_yet.to_owned(),
        Some(Staffed::TooFew { missing }) => (texts.staffing_missing)(&missing.to_string()),
        Some(Staffed::JustEnough) => texts.staffing_just.to_owned(),
        Some(Staffed::Enough { spare: 0 }) => texts.staffing_fits.to_owned(),
        Some(Staffed::Enough { spare }) => (texts.staffing_spare)(&spare.to_string()),
        Some(Staffed::NeverEnough) => texts.staffing_never.to_owned(),
    };
    let number = |need: Option<&Need>, of: fn(&Need) -> Option<u32>| {
        need.and_then(of).map_or_else(|| NONE.to_owned(), |agents| agents.to_string())
    };
    let likely = |need: &Need| {
        let tried = need.tried.iter().find(|tried| Some(tried.agents) == need.likely)?;
        let within = tried.answered.half_width.map(|half_width| format!(" ± {}", percent(half_width)));
        Some(format!("{}{}", percent(tried.answered.mean), within.unwrap_or_default()))
    };
    html! {
        div.wide { table {
            caption { ((texts.staffing_at_once)(&count(u64::from(first.capacity)))) }
            thead { tr {
                th scope="col" { (texts.from) }
                th scope="col" { (texts.conversations) }
                th scope="col" { (texts.handle_mean) }
                th scope="col" { (texts.staffing_scheduled) }
                th scope="col" { (texts.staffing_likely) }
                th scope="col" { (texts.staffing_answered) }
                th scope="col" { (texts.staffing_sure) }
                th scope="col" { "Erlang C" }
                th.text scope="col" { (texts.meaning) }
            } }
            tbody { @for cell in cells { tr {
                th scope="row" { (clock.minute(cell.at)) }
                td { (format!("{:.1}", cell.conversations)) }
                td { (duration(cell.handle_ms_mean, texts)) }
                td { (cell.scheduled) }
                td { (number(cell.need.as_ref(), |need| need.likely)) }
                td { (cell.need.as_ref().and_then(likely).unwrap_or_else(|| NONE.to_owned())) }
                td { (number(cell.need.as_ref(), |need| need.sure)) }
                td { (number(cell.need.as_ref(), |need| need.erlang_c)) }
                td.text { (verdict(cell.staffed)) }
            } } }
        } }
    }
}
