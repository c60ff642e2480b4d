//! A tenant folder under work: edited file by file, checked, tried, simulated.

use std::rc::Rc;

use pointsman_engine::analysis::{Effort, analyse};
use pointsman_engine::diagnostic::{Diagnostic, Severity};
use pointsman_engine::explain::life::{DecisionId, Life};
use pointsman_engine::explain::{Explanation, StepTold, Visit, explain};
use pointsman_engine::id::ConversationId;
use pointsman_engine::recording::{RecordedRulesets, Recording};
use pointsman_engine::rules::module::ArtefactError;
use pointsman_engine::rules::{Compiled, Modules, Ruleset, run_tests};
use pointsman_engine::simulation::{
    Followed, Following, Followup, Injection, Progress, Report, Scenario, Simulation, Unobserved, Watch,
    read_scenario,
};
use pointsman_engine::tenant::{TenantFolder, TenantSource, revision};
use serde::{Deserialize, Serialize};

use crate::finding::place;
use crate::life::{KeepTold, LitRule, in_utf16, lit_rules};
use crate::modules::{LazyModules, module_files};
use crate::position::utf16_offset;
use crate::{
    AnalysisTold, Catalogue, Finding, FollowTold, ModuleFile, ModuleLine, Planned, PlannedWhat, Refused,
    ScenarioLine, TestLine,
};

/// What a check of the folder has found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Checked {
    /// The revision that the folder makes, in hexadecimal digits.
    pub revision: String,
    /// Whether there is a ruleset: no finding is an error.
    pub sound: bool,
    /// Everything found, by file and place.
    pub findings: Vec<Finding>,
    /// The names of the tenant; `None` when so little is right that there are none.
    pub catalogue: Option<Catalogue>,
    /// The modules of the folder, by path.
    pub modules: Vec<ModuleFile>,
}

/// A simulation to begin.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The slug of the scenario.
    pub scenario: String,
    /// The seed.
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub seed: u64,
    /// What is done to the run while it is under way.
    #[serde(default)]
    pub injections: Vec<Planned>,
}

/// A tenant folder under work.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    folder: TenantFolder,
    /// What stays when files change.
    modules: LazyModules,
    /// What the folder was compiled to; `None` after a change.
    compiled: Option<State>,
    simulation: Option<Simulation<Rc<Ruleset>>>,
    /// Rulesets that runs swap to, each compiled as the successor of the one before it. The first is the one that the run
    /// begins with.
    chain: Vec<Rc<Ruleset>>,
    watch: Option<Watch<Rc<Ruleset>>>,
    /// The conversation that is being followed.
    following: Option<Following<Rc<Ruleset>>>,
    /// The one that was followed last.
    followed: Option<Followed<Rc<Ruleset>>>,
}

/// What a run is made from.
type Described = (Rc<Ruleset>, Scenario, Vec<Injection<Rc<Ruleset>>>);

/// What a folder was compiled to.
#[derive(Debug)]
struct State {
    ruleset: Option<Rc<Ruleset>>,
    source: Option<TenantSource>,
    diagnostics: Vec<Diagnostic>,
    scenarios: Vec<(String, Option<Scenario>)>,
}

impl State {
    fn new(folder: &TenantFolder, modules: &dyn Modules) -> State {
        let Compiled { ruleset, source, mut diagnostics } = Ruleset::compile(folder, None, modules);
        let mut scenarios = Vec::new();
        if let Some(source) = &source {
            for (slug, text) in &source.scenarios {
                let (scenario, found) = read_scenario(slug, text, &source.directory);
                scenarios.push((slug.clone(), scenario));
                diagnostics.extend(found);
            }
        }
        State { ruleset: ruleset.map(Rc::new), source, diagnostics, scenarios }
    }

    fn ruleset(&self) -> Result<&Rc<Ruleset>, Refused> {
        self.ruleset.as_ref().ok_or_else(|| Refused::HasErrors { count: errors(&self.diagnostics) })
    }
}

fn errors(diagnostics: &[Diagnostic]) -> u32 {
    diagnostics.iter().filter(|found| found.severity == Severity::Error).count() as u32
}

impl Workspace {
    pub(crate) fn set_file(&mut self, path: &str, text: &str) {
        self.folder.files.insert(path.to_owned(), text.as_bytes().to_vec());
        self.compiled = None;
    }

    pub(crate) fn set_module(&mut self, path: &str, wasm: &[u8]) {
        self.folder.files.insert(path.to_owned(), wasm.to_vec());
        self.compiled = None;
    }

    /// Adds what the host has compiled a module to.
    pub(crate) fn add_artefact(&mut self, artefact: &[u8]) -> Result<ModuleLine, Refused> {
        let added = self.modules.open()?.add(artefact).map_err(|error| match error {
            ArtefactError::Malformed => Refused::NoArtefact,
            ArtefactError::OtherVersion(message) => Refused::OtherArtefact { message },
        })?;
        self.compiled = None;
        Ok(added.info().as_ref().into())
    }

    pub(crate) fn remove_file(&mut self, path: &str) {
        self.folder.files.remove(path);
        self.compiled = None;
    }

    pub(crate) fn check(&mut self) -> Checked {
        self.compile();
        let modules = self.modules.provider([&self.folder]);
        let Some(state) = &self.compiled else {
            return Checked::default();
        };
        let scenarios = state.scenarios.iter().map(|(slug, scenario)| ScenarioLine {
            slug: slug.clone(),
            name: scenario.as_ref().map_or(slug, |scenario| &scenario.name).clone(),
        });
        let scenarios = scenarios.collect();
        let catalogue = |source| Catalogue::new(source, state.ruleset.as_deref(), scenarios);
        let rules = state.source.as_ref().map(|source| source.rules.as_slice()).unwrap_or_default();
        Checked {
            revision: revision(&self.folder).to_string(),
            sound: state.ruleset.is_some(),
            findings: state.diagnostics.iter().map(|found| Finding::new(found, &self.folder)).collect(),
            catalogue: state.source.as_ref().map(catalogue),
            modules: module_files(&self.folder, rules, modules),
        }
    }

    /// Finds what is wrong with the ruleset before a visitor does. Its scenarios are run.
    pub(crate) fn analyse(&mut self) -> Result<AnalysisTold, Refused> {
        let modules = self.modules.provider([&self.folder]);
        match analyse(&self.folder, modules, Effort::default()) {
            Ok(analysis) => Ok(AnalysisTold::new(analysis, &self.folder)),
            Err(diagnostics) => Err(Refused::HasErrors { count: errors(&diagnostics) }),
        }
    }

    pub(crate) fn test(&mut self) -> Result<Vec<TestLine>, Refused> {
        self.compile();
        let state = self.compiled.as_ref().ok_or(Refused::HasErrors { count: 0 })?;
        let tests = state.source.as_ref().map(|source| source.tests.as_slice()).unwrap_or_default();
        let outcomes = run_tests(state.ruleset()?, tests);
        Ok(tests
            .iter()
            .zip(outcomes)
            .map(|(test, outcome)| TestLine {
                name: outcome.name,
                place: place(Some(outcome.span), &outcome.file, &self.folder),
                file: outcome.file,
                text: test.text.clone(),
                failures: outcome.failures,
            })
            .collect())
    }

    pub(crate) fn explain(&mut self, visit: &Visit) -> Result<Explanation, Refused> {
        let ruleset = self.compile().ruleset()?;
        let told = explain(ruleset, visit);
        let mut told = told.map_err(|error| Refused::BadVisit { message: error.to_string() })?;
        for step in &mut told.steps {
            let StepTold::Rules(rules) = step else {
                continue;
            };
            for matched in rules.rules.iter_mut().flat_map(|rule| &mut rule.matched) {
                matched.start = utf16_offset(&visit.text, matched.start);
                matched.end = utf16_offset(&visit.text, matched.end);
            }
        }
        Ok(told)
    }

    /// The ruleset of the folder as it is now.
    pub(crate) fn ruleset(&mut self) -> Result<Rc<Ruleset>, Refused> {
        self.compile().ruleset().cloned()
    }

    /// The ruleset of the folder as it is now, and one of its scenarios.
    pub(crate) fn scenario(&mut self, name: &str) -> Result<(Rc<Ruleset>, Scenario), Refused> {
        let state = self.compile();
        let ruleset = Rc::clone(state.ruleset()?);
        let named = state.scenarios.iter().find(|(slug, _)| slug == name);
        let scenario = named.and_then(|(_, scenario)| scenario.clone());
        Ok((ruleset, scenario.ok_or_else(|| Refused::NoScenario { name: name.to_owned() })?))
    }

    /// What a scenario's file says.
    pub(crate) fn scenario_text(&mut self, name: &str) -> Result<String, Refused> {
        let scenarios = self.compile().source.as_ref().map(|source| &source.scenarios);
        let text = scenarios.and_then(|scenarios| scenarios.get(name));
        text.cloned().ok_or_else(|| Refused::NoScenario { name: name.to_owned() })
    }

    pub(crate) fn folder(&self) -> &TenantFolder {
        &self.folder
    }

    /// The folder, and the modules that it and another one name.
    pub(crate) fn with_modules_for(&mut self, other: &Workspace) -> (&TenantFolder, &dyn Modules) {
        let Workspace { folder, modules, .. } = self;
        let folder = &*folder;
        (folder, modules.provider([folder, &other.folder]))
    }

    /// Compiles the folder as it is to the next ruleset of a chain; `anew`: to its first. Gives its place there.
    pub(crate) fn chain(&mut self, anew: bool) -> Result<u32, Refused> {
        if anew {
            let ruleset = Rc::clone(self.compile().ruleset()?);
            self.chain = vec![ruleset];
            return Ok(0);
        }
        let Workspace { folder, modules, chain, .. } = self;
        let base = chain.last().ok_or(Refused::NotStarted)?;
        let Compiled { ruleset, diagnostics, .. } =
            Ruleset::compile(folder, Some(base.directory()), modules.provider([folder]));
        let ruleset = ruleset.ok_or_else(|| Refused::HasErrors { count: errors(&diagnostics) })?;
        chain.push(Rc::new(ruleset));
        Ok(chain.len() as u32 - 1)
    }

    /// Compiles the rulesets of a recording, with the modules that are known here.
    pub(crate) fn compile_recording(
        &mut self,
        recording: &Recording,
    ) -> Result<RecordedRulesets<Ruleset>, Refused> {
        let mut folder = TenantFolder::default();
        for ruleset in recording.rulesets() {
            folder.files.extend(ruleset.folder.files.clone());
        }
        let compiled = recording.compile(self.modules.provider([&folder]));
        compiled.map_err(|error| Refused::CannotReplay { message: error.to_string() })
    }

    /// Compiles the folder as the successor of a recording's rulesets.
    pub(crate) fn compile_after(
        &mut self,
        recording: &Recording,
        rulesets: &RecordedRulesets<Rc<Ruleset>>,
    ) -> Result<Ruleset, Refused> {
        let Workspace { folder, modules, .. } = self;
        let Compiled { ruleset, diagnostics, .. } =
            recording.compile_candidate(folder, rulesets, modules.provider([folder]));
        ruleset.ok_or_else(|| Refused::HasErrors { count: errors(&diagnostics) })
    }

    pub(crate) fn start(&mut self, start: &Start) -> Result<(), Refused> {
        self.simulation = None;
        let (ruleset, scenario, injections) = self.described(start)?;
        let mut simulation = Simulation::new(ruleset, &scenario, start.seed);
        for injection in injections {
            simulation.inject(injection).map_err(|error| Refused::cannot_inject(&error))?;
        }
        self.simulation = Some(simulation);
        Ok(())
    }

    /// Begins to watch a run.
    pub(crate) fn watch(&mut self, start: &Start) -> Result<(), Refused> {
        self.watch = None;
        let (ruleset, scenario, injections) = self.described(start)?;
        let watch = Watch::new(ruleset, &scenario, start.seed, injections);
        self.watch = Some(watch.map_err(|error| Refused::cannot_inject(&error))?);
        Ok(())
    }

    pub(crate) fn watched(&mut self) -> Result<&mut Watch<Rc<Ruleset>>, Refused> {
        self.watch.as_mut().ok_or(Refused::NotStarted)
    }

    pub(crate) fn inject(&mut self, what: &PlannedWhat) -> Result<(), Refused> {
        let body = what.resolve(&self.chain)?;
        self.watched()?.inject(body).map_err(|error| Refused::cannot_inject(&error))
    }

    /// What a run is made from. A run without swaps needs no chain but its own ruleset.
    fn described(&mut self, start: &Start) -> Result<Described, Refused> {
        let (ruleset, scenario) = self.scenario(&start.scenario)?;
        if self.chain.first().is_none_or(|first| first.revision() != ruleset.revision()) {
            self.chain = vec![Rc::clone(&ruleset)];
        }
        let injections = start.injections.iter().map(|planned| planned.resolve(&self.chain));
        Ok((ruleset, scenario, injections.collect::<Result<_, _>>()?))
    }

    /// Begins to follow a conversation through a run.
    pub(crate) fn follow(&mut self, start: &Start, conversation: u64) -> Result<(), Refused> {
        self.followed = None;
        self.following = None;
        let (ruleset, scenario, injections) = self.described(start)?;
        let mut simulation = Simulation::new(ruleset, &scenario, start.seed);
        for injection in injections {
            simulation.inject(injection).map_err(|error| Refused::cannot_inject(&error))?;
        }
        self.following = Some(Following::new(simulation, ConversationId(conversation)));
        Ok(())
    }

    pub(crate) fn follow_for(&mut self, events: u32) -> Result<FollowTold, Refused> {
        let following = self.following.as_mut().ok_or(Refused::NotStarted)?;
        let followup = following.run_for(u64::from(events));
        if followup == Followup::Done {
            self.followed = self.following.take().map(Following::followed);
        }
        Ok(followup.into())
    }

    pub(crate) fn life(&self) -> Result<Life, Refused> {
        let life = self.followed()?.life();
        life.map(in_utf16).map_err(|missing| Refused::NoSuchConversation { opened: missing.opened })
    }

    pub(crate) fn followed(&self) -> Result<&Followed<Rc<Ruleset>>, Refused> {
        self.followed.as_ref().ok_or(Refused::NotStarted)
    }

    pub(crate) fn lit(&self, id: DecisionId) -> Result<Option<Vec<LitRule>>, Refused> {
        let lit = self.followed()?.lit(id, &self.folder);
        Ok(lit.map(|lit| lit_rules(lit, &self.folder)))
    }

    pub(crate) fn keep(&self, id: DecisionId, name: &str) -> Result<KeepTold, Refused> {
        Ok(self.followed()?.keep(id, name, &self.folder).into())
    }

    pub(crate) fn run_for(&mut self, events: u32) -> Result<Progress, Refused> {
        let simulation = self.simulation.as_mut().ok_or(Refused::NotStarted)?;
        Ok(simulation.run_for(u64::from(events), &mut Unobserved))
    }

    /// Ends the simulation where it is; its report tells what there is so far.
    pub(crate) fn cancel(&mut self) -> Result<(), Refused> {
        self.simulation.as_mut().map(Simulation::cancel).ok_or(Refused::NotStarted)
    }

    pub(crate) fn report(&self) -> Result<Report, Refused> {
        self.simulation.as_ref().map(Simulation::report).ok_or(Refused::NotStarted)
    }

    fn compile(&mut self) -> &State {
        let Workspace { folder, modules, compiled, .. } = self;
        compiled.get_or_insert_with(|| State::new(folder, modules.provider([folder])))
    }
}

#[cfg(test)]
mod tests {
    use pointsman_engine::rules::module::{Sandbox, module_hash};
    use pointsman_engine::simulation::Ended;
    use pointsman_engine::time::Timestamp;

    use super::*;
    use crate::Place;

    const TENANT: &str = r#"
        name = "小店"
        zone = "Asia/Shanghai"
        default_group = "general"
        fallback = ["leave-message"]
        [[channel]]
        slug = "website"
    "#;
    const RULE: &str = "[when.keywords]\nany = [\"退款😭\", \"退货\"]\n[then]\ngroup = \"general\"\n";
    const SCENARIO: &str = r#"
        name = "平日"
        start = "2026-03-04T00:00:00"
        length = "24h"
        rate = { website = 30.0 }
        [[intent]]
        name = "refund"
        share = 1.0
        handle = { mean = "5m", distribution = "exponential" }
        phrases = ["退货"]
    "#;

    fn workspace() -> Workspace {
        let mut workspace = Workspace::default();
        for (path, text) in [
            ("tenant.toml", TENANT),
            ("groups.toml", "[[group]]\nslug = \"general\"\n"),
            ("agents.toml", "[[agent]]\nslug = \"wang-fang\"\ngroups = [\"general\"]\n"),
            ("rules/20-refund.toml", RULE),
            ("scenarios/plain.toml", SCENARIO),
            (
                "tests/refund.toml",
                "[[test]]\nname = \"a\"\ntext = \"退货\"\n[test.expect]\ngroup = \"general\"\n",
            ),
        ] {
            workspace.set_file(path, text);
        }
        workspace
    }

    #[test]
    fn a_finding_is_where_the_editor_counts_it() {
        let mut workspace = workspace();
        assert_eq!(workspace.check().findings, []);
        workspace.set_file("rules/20-refund.toml", &RULE.replace("\"退货\"", "\"@nothing\""));
        let checked = workspace.check();
        assert!(!checked.sound);
        let [finding] = checked.findings.as_slice() else { panic!("{:?}", checked.findings) };
        // `any = ["退款😭", "@nothing"]`: the emoji is two UTF-16 units.
        let place = Place { line: 2, column: 16, end_line: 2, end_column: 26 };
        assert_eq!((finding.code.as_str(), finding.place), ("R207", Some(place)));
    }

    #[test]
    fn matched_words_are_at_utf16_offsets() {
        let visit = Visit { text: "😭我要退货".to_owned(), ..Visit::default() };
        let told = workspace().explain(&visit).unwrap();
        let Some(StepTold::Rules(rules)) = told.steps.first() else { panic!("{told:?}") };
        let matched = &rules.rules[0].matched[0];
        assert_eq!((matched.start, matched.end), (4, 6));
    }

    #[test]
    fn a_folder_with_errors_runs_nothing_and_says_so() {
        let mut workspace = workspace();
        workspace.set_file("groups.toml", "[[group]]\nslug = \"general\"\nstrategy = \"magic\"\n");
        let start = Start { scenario: "plain".to_owned(), seed: 7, injections: Vec::new() };
        assert_eq!(workspace.start(&start), Err(Refused::HasErrors { count: 1 }));
        assert_eq!(workspace.test(), Err(Refused::HasErrors { count: 1 }));
        assert_eq!(workspace.run_for(1), Err(Refused::NotStarted));
    }

    #[test]
    fn a_run_can_be_ended_and_another_one_begun() {
        let mut workspace = workspace();
        let nowhere = Start { scenario: "other".to_owned(), seed: 7, injections: Vec::new() };
        assert_eq!(workspace.start(&nowhere), Err(Refused::NoScenario { name: "other".to_owned() }));
        let start = Start { scenario: "plain".to_owned(), seed: 7, injections: Vec::new() };
        workspace.start(&start).unwrap();
        workspace.run_for(100).unwrap();
        workspace.cancel().unwrap();
        assert_eq!(workspace.report().unwrap().ended, Ended::Cancelled);

        workspace.start(&start).unwrap();
        while workspace.run_for(100).unwrap().ended == Ended::Running {}
        let in_slices = workspace.report().unwrap();
        workspace.start(&start).unwrap();
        workspace.run_for(u32::MAX).unwrap();
        assert_eq!(in_slices, workspace.report().unwrap());
        assert!(in_slices.conversations > 500);
    }

    #[test]
    fn a_module_is_asked_for_by_its_hash_until_it_is_compiled() {
        let wasm = include_bytes!("../../examples/modules/built/escalate.wasm");
        let hash = module_hash(wasm).to_string();
        let mut workspace = workspace();
        workspace.set_module("rules/30-escalate.wasm", wasm);
        workspace.set_file("rules/30-escalate.toml", "[limits]\nfuel = 700_000\n");
        let checked = workspace.check();
        let [finding] = checked.findings.as_slice() else { panic!("{:?}", checked.findings) };
        assert_eq!((finding.code.as_str(), finding.file.as_str()), ("R312", "rules/30-escalate.wasm"));
        let [file] = checked.modules.as_slice() else { panic!("{:?}", checked.modules) };
        assert_eq!((&file.hash, file.bytes, &file.module), (&hash, wasm.len() as u64, &None));
        let budget = file.limits.unwrap();
        assert_eq!((budget.fuel, budget.memory_bytes), (700_000, 16 << 20));

        workspace.remove_file("rules/30-escalate.wasm");
        workspace.remove_file("rules/30-escalate.toml");
        assert_eq!(workspace.check().findings, []);
    }

    #[test]
    fn what_this_engine_did_not_compile_is_refused() {
        let mut workspace = workspace();
        assert_eq!(workspace.add_artefact(b"\0asm"), Err(Refused::NoArtefact));
        // The browser's artefact is not this machine's, which differs from it in the width of a word.
        let wasm = include_bytes!("../../examples/modules/built/escalate.wasm");
        let artefact = Sandbox::on_demand().unwrap().artefact(wasm).unwrap();
        assert!(matches!(workspace.add_artefact(&artefact), Err(Refused::OtherArtefact { .. })));
    }

    #[test]
    fn an_analysis_has_places_where_the_editor_counts_them_and_a_visit_that_shows_it() {
        let mut workspace = workspace();
        assert_eq!(workspace.analyse().unwrap().findings, []);
        let rule = "[when.keywords]\nany = [\"退货\"]\n[then]\nticket = true\n";
        workspace.set_file("rules/30-ticket.toml", rule);
        let told = workspace.analyse().unwrap();
        let [found, ..] = told.findings.as_slice() else { panic!("nothing was found") };
        assert_eq!(found.concerns[0].file, "rules/30-ticket.toml", "{found:?}");
        let witness = found.witness.as_ref().expect("a visit shows it");
        assert!(witness.visit.text.contains("退货"), "{witness:?}");
        workspace.set_file("groups.toml", "[[group]]\nslug = 7\n");
        assert!(matches!(workspace.analyse(), Err(Refused::HasErrors { .. })));
    }

    #[test]
    fn rule_tests_are_run_and_named() {
        let mut workspace = workspace();
        let [line]: [TestLine; 1] = workspace.test().unwrap().try_into().unwrap();
        assert_eq!((line.name.as_str(), line.text.as_str(), line.failures.len()), ("a", "退货", 0));
        workspace.set_file("rules/20-refund.toml", &RULE.replace("group = \"general\"", "ticket = true"));
        assert_eq!(workspace.test().unwrap()[0].failures[0].field, "group");
    }

    fn swap_at_noon() -> Start {
        let noon = Timestamp(1_772_553_600_000).plus_ms(12 * 3_600_000);
        let planned = Planned { at: noon, what: PlannedWhat::Swap { ruleset: 1 } };
        Start { scenario: "plain".to_owned(), seed: 7, injections: vec![planned] }
    }

    #[test]
    fn a_run_that_was_watched_comes_to_the_same_when_its_description_is_run() {
        let mut workspace = workspace();
        workspace.watch(&Start { scenario: "plain".to_owned(), seed: 7, injections: Vec::new() }).unwrap();
        let mut start = swap_at_noon();
        let noon = start.injections[0].at;
        while !workspace.watched().unwrap().go_to(noon, 50) {}
        workspace.set_file("rules/10-other.toml", "[then]\npriority = 3\n");
        assert_eq!(workspace.chain(false), Ok(1));
        workspace.inject(&start.injections[0].what).unwrap();
        while !workspace.watched().unwrap().go_to(Timestamp(i64::MAX), 50) {}
        let watched = workspace.watched().unwrap().report();
        assert!(watched.rules.iter().any(|rule| rule.file == "rules/10-other.toml" && rule.hits > 100));

        // Another workspace knows nothing but the description: the folder, the other folder, the list.
        let mut workspace = self::workspace();
        assert_eq!(workspace.chain(true), Ok(0));
        workspace.set_file("rules/10-other.toml", "[then]\npriority = 3\n");
        assert_eq!(workspace.chain(false), Ok(1));
        workspace.remove_file("rules/10-other.toml");
        workspace.start(&start).unwrap();
        while workspace.run_for(1_000).unwrap().ended == Ended::Running {}
        assert_eq!(workspace.report().unwrap(), watched);

        // A swap to what nobody compiled, and a word that nobody knows.
        start.injections[0].what = PlannedWhat::Swap { ruleset: 9 };
        assert!(matches!(workspace.start(&start), Err(Refused::CannotInject { .. })));
        start.injections[0].what = PlannedWhat::AgentLeaves { agent: "li-na".to_owned() };
        let message = "there is no agent `li-na`".to_owned();
        assert_eq!(workspace.watch(&start), Err(Refused::CannotInject { message }));
    }

    #[test]
    fn a_folder_with_errors_is_no_ruleset_to_swap_to() {
        let mut workspace = workspace();
        workspace.chain(true).unwrap();
        workspace.set_file("rules/20-refund.toml", "[then]\ngruop = \"general\"\n");
        assert!(matches!(workspace.chain(false), Err(Refused::HasErrors { count: 1.. })));
        workspace.set_file("rules/20-refund.toml", RULE);
        assert_eq!(workspace.chain(false), Ok(1), "what failed took no place");
        assert!(matches!(workspace.watched().map(|_| ()), Err(Refused::NotStarted)));
    }
}
