//! The engine's face in the browser: thin calls from JavaScript into `pointsman-engine`, and nothing else.
//!
//! Values cross as JSON. Their TypeScript declarations are generated from the Rust types by the program
//! `pointsman-types`, so the page and the engine cannot disagree about a shape. What cannot be done comes back as a
//! [`Refused`], also in JSON, which JavaScript sees as the thrown value.

mod analysis;
mod blame;
mod catalogue;
mod finding;
mod life;
mod module_line;
mod modules;
mod pair;
mod planned;
mod position;
mod recorded;
mod recording;
mod reference;
mod refused;
mod report;
mod staffing;
mod test_line;
mod workspace;

pub use analysis::{AnalysisTold, ConcernLine, FoundLine};
pub use catalogue::{Catalogue, GroupLine, RuleLine, ScenarioLine};
pub use finding::{Finding, Place, RelatedPlace};
pub use life::{FollowTold, KeepTold, LitCondition, LitRule};
pub use module_line::{ModuleBounds, ModuleBudget, ModuleFile, ModuleLine};
pub use pair::PairTold;
pub use planned::{Planned, PlannedWhat};
pub use recorded::{RecordedTold, TrialStart};
pub use recording::{RecordingTold, ReplayTold};
pub use reference::{Reference, ReferenceHook, ReferenceItem};
pub use refused::Refused;
pub use report::{ComparisonTold, Said};
pub use staffing::{StaffingHour, StaffingQuestion};
pub use test_line::TestLine;
pub use workspace::{Checked, Start};

use pointsman_engine::id::GroupId;
use pointsman_engine::simulation::{self, Edit, fit};
use pointsman_engine::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// What is running.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Version {
    /// The engine's version, as in `0.1.0`.
    pub engine: String,
}

/// The version of the engine: a [`Version`].
#[wasm_bindgen]
pub fn version() -> Result<String, String> {
    json(&Version { engine: pointsman_engine::VERSION.to_owned() })
}

/// Whether this machine calculates as every other does: see [`pointsman_engine::arithmetic::fingerprint`].
#[wasm_bindgen]
#[must_use]
pub fn arithmetic_fingerprint(seed: u64) -> String {
    pointsman_engine::arithmetic::fingerprint(seed)
}

/// The name of a module by its content: BLAKE3, in hexadecimal digits.
#[wasm_bindgen]
#[must_use]
pub fn module_hash(wasm: &[u8]) -> String {
    pointsman_engine::rules::module::module_hash(wasm).to_string()
}

/// Everything a script can call or read: a [`Reference`].
#[wasm_bindgen]
pub fn reference() -> Result<String, String> {
    json(&Reference::new())
}

/// One tenant folder under work, with the ruleset it compiles to and the simulation that runs on it.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Workspace(workspace::Workspace);

#[wasm_bindgen]
impl Workspace {
    /// An empty folder.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Workspace {
        Workspace::default()
    }

    /// Writes a file.
    pub fn set_file(&mut self, path: &str, text: &str) {
        self.0.set_file(path, text);
    }

    /// Writes a module: a `.wasm` file. It runs once its artefact is there.
    pub fn set_module(&mut self, path: &str, wasm: &[u8]) {
        self.0.set_module(path, wasm);
    }

    /// Adds what the host has compiled a module to: a [`ModuleLine`]. It stays, whatever becomes of the folder's files.
    ///
    /// An artefact is code that is run as it is: it must come from a host of ours.
    pub fn add_artefact(&mut self, artefact: &[u8]) -> Result<String, String> {
        answer(self.0.add_artefact(artefact))
    }

    /// Removes a file; one that is not there is fine.
    pub fn remove_file(&mut self, path: &str) {
        self.0.remove_file(path);
    }

    /// Reads and compiles the folder as it is now: a [`Checked`].
    pub fn check(&mut self) -> Result<String, String> {
        json(&self.0.check())
    }

    /// Finds what is wrong with the folder's ruleset before a visitor does: an [`AnalysisTold`].
    pub fn analyse(&mut self) -> Result<String, String> {
        answer(self.0.analyse())
    }

    /// Every group's every hour of a scenario: a list of [`StaffingHour`]. Given the `scenario`'s slug and `demands`, what
    /// each seed's [`DemandRun`] has told.
    pub fn staffing_hours(&mut self, demands: &str) -> Result<String, String> {
        answer(parse(demands).and_then(|demands| staffing::hours(&mut self.0, &demands)))
    }

    /// How many agents one group needs in one hour, given as a [`StaffingQuestion`]: a
    /// [`pointsman_engine::simulation::staffing::StaffingCell`].
    pub fn staff(&mut self, question: &str) -> Result<String, String> {
        answer(parse(question).and_then(|question| staffing::find(&mut self.0, question)))
    }

    /// Runs the folder's rule tests: a list of [`TestLine`].
    pub fn test(&mut self) -> Result<String, String> {
        answer(self.0.test())
    }

    /// Lets one visitor in, given as a [`pointsman_engine::explain::Visit`]: an
    /// [`pointsman_engine::explain::Explanation`], whose matched words are at UTF-16 offsets.
    pub fn explain(&mut self, visit: &str) -> Result<String, String> {
        answer(parse(visit).and_then(|visit| self.0.explain(&visit)))
    }

    /// Begins a simulation, given as a [`Start`]; one that runs already is dropped. Answers `null`.
    pub fn start(&mut self, start: &str) -> Result<String, String> {
        answer(parse(start).and_then(|start| self.0.start(&start)))
    }

    /// Goes on with the simulation for at least so many events, or to its end: a
    /// [`pointsman_engine::simulation::Progress`].
    pub fn run_for(&mut self, events: u32) -> Result<String, String> {
        answer(self.0.run_for(events))
    }

    /// Ends the simulation where it is. Answers `null`.
    pub fn cancel(&mut self) -> Result<String, String> {
        answer(self.0.cancel())
    }

    /// Compiles the folder as it is to a ruleset that a run may swap to, as the successor of the one compiled last;
    /// `anew`: to the one that the run begins with. Answers its place in the chain: a number.
    pub fn chain(&mut self, anew: bool) -> Result<String, String> {
        answer(self.0.chain(anew))
    }

    /// Begins to watch a run, given as a [`Start`]; one that is watched already is dropped. Answers `null`.
    pub fn watch(&mut self, start: &str) -> Result<String, String> {
        answer(parse(start).and_then(|start| self.0.watch(&start)))
    }

    /// Names and places of the run that is watched: a [`pointsman_engine::simulation::FloorPlan`].
    pub fn plan(&mut self) -> Result<String, String> {
        answer(self.0.watched().map(|watch| watch.plan()))
    }

    /// Moves the playhead towards an instant, by at least so many events if it is that far. Answers whether it is there
    /// or at the run's end.
    pub fn go_to(&mut self, at_ms: f64, events: u32) -> Result<String, String> {
        answer(self.0.watched().map(|watch| watch.go_to(Timestamp(at_ms as i64), u64::from(events))))
    }

    /// Moves the playhead to the next moment of a kind, given as a [`pointsman_engine::simulation::Moment`], by at least
    /// so many events if it is that far: a [`pointsman_engine::simulation::Sought`].
    pub fn seek(&mut self, moment: &str, events: u32) -> Result<String, String> {
        let moment = parse(moment);
        answer(moment.and_then(|moment| Ok(self.0.watched()?.seek(moment, u64::from(events)))))
    }

    /// The playhead of the run that is watched, in milliseconds since the epoch.
    pub fn playhead(&mut self) -> Result<String, String> {
        answer(self.0.watched().map(|watch| watch.at()))
    }

    /// The floor at the playhead, as the groups of these numbers see it: a
    /// [`pointsman_engine::simulation::FloorView`].
    pub fn look(&mut self, groups: &[u16]) -> Result<String, String> {
        let groups: Vec<GroupId> = groups.iter().copied().map(GroupId).collect();
        answer(self.0.watched().map(|watch| watch.view(&groups)))
    }

    /// Does something to the run that is watched, at its playhead: a [`PlannedWhat`]. Answers `null`.
    pub fn inject(&mut self, what: &str) -> Result<String, String> {
        answer(parse(what).and_then(|what| self.0.inject(&what)))
    }

    /// Takes back an injection, by its place in the list. A playhead behind it goes back before it. Answers whether there
    /// was one.
    pub fn retract(&mut self, index: u32) -> Result<String, String> {
        answer(self.0.watched().map(|watch| watch.retract(index as usize)))
    }

    /// Begins to follow a conversation, by its number, through a run, given as a [`Start`]; one that is followed already is
    /// dropped. Answers `null`.
    pub fn follow(&mut self, start: &str, conversation: f64) -> Result<String, String> {
        answer(parse(start).and_then(|start| self.0.follow(&start, conversation as u64)))
    }

    /// Goes on following for at least so many events, or until all there is was seen: a [`FollowTold`].
    pub fn follow_for(&mut self, events: u32) -> Result<String, String> {
        answer(self.0.follow_for(events))
    }

    /// The life of the conversation that was followed: a [`pointsman_engine::explain::life::Life`], whose matched words are
    /// at UTF-16 offsets.
    pub fn life(&self) -> Result<String, String> {
        answer(self.0.life())
    }

    /// Where every agent stood at a decision of that life, given as a [`pointsman_engine::explain::life::DecisionId`], or
    /// those whose name has `search` in it: a [`pointsman_engine::explain::life::Why`], or `null`.
    pub fn why(&self, decision: &str, search: &str) -> Result<String, String> {
        answer(parse(decision).and_then(|id| Ok(self.0.followed()?.why(id, search))))
    }

    /// The changes under which a decision of that life would have come to a
    /// [`pointsman_engine::explain::life::Goal`]: a [`pointsman_engine::explain::life::WhatIf`], or `null`.
    pub fn what_if(&self, decision: &str, goal: &str) -> Result<String, String> {
        let goal = parse(goal);
        answer(parse(decision).and_then(|id| Ok(self.0.followed()?.what_if(id, &goal?))))
    }

    /// What the rules of a decision of that life looked at: a list of [`LitRule`], or `null`.
    pub fn lit(&self, decision: &str) -> Result<String, String> {
        answer(parse(decision).and_then(|id| self.0.lit(id)))
    }

    /// A decision of that life as a rule test of this name, which holds: a [`KeepTold`].
    pub fn keep(&self, decision: &str, name: &str) -> Result<String, String> {
        answer(parse(decision).and_then(|id| self.0.keep(id, name)))
    }

    /// What the simulation has come to: a [`pointsman_engine::simulation::Report`].
    pub fn report(&self) -> Result<String, String> {
        answer(self.0.report())
    }
}

/// One seed under two rulesets: what is live, and a candidate.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PairRun(pair::PairRun);

#[wasm_bindgen]
impl PairRun {
    /// A pair about to begin, of the two folders as they are now, given as a [`Start`]. The scenario is the candidate's.
    #[wasm_bindgen(constructor)]
    pub fn new(live: &mut Workspace, candidate: &mut Workspace, start: &str) -> Result<PairRun, String> {
        let run = parse(start).and_then(|start| pair::PairRun::new(&mut live.0, &mut candidate.0, &start));
        match run {
            Ok(run) => Ok(PairRun(run)),
            Err(refused) => Err(json(&refused)?),
        }
    }

    /// Goes on for at least so many events, or to the end: a [`pointsman_engine::simulation::Progress`].
    pub fn run_for(&mut self, events: u32) -> Result<String, String> {
        json(&self.0.run_for(events))
    }

    /// Ends it where it is.
    pub fn cancel(&mut self) {
        self.0.cancel();
    }

    /// What it has come to: a [`PairTold`].
    pub fn told(&self) -> Result<String, String> {
        json(&self.0.told())
    }
}

/// Reads a recording, piece by piece as it comes.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct RecordingReader(recording::RecordingReader);

#[wasm_bindgen]
impl RecordingReader {
    /// About to read.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> RecordingReader {
        RecordingReader::default()
    }

    /// Reads on: bytes of the file, unpacked.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), String> {
        match self.0.push(bytes) {
            Ok(()) => Ok(()),
            Err(refused) => Err(json(&refused)?),
        }
    }

    /// The recording, once everything was read.
    pub fn finish(self) -> Result<Recording, String> {
        match self.0.finish() {
            Ok(recording) => Ok(Recording(recording)),
            Err(refused) => Err(json(&refused)?),
        }
    }
}

/// A recorded period of a desk's journal.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Recording(recording::Recording);

#[wasm_bindgen]
impl Recording {
    /// What it is: a [`RecordingTold`].
    pub fn told(&self) -> Result<String, String> {
        json(&self.0.told())
    }

    /// The text of a scenario fitted to it, for the tenant of a workspace.
    pub fn scenario(&self, workspace: &mut Workspace, name: &str) -> Result<String, String> {
        match self.0.scenario(&mut workspace.0, name) {
            Ok(text) => json(&text),
            Err(refused) => Err(json(&refused)?),
        }
    }
}

/// A recorded period, decided again under a folder.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Replay(recording::Replay);

#[wasm_bindgen]
impl Replay {
    /// A replay about to begin. The seed is the luck of what has to be supposed.
    #[wasm_bindgen(constructor)]
    pub fn new(recording: &Recording, candidate: &mut Workspace, seed: u32) -> Result<Replay, String> {
        match recording::Replay::new(&recording.0, &mut candidate.0, u64::from(seed)) {
            Ok(replay) => Ok(Replay(replay)),
            Err(refused) => Err(json(&refused)?),
        }
    }

    /// Goes on for about so many events, or to the end: a [`pointsman_engine::simulation::Progress`].
    pub fn run_for(&mut self, events: u32) -> Result<String, String> {
        json(&self.0.run_for(events))
    }

    /// Ends it where it is.
    pub fn cancel(&mut self) {
        self.0.cancel();
    }

    /// What it has come to: a [`ReplayTold`].
    pub fn told(&self) -> Result<String, String> {
        json(&self.0.told())
    }
}

/// A run that counts how many conversations are sent to each group in each hour.
#[wasm_bindgen]
#[derive(Debug)]
pub struct DemandRun(staffing::DemandRun);

#[wasm_bindgen]
impl DemandRun {
    /// A run about to begin, of the folder as it is now, given as a [`Start`].
    #[wasm_bindgen(constructor)]
    pub fn new(workspace: &mut Workspace, start: &str) -> Result<DemandRun, String> {
        match parse(start).and_then(|start| staffing::DemandRun::new(&mut workspace.0, &start)) {
            Ok(run) => Ok(DemandRun(run)),
            Err(refused) => Err(json(&refused)?),
        }
    }

    /// Goes on for at least so many events, or to the end: a [`pointsman_engine::simulation::Progress`].
    pub fn run_for(&mut self, events: u32) -> Result<String, String> {
        json(&self.0.run_for(events))
    }

    /// What was counted: a [`pointsman_engine::simulation::staffing::SeedDemand`].
    pub fn told(&self) -> Result<String, String> {
        json(&self.0.told())
    }
}

#[wasm_bindgen]
extern "C" {
    /// A function that is told how far something is.
    #[wasm_bindgen(typescript_type = "(progress: string) => void")]
    pub type Watch;

    #[wasm_bindgen(method, js_name = call)]
    fn call(this: &Watch, that: &JsValue, progress: &str);
}

/// Which change in `candidate` is to blame for its answering worse than `live`: a [`pointsman_engine::blame::Blame`].
/// `question`: a [`pointsman_engine::blame::Question`]; `watch` is given a [`pointsman_engine::blame::BlameProgress`]
/// after every run.
#[wasm_bindgen]
pub fn blame(
    live: &Workspace,
    candidate: &mut Workspace,
    question: &str,
    watch: &Watch,
) -> Result<String, String> {
    let mut tell = |progress| {
        // It is plain data; without it, nobody is told how far it is.
        watch.call(&JsValue::NULL, &json(&progress).unwrap_or_default());
    };
    answer(parse(question).and_then(|question| blame::blame(&live.0, &mut candidate.0, &question, &mut tell)))
}

/// A file of recorded arrivals, fitted.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Recorded(recorded::Recorded);

#[wasm_bindgen]
impl Recorded {
    /// Reads a CSV file on the clocks of the workspace's tenant, and fits its counts.
    #[wasm_bindgen(constructor)]
    pub fn new(workspace: &mut Workspace, csv: &[u8]) -> Result<Recorded, String> {
        match recorded::Recorded::new(&mut workspace.0, csv) {
            Ok(recorded) => Ok(Recorded(recorded)),
            Err(refused) => Err(json(&refused)?),
        }
    }

    /// What was found: a [`RecordedTold`].
    pub fn told(&self) -> Result<String, String> {
        json(&self.0.told())
    }

    /// The text of a scenario with the fitted arrivals. `targets`, an object, gives the tenant's channel for each of the
    /// file's.
    pub fn written(&self, text: &str, targets: &str) -> Result<String, String> {
        answer(parse(targets).and_then(|targets| self.0.written(text, &targets)))
    }

    /// Simulates a day, given as a [`TrialStart`]: a [`pointsman_engine::simulation::fit::TrialDay`].
    pub fn day(&self, workspace: &mut Workspace, start: &str) -> Result<String, String> {
        answer(parse(start).and_then(|start| self.0.day(&mut workspace.0, &start)))
    }
}

/// Puts the days of a trial together, given as a list of [`pointsman_engine::simulation::fit::TrialDay`]: a
/// [`pointsman_engine::simulation::fit::Trial`].
#[wasm_bindgen]
pub fn trial(days: &str) -> Result<String, String> {
    answer(parse(days).map(|days: Vec<_>| fit::Trial::new(&days)))
}

/// Reads a CSV file of messages with their intents: a list of [`pointsman_engine::simulation::fit::IntentTexts`].
#[wasm_bindgen]
pub fn messages(csv: &[u8]) -> Result<String, String> {
    answer(fit::read_messages(csv).map_err(|error| Refused::BadTable { error }))
}

/// The text of a scenario with the intents of a CSV file of messages.
#[wasm_bindgen]
pub fn with_messages(text: &str, csv: &[u8]) -> Result<String, String> {
    let messages = fit::read_messages(csv).map_err(|error| Refused::BadTable { error });
    let edit =
        |messages: Vec<_>| fit::with_messages(text, &messages).map_err(|error| Refused::CannotEdit { error });
    answer(messages.and_then(edit))
}

/// The text of a scenario with changes, given as a list of [`pointsman_engine::simulation::Edit`].
#[wasm_bindgen]
pub fn edit_scenario(text: &str, edits: &str) -> Result<String, String> {
    let edit = |edits: Vec<Edit>| {
        simulation::edit_scenario(text, &edits).map_err(|error| Refused::CannotEdit { error })
    };
    answer(parse(edits).and_then(edit))
}

/// Puts pairs together, given as an object of `pairs`, a list of [`pointsman_engine::simulation::compare::Pair`], and the
/// [`pointsman_engine::simulation::Report`]s of one of them, `live` and `candidate`: a [`ComparisonTold`].
#[wasm_bindgen]
pub fn comparison(pairs: &str) -> Result<String, String> {
    answer(parse(pairs).map(|pairs| report::comparison(&pairs)))
}

/// A [`pointsman_engine::simulation::Report`] as one HTML file, which is what is answered. `about`: a
/// [`pointsman_report::About`].
#[wasm_bindgen]
pub fn report_html(report: &str, about: &str) -> Result<String, String> {
    text(parse(report).and_then(|report| Ok(pointsman_report::of_run(&report, &parse(about)?))))
}

/// A [`pointsman_report::StaffingTold`] as one HTML file.
#[wasm_bindgen]
pub fn staffing_html(staffing: &str, about: &str) -> Result<String, String> {
    text(parse(staffing).and_then(|staffing| Ok(pointsman_report::of_staffing(&staffing, &parse(about)?))))
}

/// What [`comparison`] is given, as one HTML file.
#[wasm_bindgen]
pub fn comparison_html(pairs: &str, about: &str) -> Result<String, String> {
    text(parse(pairs).and_then(|pairs| Ok(report::comparison_html(&pairs, &parse(about)?))))
}

fn answer<T: Serialize>(result: Result<T, Refused>) -> Result<String, String> {
    match result {
        Ok(value) => json(&value),
        Err(refused) => Err(json(&refused)?),
    }
}

/// An answer that is text as it stands.
fn text(result: Result<String, Refused>) -> Result<String, String> {
    match result {
        Ok(text) => Ok(text),
        Err(refused) => Err(json(&refused)?),
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refused> {
    serde_json::from_str(text).map_err(|error| Refused::BadInput { message: error.to_string() })
}

fn json(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}
