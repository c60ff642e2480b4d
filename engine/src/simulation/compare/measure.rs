//! What a comparison compares.

use serde::{Deserialize, Serialize};

use super::super::report::{Figures, Report};

/// A figure of a run, as [`super::super::Kpi`] defines it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// A share.
    ServiceLevel,
    /// Milliseconds, of the connected and the abandoned.
    WaitMean,
    /// Milliseconds.
    WaitP90,
    /// A share.
    WaitingProbability,
    /// A share.
    Abandonment,
    /// A share.
    FallbackShare,
    /// A share.
    Misrouted,
    /// A share.
    Occupancy,
    /// Jain's index.
    Fairness,
    /// Conversations.
    QueueMax,
    /// How many.
    Conversations,
}

/// Which way a figure is better.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither.
    Neither,
}

impl Measure {
    /// All of them.
    pub const ALL: [Measure; 11] = [
        Measure::ServiceLevel,
        Measure::WaitMean,
        Measure::WaitP90,
        Measure::WaitingProbability,
        Measure::Abandonment,
        Measure::FallbackShare,
        Measure::Misrouted,
        Measure::Occupancy,
        Measure::Fairness,
        Measure::QueueMax,
        Measure::Conversations,
    ];

    /// Its name, as in results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Measure::ServiceLevel => "service-level",
            Measure::WaitMean => "wait-mean",
            Measure::WaitP90 => "wait-p90",
            Measure::WaitingProbability => "waiting-probability",
            Measure::Abandonment => "abandonment",
            Measure::FallbackShare => "fallback-share",
            Measure::Misrouted => "misrouted",
            Measure::Occupancy => "occupancy",
            Measure::Fairness => "fairness",
            Measure::QueueMax => "queue-max",
            Measure::Conversations => "conversations",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.as_str() == name)
    }

    /// Which way it is better.
    #[must_use]
    pub fn direction(self) -> Direction {
        match self {
            Measure::ServiceLevel | Measure::Fairness => Direction::Up,
            Measure::WaitMean
            | Measure::WaitP90
            | Measure::WaitingProbability
            | Measure::Abandonment
            | Measure::FallbackShare
            | Measure::Misrouted
            | Measure::QueueMax => Direction::Down,
            Measure::Occupancy | Measure::Conversations => Direction::Neither,
        }
    }
}

/// A figure of the whole tenant, or of the group with this slug.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MeasureValue {
    /// Which.
    pub measure: Measure,
    /// Of which group; `None`: of all.
    pub group: Option<String>,
    /// How much.
    pub value: f64,
}

/// Every figure of a report that is compared.
pub(crate) fn measured(report: &Report) -> Vec<MeasureValue> {
    let kpi = &report.kpi;
    let mut values = Vec::new();
    let mut add = |measure, group: Option<&String>, value| {
        values.push(MeasureValue { measure, group: group.cloned(), value });
    };
    let mut add_figures = |group: Option<&String>, figures: &Figures, queue_max| {
        add(Measure::ServiceLevel, group, figures.service_level);
        add(Measure::WaitMean, group, figures.wait.ms_mean);
        add(Measure::WaitP90, group, figures.wait.ms_p90 as f64);
        add(Measure::WaitingProbability, group, figures.waiting_probability);
        add(Measure::Abandonment, group, figures.abandonment);
        add(Measure::FallbackShare, group, figures.fallback_share);
        add(Measure::QueueMax, group, f64::from(queue_max));
        add(Measure::Conversations, group, figures.conversations as f64);
    };
    add_figures(None, &kpi.all, kpi.queue_max);
    for group in &kpi.groups {
        add_figures(Some(&group.group), &group.figures, group.queue_max);
    }
    // Nobody knows what visitors of a recording wanted.
    if kpi.intents.iter().any(|intent| intent.group.is_some()) {
        add(Measure::Misrouted, None, kpi.misrouted);
    }
    add(Measure::Occupancy, None, kpi.occupancy);
    add(Measure::Fairness, None, kpi.fairness);
    values
}
