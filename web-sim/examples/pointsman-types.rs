//! Writes the TypeScript declarations of what crosses into the page: `pointsman-types FOLDER`.
//!
//! Only the types that stand at the border are named here; what they contain follows by itself.

use std::{env, process::ExitCode};

use pointsman_engine::blame::{Blame, BlameProgress, Question};
use pointsman_engine::desk::{CanaryGuards, GuardMetric, Tally};
use pointsman_engine::explain::life::{DecisionId, Goal, Life, WhatIf, Why};
use pointsman_engine::explain::{Explanation, Visit};
use pointsman_engine::simulation::fit::{IntentTexts, Trial, TrialDay};
use pointsman_engine::simulation::staffing::SeedDemand;
use pointsman_engine::simulation::{Edit, FloorPlan, FloorView, Moment, Progress, Report, Sought};
use pointsman_report::{About, StaffingTold};
use pointsman_web_sim::{
    AnalysisTold, Checked, ComparisonTold, FollowTold, KeepTold, LitRule, PairTold, PlannedWhat,
    RecordedTold, RecordingTold, Reference, Refused, ReplayTold, StaffingHour, StaffingQuestion, Start,
    TestLine, TrialStart, Version,
};
use ts_rs::{Config, ExportError, TS};

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1) else {
        return fail("usage: pointsman-types FOLDER");
    };
    let config = Config::new().with_out_dir(folder).with_large_int("number");
    match export(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn export(config: &Config) -> Result<(), ExportError> {
    Version::export_all(config)?;
    Reference::export_all(config)?;
    Checked::export_all(config)?;
    AnalysisTold::export_all(config)?;
    TestLine::export_all(config)?;
    Visit::export_all(config)?;
    Explanation::export_all(config)?;
    Life::export_all(config)?;
    DecisionId::export_all(config)?;
    Why::export_all(config)?;
    Goal::export_all(config)?;
    WhatIf::export_all(config)?;
    LitRule::export_all(config)?;
    KeepTold::export_all(config)?;
    FollowTold::export_all(config)?;
    Start::export_all(config)?;
    PlannedWhat::export_all(config)?;
    Progress::export_all(config)?;
    Report::export_all(config)?;
    Blame::export_all(config)?;
    BlameProgress::export_all(config)?;
    Question::export_all(config)?;
    SeedDemand::export_all(config)?;
    StaffingHour::export_all(config)?;
    StaffingQuestion::export_all(config)?;
    PairTold::export_all(config)?;
    RecordingTold::export_all(config)?;
    ReplayTold::export_all(config)?;
    ComparisonTold::export_all(config)?;
    About::export_all(config)?;
    StaffingTold::export_all(config)?;
    RecordedTold::export_all(config)?;
    TrialStart::export_all(config)?;
    TrialDay::export_all(config)?;
    Trial::export_all(config)?;
    IntentTexts::export_all(config)?;
    Edit::export_all(config)?;
    FloorPlan::export_all(config)?;
    FloorView::export_all(config)?;
    Moment::export_all(config)?;
    Sought::export_all(config)?;
    Refused::export_all(config)?;
    CanaryGuards::export_all(config)?;
    GuardMetric::export_all(config)?;
    Tally::export_all(config)
}

#[expect(clippy::print_stderr, reason = "a program that a person runs says why it failed")]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}
