//! Metrics in the text format of Prometheus.

use std::fmt::Write as _;
use std::sync::Mutex;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Everything that is counted. Cheap to clone: clones count into the same metrics.
#[derive(Debug)]
pub struct Metrics {
    registry: Mutex<Registry>,
    /// Commands handled, by kind.
    pub commands: Family<CommandLabel, Counter>,
    /// Commands refused.
    pub refusals: Counter,
    /// Decisions taken: rules run or a placement tried.
    pub decisions: Counter,
    /// Events journaled.
    pub events: Counter,
    /// Time of one commit, from the first statement to the disk.
    pub commit_seconds: Histogram,
    /// Commands in one commit.
    pub commit_entries: Histogram,
    /// Commits that failed.
    pub commits_failed: Counter,
    /// Commands decided and not yet committed.
    pub journal_pending: Gauge,
    /// Tenants in memory.
    pub active_tenants: Gauge,
    /// Answers, by status.
    pub responses: Family<StatusLabel, Counter>,
    /// Time to answer.
    pub response_seconds: Histogram,
}

/// A kind of command.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CommandLabel {
    /// Its name.
    pub command: &'static str,
}

/// An HTTP status.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct StatusLabel {
    /// The code.
    pub status: u16,
}

impl Default for Metrics {
    fn default() -> Self {
        let metrics = Metrics {
            registry: Mutex::new(Registry::with_prefix("pointsman")),
            commands: Family::default(),
            refusals: Counter::default(),
            decisions: Counter::default(),
            events: Counter::default(),
            commit_seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 14)),
            commit_entries: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            commits_failed: Counter::default(),
            journal_pending: Gauge::default(),
            active_tenants: Gauge::default(),
            responses: Family::default(),
            response_seconds: Histogram::new(exponential_buckets(0.000_25, 2.0, 14)),
        };
        let mut registry = metrics.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        registry.register("commands", "Commands handled, by kind", metrics.commands.clone());
        registry.register("refusals", "Commands refused", metrics.refusals.clone());
        registry.register(
            "decisions",
            "Decisions taken: rules run or a placement tried",
            metrics.decisions.clone(),
        );
        registry.register("events", "Events journaled", metrics.events.clone());
        registry.register_with_unit(
            "commit",
            "Time of one commit",
            Unit::Seconds,
            metrics.commit_seconds.clone(),
        );
        registry.register("commit_entries", "Commands in one commit", metrics.commit_entries.clone());
        registry.register("commits_failed", "Commits that failed", metrics.commits_failed.clone());
        registry.register(
            "journal_pending",
            "Commands decided, not yet committed",
            metrics.journal_pending.clone(),
        );
        registry.register("active_tenants", "Tenants in memory", metrics.active_tenants.clone());
        registry.register("responses", "HTTP answers, by status", metrics.responses.clone());
        registry.register_with_unit(
            "response",
            "Time to answer",
            Unit::Seconds,
            metrics.response_seconds.clone(),
        );
        drop(registry);
        metrics
    }
}

impl Metrics {
    /// Everything in the text format, with the conversations waiting in each of the tenants given.
    ///
    /// # Errors
    /// Never in practice: writing into a string does not fail.
    pub fn render(&self, waiting: &[(String, u64)]) -> Result<String, std::fmt::Error> {
        let registry = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut text = String::new();
        encode(&mut text, &registry)?;
        let end = "# EOF\n";
        if text.ends_with(end) {
            text.truncate(text.len() - end.len());
        }
        text.push_str(
            "# HELP pointsman_waiting Conversations waiting, by tenant.\n# TYPE pointsman_waiting gauge\n",
        );
        for (tenant, waiting) in waiting {
            // Slugs hold letters, digits and `-` only: nothing to escape.
            writeln!(text, "pointsman_waiting{{tenant=\"{tenant}\"}} {waiting}")?;
        }
        text.push_str(end);
        Ok(text)
    }
}
