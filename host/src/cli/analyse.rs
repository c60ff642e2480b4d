//! `pointsman analyse`.

use std::path::PathBuf;

use clap::Args;
use pointsman_engine::analysis::{
    Analysis, AnalysisFinding, Concern, ConcernKind, Effort, FindingGrade, FindingStatus, analyse,
};
use pointsman_engine::rules::module::Sandbox;

use super::style::{BAD, DIM, GOOD, NAME, STRONG, WARN, paint};
use super::visit::arguments;
use super::{Format, Verdict, findings, output, tenant_folder};

/// Find what is wrong with a ruleset before a visitor does
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "Beyond what `check` finds: rules that are never reached or never count, keywords that two rules lead to \
        different groups, groups that nothing leads to or that nobody staffs at some hour, skills that nobody has, \
        everything going to one agent, rules that fail or never act. Each finding is proved, witnessed by a visit that \
        was run, or unknown. The scenarios of the folder are run once each.\n\n\
        Examples:\n  pointsman analyse examples/shop\n  \
        pointsman analyse examples/shop --notes\n  \
        pointsman analyse examples/shop --format json | jq '.findings[] | select(.status == \"proved\")'"
)]
pub(super) struct Arguments {
    /// The tenant folder
    tenant_dir: PathBuf,
    /// Tell notes too: what is worth knowing and may well be meant
    #[arg(long)]
    notes: bool,
}

pub(super) fn run(given: &Arguments, format: Format) -> anyhow::Result<Verdict> {
    let folder = tenant_folder(&given.tenant_dir)?;
    let analysis = match analyse(&folder, &Sandbox::new()?, Effort::default()) {
        Ok(analysis) => analysis,
        Err(diagnostics) => {
            match format {
                Format::Json => output::json(&serde_json::json!({ "diagnostics": diagnostics }))?,
                Format::Human => {
                    let found = findings::render(&diagnostics, &folder);
                    output::say(&format!("{found}{}: mend them first", findings::summary(&diagnostics)));
                }
            }
            return Ok(Verdict::Problems);
        }
    };
    match format {
        Format::Json => output::json(&analysis)?,
        Format::Human => output::say(&tell(&analysis, given)),
    }
    let faults = analysis.of_grade(FindingGrade::Fault).count();
    Ok(if faults == 0 { Verdict::Well } else { Verdict::Problems })
}

fn tell(analysis: &Analysis, given: &Arguments) -> String {
    let mut lines: Vec<String> = Vec::new();
    let told = analysis.findings.iter().filter(|found| given.notes || found.grade == FindingGrade::Fault);
    for found in told {
        tell_finding(&mut lines, found, given);
    }
    let (faults, notes) =
        (analysis.of_grade(FindingGrade::Fault).count(), analysis.of_grade(FindingGrade::Note).count());
    let many = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    let summary = match faults {
        0 => paint(GOOD, "no faults"),
        _ => paint(BAD, many(faults, "fault")),
    };
    let hidden = if notes > 0 && !given.notes { " (--notes tells them)" } else { "" };
    let conversations: u64 = analysis.scenarios.iter().map(|run| run.conversations).sum();
    lines.push(format!(
        "{summary}, {}{hidden}: {} conversations tried, {} visits at a desk, {} scenarios with {conversations} \
         conversations",
        many(notes, "note"),
        analysis.decisions,
        analysis.visits,
        analysis.scenarios.len(),
    ));
    lines.extend(analysis.bounds.iter().map(|bound| paint(WARN, format!("not looked at beyond: {bound}"))));
    lines.join("\n")
}

fn tell_finding(lines: &mut Vec<String>, found: &AnalysisFinding, given: &Arguments) {
    let grade = match found.grade {
        FindingGrade::Fault => paint(BAD, "fault"),
        FindingGrade::Note => paint(DIM, "note"),
    };
    let status = match found.status {
        FindingStatus::Proved => "proved",
        FindingStatus::Witnessed => "witnessed",
        FindingStatus::Unknown => "unknown",
    };
    lines.push(format!("{grade} {} {}: {}", paint(STRONG, found.kind), paint(DIM, status), found.message));
    for concern in &found.concerns {
        lines.push(format!(
            "  {} {} {}",
            what(concern),
            paint(NAME, &concern.slug),
            paint(DIM, place(concern))
        ));
    }
    if let Some(witness) = &found.witness {
        let tenant = given.tenant_dir.display();
        lines.push(format!("  seen: {}", witness.shows));
        lines.push(paint(DIM, format!("    pointsman explain {tenant} {}", arguments(&witness.visit))));
    }
    lines.push(format!("  to do: {}\n", found.help));
}

fn what(concern: &Concern) -> &'static str {
    match concern.what {
        ConcernKind::Rule => "rule",
        ConcernKind::Keyword => "keyword",
        ConcernKind::Group => "group",
        ConcernKind::Agent => "agent",
        ConcernKind::Tenant => "tenant",
    }
}

fn place(concern: &Concern) -> String {
    match concern.span {
        Some(span) => format!("{}:{}:{}", concern.file, span.line, span.column),
        None => concern.file.clone(),
    }
}
