//! A report is one file that can be sent to anybody: complete, escaped, accessible, and true to the figures.
#![cfg(test)]
#![expect(clippy::indexing_slicing, reason = "a test fails loudly")]

#[path = "host_process/mod.rs"]
mod host_process;

use std::path::Path;
use std::process::{Command, Output};

use pointsman_engine::rules::{NoModules, Ruleset};
use pointsman_engine::simulation::compare::{Changes, Comparison, Measure, PairRun};
use pointsman_engine::simulation::{Report, Scenario, Unobserved, read_scenario, simulate};
use pointsman_engine::tenant::TenantFolder;
use pointsman_report::{About, Compared, Language, of_comparison, of_run, of_runs};
use pointsman_tests::{example, repository};

fn compiled(folder: &TenantFolder, scenario: &str) -> (Ruleset, Scenario) {
    let compiled = Ruleset::compile(folder, None, &NoModules);
    let source = compiled.source.expect("a sound folder");
    let ruleset = compiled.ruleset.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let (read, found) = read_scenario(scenario, &source.scenarios[scenario], ruleset.directory());
    (ruleset, read.unwrap_or_else(|| panic!("{found:?}")))
}

fn shop(scenario: &str, seed: u64) -> Report {
    let (ruleset, scenario) = compiled(&example("shop").expect("the example"), scenario);
    simulate(&ruleset, &scenario, seed, &mut Unobserved)
}

fn about(language: Language) -> About {
    About { tenant: "云杉商城".to_owned(), zone: "Asia/Shanghai".to_owned(), language }
}

/// The comparison of the shop without its rule for refunds with the shop as it is.
fn compared(seeds: u64) -> (Comparison, Report, Report) {
    let live = example("shop").expect("the example");
    let mut candidate = live.clone();
    candidate.files.retain(|path, _| path != "rules/90-refund.toml" && !path.starts_with("tests/"));
    let changes = Changes::between(&live, &candidate);
    let (live, candidate) = (compiled(&live, "weekday"), compiled(&candidate, "weekday"));
    let mut reports = None;
    let pairs: Vec<_> = (1..=seeds)
        .map(|seed| {
            let mut run = PairRun::new((&live.0, &live.1), (&candidate.0, &candidate.1), seed);
            run.run();
            reports.get_or_insert_with(|| run.reports());
            run.pair(&changes)
        })
        .collect();
    let (live, candidate) = reports.expect("a seed");
    (Comparison::new(&pairs), live, candidate)
}

/// What must hold of every report.
fn is_complete_and_accessible(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    for forbidden in
        ["<script", "http://", "https://", "@import", "url(", "src=", "href=", "NaN", ">inf", " inf"]
    {
        assert!(!page.contains(forbidden), "a report has no {forbidden}");
    }
    let times = |what: &str| page.matches(what).count();
    assert_eq!(times("<h1>"), 1);
    assert!(times("<h2>") >= 5);
    assert!(times("<table>") >= 2);
    assert_eq!(times("<table>"), times("<caption>"), "each table says what it is");
    assert_eq!(times("<table>"), times("<tbody>"));
    assert!(times("<figure>") >= 1);
    assert_eq!(times("<svg"), times("role=\"img\"") + times("aria-hidden=\"true\""));
    assert_eq!(times("role=\"img\""), times("<desc id="), "each picture says what it shows");
    let mut ids: Vec<&str> =
        page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "no id is there twice");
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}

#[test]
fn a_run_is_told_in_both_languages_with_the_figures_that_the_engine_counted() {
    let report = shop("promo-peak", 7);
    let (english, chinese) = (of_run(&report, &about(Language::En)), of_run(&report, &about(Language::Zh)));
    for page in [&english, &chinese] {
        is_complete_and_accessible(page);
        let level = format!("{:.1}%", report.kpi.all.service_level * 100.0);
        assert!(page.contains(&level), "no {level}");
        for value in [&report.revision, &report.digest, &report.engine, "8,035", "Asia/Shanghai", "云杉商城"]
        {
            assert!(page.contains(value), "no {value}");
        }
        for group in &report.kpi.groups {
            assert!(page.contains(&group.name), "no {}", group.name);
        }
    }
    assert!(english.contains("lang=\"en\"") && english.contains("In short"));
    assert!(chinese.contains("lang=\"zh-CN\"") && chinese.contains("结论"));
    assert!(!chinese.contains("Service level"), "nothing is left in the other language");
    assert_eq!(english, of_run(&report, &about(Language::En)), "the same run gives the same bytes");
}

#[test]
fn the_level_over_the_day_adds_up_to_that_of_the_day() {
    for (scenario, seed) in [("promo-peak", 7), ("weekday", 3)] {
        let kpi = shop(scenario, seed).kpi;
        let sum = |list: &[u32]| list.iter().copied().map(u64::from).sum::<u64>();
        assert_eq!(kpi.series.due.len(), kpi.series.waiting.len());
        let level = sum(&kpi.series.in_time) as f64 / sum(&kpi.series.due) as f64;
        assert!(sum(&kpi.series.due) > 1_000);
        assert_eq!(level, kpi.all.service_level, "{scenario}");
    }
}

#[test]
fn a_report_that_went_through_json_gives_the_same_bytes() {
    let report = shop("weekday", 11);
    let there = serde_json::to_string(&report).expect("plain data");
    let back: Report = serde_json::from_str(&there).expect("what was written is read");
    // A figure may differ in its last bit after the way through text; no reader sees that.
    assert_eq!((&back.digest, back.events), (&report.digest, report.events));
    assert_eq!(of_run(&back, &about(Language::Zh)), of_run(&report, &about(Language::Zh)));
}

#[test]
fn what_a_tenant_or_a_visitor_writes_is_shown_and_never_runs() {
    const HOSTILE: &str = "</style><script>alert(1)</script><img src=x onerror='alert(2)'>";
    let (mut comparison, mut live, mut candidate) = compared(2);
    for report in [&mut live, &mut candidate] {
        report.scenario = HOSTILE.to_owned();
        report.kpi.groups.iter_mut().for_each(|group| group.name = HOSTILE.to_owned());
        report.kpi.channels.iter_mut().for_each(|channel| channel.name = HOSTILE.to_owned());
        report.kpi.agents.iter_mut().for_each(|agent| agent.name = HOSTILE.to_owned());
        report.rules.iter_mut().for_each(|rule| rule.name = HOSTILE.to_owned());
    }
    for example in comparison.moved.ways.iter_mut().flat_map(|way| &mut way.examples) {
        example.text = HOSTILE.to_owned();
    }
    let about = About { tenant: HOSTILE.to_owned(), zone: HOSTILE.to_owned(), language: Language::En };
    let compared = Compared { comparison: &comparison, live: &live, candidate: &candidate };
    for page in [of_run(&live, &about), of_comparison(&compared, &about)] {
        assert!(!page.contains("<script") && !page.contains("<img"), "it would run");
        assert!(page.contains("&lt;script&gt;"), "it is shown");
        assert_eq!(page.matches("</style>").count(), 1);
    }
}

#[test]
fn a_comparison_says_what_differs_who_goes_elsewhere_and_because_of_what() {
    let (comparison, live, candidate) = compared(4);
    let compared = Compared { comparison: &comparison, live: &live, candidate: &candidate };
    let page = of_comparison(&compared, &about(Language::En));
    is_complete_and_accessible(&page);
    let misrouted = comparison.difference(Measure::Misrouted, None).expect("it is compared");
    let size = format!(
        "{:.1} ± {:.1} points",
        misrouted.difference.mean.abs() * 100.0,
        misrouted.difference.half_width.expect("four seeds") * 100.0
    );
    assert!(page.contains(&format!("Misrouted rises by {size}.")), "a sentence says so");
    assert!(page.contains(&format!("+{size}")), "and the table");
    assert!(page.contains("⚠ worse") && page.contains("? may be luck"), "in words and by a sign");
    let way = &comparison.moved.ways[0];
    assert!(page.contains(&way.examples[0].text), "with what a visitor said");
    assert!(page.contains("退款退货转售后"), "by the name of the rule that is gone");
    assert!(page.contains(&comparison.live) && page.contains(&comparison.candidate));
    assert_eq!(page.matches("<figure>").count(), 3, "waiting, and the flow on either side");
}

#[test]
fn many_seeds_are_told_with_their_spread() {
    let reports: Vec<Report> = (1..=5).map(|seed| shop("weekday", seed)).collect();
    let page = of_runs(&reports, &about(Language::En));
    is_complete_and_accessible(&page);
    for report in &reports {
        assert!(page.contains(&report.digest[..16]), "seed {} is told", report.seed);
    }
    assert!(page.contains("Service level: median "));
    assert_eq!(of_runs(&reports[..1], &about(Language::En)), of_run(&reports[0], &about(Language::En)));
    assert!(of_runs(&[], &about(Language::En)).contains("Nothing was run"));
}

fn pointsman(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(host_process::program());
    command.args(arguments).current_dir(folder).output().expect("the program starts")
}

#[test]
fn the_command_line_writes_the_file_and_never_over_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let tenant = repository().join("examples/shop");
    let simulate = |more: &[&str]| {
        let mut arguments =
            vec!["simulate", tenant.to_str().expect("UTF-8"), "--scenario", "weekday", "--seed", "3"];
        arguments.extend(more);
        pointsman(folder.path(), &arguments)
    };
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let file = folder.path().join("day.html");

    let first = simulate(&["--html", "day.html"]);
    assert!(first.status.success(), "{}", said(&first));
    let written = std::fs::read_to_string(&file).expect("a file");
    assert_eq!(written, of_run(&shop("weekday", 3), &About { language: Language::En, ..about_shop() }));

    let again = simulate(&["--html", "day.html", "--lang", "zh"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(said(&again).contains("`day.html` is there already") && said(&again).contains("--force"));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), written, "nothing was lost");

    let forced = simulate(&["--html", "day.html", "--lang", "zh", "--force", "--format", "json"]);
    assert!(forced.status.success(), "{}", said(&forced));
    serde_json::from_slice::<serde_json::Value>(&forced.stdout).expect("standard output is one document");
    let written = std::fs::read_to_string(&file).expect("a file");
    assert_eq!(written, of_run(&shop("weekday", 3), &About { language: Language::Zh, ..about_shop() }));

    let nowhere = simulate(&["--html", "no/where.html"]);
    assert!(said(&nowhere).contains("there is no folder `no`"), "{}", said(&nowhere));
    let lonely = simulate(&["--force"]);
    assert!(!lonely.status.success() && said(&lonely).contains("--html"), "{}", said(&lonely));

    let compared =
        simulate(&["--runs", "2", "--compare", tenant.to_str().expect("UTF-8"), "--html", "same.html"]);
    assert!(compared.status.success(), "{}", said(&compared));
    let page = std::fs::read_to_string(folder.path().join("same.html")).expect("a file");
    is_complete_and_accessible(&page);
    assert!(page.contains("= same"), "nothing differs from itself");
}

/// The shop, as its own settings have it.
fn about_shop() -> About {
    let (ruleset, _) = compiled(&example("shop").expect("the example"), "weekday");
    let settings = &ruleset.directory().settings;
    About { tenant: settings.name.clone(), zone: settings.zone.clone(), language: Language::En }
}
