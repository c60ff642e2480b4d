//! A recording in the page: read piece by piece, held against its own rules, and decided again under the folder that is
//! being edited.

use std::rc::Rc;
use std::sync::Arc;

use pointsman_engine::recording::{
    self as engine, RecordedRulesets, RecordingAbout, RecordingError, Verified, Verifier,
};
use pointsman_engine::rules::Ruleset;
use pointsman_engine::simulation::compare::{self, AskedAnew, Changes};
use pointsman_engine::simulation::fit::{fit_recording, recorded_arrivals, recorded_scenario, with_arrivals};
use pointsman_engine::simulation::{Ended, Progress};
use pointsman_engine::time::Timestamp;
use serde::Serialize;

use crate::workspace::Workspace;
use crate::{PairTold, Refused};

/// What a recording is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RecordingTold {
    /// What it says of itself.
    pub about: RecordingAbout,
    /// Conversations that began in it.
    pub conversations: u32,
    /// Commands.
    pub commands: u32,
    /// The revision that was live last, in hexadecimal digits.
    pub revision: String,
}

/// What a replay has come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReplayTold {
    /// How the recording stands against its own rules.
    pub verified: Verified,
    /// What the candidate decides on the desk as it was; `None` where it changes more than rules.
    pub asked: Option<AskedAnew>,
    /// What happened, and what happens under the candidate.
    pub told: PairTold,
}

/// A recording that was read.
#[derive(Debug)]
pub(crate) struct Recording(Arc<engine::Recording>);

impl Recording {
    pub(crate) fn told(&self) -> RecordingTold {
        let last = self.0.published().last().copied().or(self.0.desk().revision());
        RecordingTold {
            about: self.0.about().clone(),
            conversations: self.0.conversations_len() as u32,
            commands: self.0.commands_len() as u32,
            revision: last.map(|revision| revision.to_string()).unwrap_or_default(),
        }
    }

    /// The text of a scenario fitted to it, with the channels that the workspace's tenant has.
    pub(crate) fn scenario(&self, workspace: &mut Workspace, name: &str) -> Result<String, Refused> {
        let tenant = workspace.ruleset()?;
        let rulesets = workspace.compile_recording(&self.0)?;
        let message = String::from("nothing was live in the recorded period");
        let live = rulesets.live.last().ok_or(Refused::CannotReplay { message })?;
        let table = recorded_arrivals(&self.0, live.directory());
        let fitted = fit_recording(&self.0, live.directory(), &table);
        let fitted = fitted.map_err(|error| Refused::BadTable { error })?;
        let known = |slug: &String| tenant.directory().channels.iter().any(|channel| channel.slug == *slug);
        let targets =
            table.channels.iter().filter(|slug| known(slug)).map(|slug| (slug.clone(), slug.clone()));
        with_arrivals(&recorded_scenario(name, &fitted), &fitted.arrivals, &targets.collect())
            .map_err(|error| Refused::CannotEdit { error })
    }
}

/// Reads a recording.
#[derive(Debug, Default)]
pub(crate) struct RecordingReader(engine::RecordingReader);

impl RecordingReader {
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        self.0.push(bytes).map_err(|error| refused(&error))
    }

    pub(crate) fn finish(self) -> Result<Recording, Refused> {
        self.0.finish().map(|recording| Recording(Arc::new(recording))).map_err(|error| refused(&error))
    }
}

fn refused(error: &RecordingError) -> Refused {
    Refused::NoRecording { message: error.to_string() }
}

/// A replay under way: first the recording is held against its own rules, then it is told, then decided again.
#[derive(Debug)]
pub(crate) struct Replay {
    verifier: Verifier<Rc<Ruleset>>,
    verified_share: f64,
    run: compare::PairRun<Rc<Ruleset>>,
    changes: Changes,
    at: Timestamp,
}

/// The part of the whole that the verification takes.
const VERIFYING: f64 = 0.3;
/// Events of a command, roughly: the verification is asked for by commands.
const EVENTS_PER_COMMAND: usize = 2;

impl Replay {
    pub(crate) fn new(
        recording: &Recording,
        candidate: &mut Workspace,
        seed: u64,
    ) -> Result<Replay, Refused> {
        let Recording(recording) = recording;
        let cannot = |message: String| Refused::CannotReplay { message };
        let live = recording.live_folder();
        let live = live.ok_or_else(|| cannot(String::from("nothing was live in the recorded period")))?;
        let compiled = candidate.compile_recording(recording)?;
        let rulesets: RecordedRulesets<Rc<Ruleset>> = compiled.map(Rc::new);
        let ruleset = candidate.compile_after(recording, &rulesets)?;
        let is_same = rulesets.live.last().is_some_and(|live| live.directory() == ruleset.directory());
        let beside = match is_same {
            true => Some(Rc::new(candidate.compile_after(recording, &rulesets)?.as_candidate())),
            false => None,
        };
        let run = compare::PairRun::replay(recording, &rulesets, Rc::new(ruleset), seed);
        Ok(Replay {
            changes: Changes::between(live, candidate.folder()),
            verifier: Verifier::new(recording, &rulesets, beside),
            verified_share: 0.0,
            run: run.map_err(|error| cannot(error.to_string()))?,
            at: recording.about().from,
        })
    }

    pub(crate) fn run_for(&mut self, events: u32) -> Progress {
        if self.verified_share < 1.0 {
            self.verified_share = self.verifier.run_for(events as usize / EVENTS_PER_COMMAND + 1);
            let share = VERIFYING * self.verified_share;
            return Progress { conversations: 0, events: 0, at: self.at, share, ended: Ended::Running };
        }
        let progress = self.run.run_for(u64::from(events));
        Progress { share: VERIFYING + (1.0 - VERIFYING) * progress.share, ..progress }
    }

    pub(crate) fn cancel(&mut self) {
        self.verified_share = 1.0;
        self.run.cancel();
    }

    pub(crate) fn told(&self) -> ReplayTold {
        let (live, candidate) = self.run.reports();
        ReplayTold {
            verified: self.verifier.verified().clone(),
            asked: self.verifier.asked(&self.changes),
            told: PairTold { pair: self.run.pair(&self.changes), live, candidate },
        }
    }
}
