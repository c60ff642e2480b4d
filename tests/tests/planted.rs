//! Planted faults: tenants with one known defect each, of which the analysis finds every one and nothing else, with a visit
//! that really shows it; and sound tenants, about which it says nothing.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the findings are for people to read")]

mod planted_tenant;

use std::path::{Path, PathBuf};

use planted_tenant::{Edit, base, edited, root};
use pointsman_engine::analysis::{AnalysisFinding, Effort, FindingGrade, FindingStatus, analyse};
use pointsman_engine::explain::{
    Explanation, FallbackTold, OutcomeTold, PlacementOutcomeTold, PlacementTold, RuleTold, StepTold,
    TargetTold, explain,
};
use pointsman_engine::rules::module::Sandbox;
use pointsman_engine::rules::{NoModules, Ruleset};
use pointsman_engine::tenant::{TenantFolder, read, revision};
use pointsman_tests::{example, tenant_folder};
use serde::Deserialize;

/// `fault.toml` or `sound.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Planted {
    #[serde(default)]
    kind: String,
    /// The slug of what the finding concerns first.
    #[serde(default)]
    concern: String,
    #[serde(default)]
    edit: Vec<Edit>,
    #[serde(default)]
    witness: Shown,
}

/// What the witness must show, looked up in the explanation and nowhere else.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Shown {
    /// This rule was not asked, since another stopped.
    stopped: Option<String>,
    /// The conditions of this rule failed.
    guard_failed: Option<String>,
    /// This rule matched, and something it set was overridden.
    overridden: Option<String>,
    /// This rule failed.
    failed: Option<String>,
    /// This rule matched.
    fired: Option<String>,
    /// This group was asked for.
    target: Option<String>,
    /// This agent was asked for.
    directed_to: Option<String>,
    /// This agent does not have it.
    not_agent: Option<String>,
    /// This group was asked first, and nobody of it could take it.
    unserved_by: Option<String>,
    /// These groups were asked one after another.
    asked: Vec<String>,
    /// It ended with this fallback.
    ends: Option<String>,
}

impl Shown {
    fn is_nothing(&self) -> bool {
        let words = [
            &self.stopped,
            &self.guard_failed,
            &self.overridden,
            &self.failed,
            &self.fired,
            &self.target,
            &self.directed_to,
            &self.not_agent,
            &self.unserved_by,
            &self.ends,
        ];
        words.iter().all(|word| word.is_none()) && self.asked.is_empty()
    }
}

fn rule<'e>(told: &'e Explanation, slug: &str) -> &'e RuleTold {
    let rules = told.steps.iter().filter_map(|step| match step {
        StepTold::Rules(rules) => Some(rules),
        StepTold::Placement(_) => None,
    });
    rules.flat_map(|rules| &rules.rules).find(|rule| rule.rule.slug == slug).unwrap()
}

fn target(told: &Explanation) -> &TargetTold {
    let Some(StepTold::Rules(rules)) = told.steps.first() else { panic!("{told:?}") };
    &rules.plan.as_ref().unwrap().target
}

fn placement(told: &Explanation) -> &PlacementTold {
    let Some(StepTold::Placement(placement)) = told.steps.get(1) else { panic!("{told:?}") };
    placement
}

/// Whether the witness shows what it must.
#[track_caller]
fn check_witness(shown: &Shown, told: &Explanation) {
    if let Some(slug) = &shown.stopped {
        assert!(matches!(rule(told, slug).outcome, OutcomeTold::Stopped { .. }), "{told:#?}");
    }
    if let Some(slug) = &shown.guard_failed {
        assert!(matches!(rule(told, slug).outcome, OutcomeTold::GuardFailed { .. }), "{told:#?}");
    }
    if let Some(slug) = &shown.overridden {
        assert!(rule(told, slug).effects.iter().any(|effect| effect.overridden_by.is_some()), "{told:#?}");
    }
    if let Some(slug) = &shown.failed {
        assert!(matches!(rule(told, slug).outcome, OutcomeTold::Failed { .. }), "{told:#?}");
    }
    if let Some(slug) = &shown.fired {
        assert_eq!(rule(told, slug).outcome, OutcomeTold::Matched, "{told:#?}");
    }
    if let Some(slug) = &shown.target {
        assert!(matches!(target(told), TargetTold::Group { group } if group.slug == *slug), "{told:#?}");
    }
    if let Some(slug) = &shown.directed_to {
        assert!(matches!(target(told), TargetTold::Agent { agent, .. } if agent.slug == *slug), "{told:#?}");
    }
    if let Some(slug) = &shown.not_agent {
        let has = matches!(&placement(told).outcome, PlacementOutcomeTold::Assigned { agent, .. } if agent.slug == *slug);
        assert!(!has, "{told:#?}");
    }
    if let Some(slug) = &shown.unserved_by {
        let first = &placement(told).tries[0];
        assert_eq!((&first.group.slug, first.considered.len()), (slug, 0), "{told:#?}");
        let served = matches!(&placement(told).outcome, PlacementOutcomeTold::Assigned { group, .. } if group.slug == *slug);
        assert!(!served, "{told:#?}");
    }
    if !shown.asked.is_empty() {
        let tries = &placement(told).tries;
        let asked: Vec<&str> = tries.iter().map(|one| one.group.slug.as_str()).collect();
        assert_eq!(asked, shown.asked, "{told:#?}");
    }
    if let Some(end) = &shown.ends {
        assert_eq!(end, "leave-message");
        let ended = &placement(told).outcome;
        assert!(
            matches!(ended, PlacementOutcomeTold::FellBack { to: FallbackTold::LeaveMessage, .. }),
            "{told:#?}"
        );
    }
}

/// The folders of a kind, by name.
fn folders(kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(kind)).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The base with the folder's files and edits.
fn load(path: &Path, description: &str) -> (TenantFolder, Planted) {
    let mut overlay = tenant_folder(path).unwrap();
    let text = overlay.files.remove(description).unwrap();
    let planted: Planted = toml::from_str(std::str::from_utf8(&text).unwrap()).unwrap();
    let mut folder = edited(base(), &planted.edit);
    folder.files.extend(overlay.files);
    (folder, planted)
}

fn faults(folder: &TenantFolder) -> Vec<AnalysisFinding> {
    let analysis = analyse(folder, &NoModules, Effort::default()).unwrap();
    assert_eq!(analysis.bounds, Vec::<String>::new(), "nothing is left out of so small a tenant");
    analysis.findings.into_iter().filter(|found| found.grade == FindingGrade::Fault).collect()
}

/// The ruleset of a folder, one without a fallback included.
fn ruleset(folder: &TenantFolder) -> Ruleset {
    let source = read(folder, None).0.unwrap();
    Ruleset::from_source(&source, revision(folder), &NoModules).0.unwrap()
}

#[test]
fn every_planted_fault_is_found_with_a_witness_and_nothing_else() {
    let folders = folders("faults");
    assert!(folders.len() >= 30);
    let mut wrong: Vec<String> = Vec::new();
    for path in &folders {
        let (folder, planted) = load(path, "fault.toml");
        let faults = faults(&folder);
        let told: Vec<String> = faults
            .iter()
            .map(|found| format!("{} {:?}: {}", found.kind, found.status, found.message))
            .collect();
        println!("{}\n    {}", name(path), told.join("\n    "));
        let [fault] = faults.as_slice() else {
            wrong.push(format!("{}: {told:#?}", name(path)));
            continue;
        };
        let concern = fault.concerns.first().map(|concern| concern.slug.as_str());
        if (fault.kind.as_str(), concern) != (planted.kind.as_str(), Some(planted.concern.as_str())) {
            wrong.push(format!("{}: {concern:?} {told:#?}", name(path)));
            continue;
        }
        match &fault.witness {
            Some(witness) => {
                println!("    {:?}: {}", witness.visit.text, witness.shows);
                check_witness(&planted.witness, &explain(&ruleset(&folder), &witness.visit).unwrap());
            }
            // What nothing does, no visit can show: then it must not be called witnessed.
            None if planted.witness.is_nothing() => assert_ne!(fault.status, FindingStatus::Witnessed),
            None => wrong.push(format!("{}: no witness", name(path))),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_said_about_sound_tenants() {
    let folders = folders("sound");
    assert!(folders.len() >= 10);
    let mut wrong: Vec<String> = Vec::new();
    for path in &folders {
        let (folder, _) = load(path, "sound.toml");
        wrong.extend(
            faults(&folder).iter().map(|found| format!("{}: {} {}", name(path), found.kind, found.message)),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_said_about_the_examples() {
    let sandbox = Sandbox::new().unwrap();
    let mut wrong: Vec<String> = Vec::new();
    for tenant in ["shop", "saas-en", "marketplace", "erlang"] {
        let analysis = analyse(&example(tenant).unwrap(), &sandbox, Effort::default()).unwrap();
        println!(
            "{tenant}: {} decisions, {} visits, beyond: {:?}",
            analysis.decisions, analysis.visits, analysis.bounds
        );
        for found in &analysis.findings {
            println!("    {:?} {} {:?}: {}", found.grade, found.kind, found.status, found.message);
        }
        let faults = analysis.of_grade(FindingGrade::Fault);
        wrong.extend(
            faults.map(|found| format!("{tenant}: {} {:?} {}", found.kind, found.status, found.message)),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The removal of the defect is the removal of the finding: what is found is found because of it.
#[test]
fn without_the_defect_nothing_is_found() {
    assert_eq!(faults(&base()), []);
}
