//! What every report ends with: what it was made from, and what its figures mean.

use maud::{Markup, html};
use pointsman_engine::simulation::{Injected, InjectedWhat, Report};

use crate::About;
use crate::hours::Clock;
use crate::page::section;
use crate::texts::Texts;

/// Seeds that are named one by one.
const SEEDS_MAX: usize = 100;

/// What a report was made from: a name and what stands behind it.
pub(crate) fn made_from(facts: &[(&str, String)], about: &About) -> Markup {
    let texts = Texts::of(about.language);
    section(
        texts.made_from,
        &html! {
            dl.facts {
                dt { (texts.tenant) }
                dd { (about.tenant) }
                @for (name, value) in facts {
                    dt { (name) }
                    dd { code { (value) } }
                }
                dt { (texts.zone) }
                dd { code { (about.zone) } }
            }
            p.note { (texts.same_again) }
        },
    )
}

/// `7, 8, 9`, and how many more where there are too many.
pub(crate) fn seeds(seeds: &[u64], texts: &Texts) -> String {
    let mut told: Vec<String> = seeds.iter().take(SEEDS_MAX).map(u64::to_string).collect();
    if seeds.len() > SEEDS_MAX {
        told.push((texts.and_more)(&(seeds.len() - SEEDS_MAX).to_string()));
    }
    told.join(", ")
}

/// How each figure is defined.
pub(crate) fn definitions(texts: &Texts) -> Markup {
    section(
        texts.definitions_title,
        &html! {
            dl.facts {
                @for (name, meaning) in texts.definitions {
                    dt { (name) }
                    dd { (meaning) }
                }
            }
        },
    )
}

/// What was done to a run while it was under way; nothing where nothing was.
pub(crate) fn injections(report: &Report, clock: &Clock, texts: &Texts) -> Markup {
    let told = |injected: &Injected| match &injected.what {
        InjectedWhat::AgentLeaves { agent } => (texts.agent_leaves)(agent),
        InjectedWhat::AgentReturns { agent } => (texts.agent_returns)(agent),
        InjectedWhat::Surge { channel, per_hour, length_ms } => (texts.surge)(
            channel,
            &format!("{per_hour:.0}"),
            &crate::figures::duration(*length_ms as f64, texts),
        ),
        InjectedWhat::Swap { revision } => (texts.swap)(revision.get(..12).unwrap_or(revision)),
    };
    html! {
        @if !report.injections.is_empty() {
            h3 { (texts.injections) }
            ul {
                @for injected in &report.injections {
                    li { (clock.minute(injected.at)) " " (told(injected)) }
                }
            }
        }
    }
}
