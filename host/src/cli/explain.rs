//! `pointsman explain`.

use std::path::PathBuf;

use clap::Args;
use pointsman_engine::explain::{
    Explanation, FallbackTold, Named, OutcomeTold, PlacementOutcomeTold, PlacementTold, RuleTold, RulesTold,
    SourceTold, StepTold, TargetTold, Visit, explain,
};
use serde::Serialize;
use serde_json::Value;

use super::style::{BAD, DIM, GOOD, NAME, STRONG, WARN, paint};
use super::visit::VisitArguments;
use super::{Format, Verdict, compiled, life, output};

/// Tell where a visitor would go, and why; or what became of a conversation of a simulated run
#[derive(Debug, Args)]
#[command(
    about,
    after_help = "The visitor comes to an empty desk at which everybody on shift is online and free, unless --staffing \
        says otherwise. Nothing is changed anywhere.\n\n\
        With --conversation, that one of a simulated run is followed from its beginning to its end: what set off each \
        decision, what the rules read, who could have taken it, and under which change it would have gone otherwise. \
        --agent asks about one agent.\n\n\
        Examples:\n  pointsman explain examples/shop --text 我要退款\n  \
        pointsman explain examples/shop --text 我要退款 --vip 2 --at 2026-11-11T23:30 --staffing offline\n  \
        pointsman explain examples/shop --text hello --language en --all\n  \
        pointsman explain examples/shop --scenario promo-peak --seed 7 --conversation 1234 --agent wang-fang"
)]
pub(super) struct Arguments {
    /// The tenant folder
    tenant_dir: PathBuf,
    /// What the visitor says
    #[arg(long, required_unless_present = "conversation")]
    text: Option<String>,
    #[command(flatten)]
    visit: VisitArguments,
    /// The number of a conversation of a simulated run
    #[arg(long, value_name = "NUMBER", requires = "scenario", conflicts_with = "text")]
    conversation: Option<u64>,
    /// The scenario of that run: a file scenarios/NAME.toml of the folder
    #[arg(long, value_name = "NAME", requires = "conversation")]
    scenario: Option<String>,
    /// The seed of that run
    #[arg(long, default_value_t = 1, requires = "conversation")]
    seed: u64,
    /// Ask at every decision: why not this agent, by the name in agents.toml, and under which change
    #[arg(long, value_name = "AGENT", requires = "conversation")]
    agent: Option<String>,
    /// Tell of every rule, those that had nothing to say included
    #[arg(long)]
    all: bool,
}

pub(super) fn run(arguments: Arguments, format: Format) -> anyhow::Result<Verdict> {
    if let (Some(conversation), Some(scenario)) = (arguments.conversation, &arguments.scenario) {
        let asked = life::Asked {
            tenant_dir: &arguments.tenant_dir,
            scenario,
            seed: arguments.seed,
            conversation,
            agent: arguments.agent.as_deref(),
            all: arguments.all,
        };
        return life::run(&asked, format);
    }
    let Some((ruleset, _)) = compiled(&arguments.tenant_dir, format)? else { return Ok(Verdict::Problems) };
    let (all, visit) = (arguments.all, arguments.visit.visit(arguments.text.unwrap_or_default())?);
    let explanation = explain(&ruleset, &visit)?;
    match format {
        Format::Json => output::json(&explanation)?,
        Format::Human => output::say(&tell(&visit, &explanation, all)),
    }
    Ok(Verdict::Well)
}

fn tell(visit: &Visit, explanation: &Explanation, all: bool) -> String {
    let mut lines = vec![format!(
        "{} {}",
        paint(STRONG, format!("“{}”", visit.text)),
        paint(
            DIM,
            format!("at {} ({}), {} agents there", explanation.at, explanation.zone, explanation.present)
        )
    )];
    for step in &explanation.steps {
        match step {
            StepTold::Rules(rules) => tell_rules(&mut lines, rules, all),
            StepTold::Placement(placement) => tell_placement(&mut lines, placement),
        }
    }
    lines.join("\n")
}

pub(super) fn name(named: &Named) -> String {
    let name = paint(NAME, &named.name);
    if named.name == named.slug {
        name
    } else {
        format!("{name} {}", paint(DIM, format!("({})", named.slug)))
    }
}

/// The name an enum of the core has in JSON.
pub(super) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

pub(super) fn tell_rules(lines: &mut Vec<String>, told: &RulesTold, all: bool) {
    lines.push(format!("\n{}", paint(STRONG, "Rules, in order")));
    let mut passed_over = 0;
    for rule in &told.rules {
        let has_spoken = matches!(
            rule.outcome,
            OutcomeTold::Matched | OutcomeTold::Failed { .. } | OutcomeTold::BreakerOpen
        );
        if has_spoken || all {
            tell_rule(lines, rule);
        } else {
            passed_over += 1;
        }
    }
    if passed_over > 0 {
        lines.push(paint(DIM, format!("  {passed_over} more had nothing to say: --all tells why")));
    }
    let Some(plan) = &told.plan else {
        lines.push(String::from("\nThe rules left everything as it was"));
        return;
    };
    let target = match &plan.target {
        TargetTold::Group { group } => format!("group {}", name(group)),
        TargetTold::Agent { agent, group } => format!("agent {}, then group {}", name(agent), name(group)),
        TargetTold::Away { to } => fallback(to),
    };
    let source = match &plan.source {
        SourceTold::Rule { rule } => format!("said by rule {}", name(rule)),
        SourceTold::Entry => String::from("the entry's group"),
        SourceTold::Channel => String::from("the channel's group"),
        SourceTold::Default => String::from("the default group"),
        SourceTold::Fallback => String::from("nothing names a group: the tenant's fallback"),
    };
    lines.push(format!("\n{} {target} {}", paint(STRONG, "Asked for:"), paint(DIM, format!("({source})"))));
    let mut asks = Vec::new();
    if plan.priority > 0 {
        asks.push(format!("priority {}", plan.priority));
    }
    asks.extend(plan.tier.map(|tier| format!("tier {tier} or above")));
    asks.extend(plan.prefer.as_ref().map(|agent| format!("prefer {}", name(agent))));
    asks.extend(plan.skills.iter().map(|skill| format!("skill {} ≥ {}", name(&skill.skill), skill.level)));
    asks.extend(plan.wait_ms_max.map(|ms| format!("wait at most {} s", ms / 1_000)));
    asks.extend(plan.tags.iter().map(|tag| format!("tag {tag}")));
    asks.extend(plan.risks.iter().map(|risk| format!("risk {}", paint(WARN, risk))));
    if !asks.is_empty() {
        lines.push(format!("  {}", asks.join(" · ")));
    }
    lines.extend(plan.replies.iter().map(|reply| format!("  says “{reply}”")));
}

fn tell_rule(lines: &mut Vec<String>, rule: &RuleTold) {
    let outcome = match &rule.outcome {
        OutcomeTold::Matched => paint(GOOD, "matched"),
        OutcomeTold::NoEffect => String::from("no effect"),
        OutcomeTold::GuardFailed { condition } => paint(DIM, format!("not: {condition}")),
        OutcomeTold::Stopped { by } => paint(DIM, format!("not asked: {} stopped", by.slug)),
        OutcomeTold::BreakerOpen => paint(WARN, "switched off: it keeps failing"),
        OutcomeTold::Failed { failure } => {
            paint(BAD, format!("failed at {}:{}: {}", failure.line, failure.column, failure.message))
        }
    };
    let cost = if rule.cost > 0 { paint(DIM, format!("  {} operations", rule.cost)) } else { String::new() };
    lines.push(format!("  {} {}  {outcome}{cost}", paint(NAME, &rule.rule.slug), rule.rule.name));
    for found in &rule.matched {
        let typed =
            if found.text == found.keyword { String::new() } else { format!(" as “{}”", found.text) };
        lines.push(paint(DIM, format!("      found {}{typed}", found.keyword)));
    }
    for effect in &rule.effects {
        let value = effect.value.as_ref().map(|value| format!(" {value}")).unwrap_or_default();
        let overridden = effect.overridden_by.as_ref().map(|by| format!(", overridden by {}", by.slug));
        lines.push(format!("      {}{value}{}", effect.effect, paint(DIM, overridden.unwrap_or_default())));
    }
    lines.extend(rule.log.iter().map(|line| paint(DIM, format!("      printed: {line}"))));
}

pub(super) fn tell_placement(lines: &mut Vec<String>, told: &PlacementTold) {
    lines.push(format!("\n{}", paint(STRONG, "Placement")));
    for one in &told.tries {
        let why = one.group_reason.as_ref().map(|reason| format!(": {}", word(reason))).unwrap_or_default();
        let strategy = word(&one.strategy);
        lines.push(format!("  group {}, {} members, {strategy}{why}", name(&one.group), one.candidates));
        for refused in &one.refused {
            let who: Vec<_> = refused.agents.iter().map(|agent| agent.name.clone()).collect();
            let more = if who.len() < refused.count as usize { " …" } else { "" };
            lines.push(paint(
                DIM,
                format!(
                    "      {} × {} ({}): {}{more}",
                    refused.count,
                    word(&refused.reason),
                    refused.code,
                    who.join(", ")
                ),
            ));
        }
        let best: Vec<_> = one.considered.iter().map(|agent| agent.agent.name.clone()).collect();
        if !best.is_empty() {
            lines.push(format!("      eligible, best first: {}", best.join(", ")));
        }
    }
    let outcome = match &told.outcome {
        PlacementOutcomeTold::Assigned { agent, group, why } => {
            format!("{} {} in {} ({})", paint(GOOD, "Assigned to"), name(agent), name(group), word(why))
        }
        PlacementOutcomeTold::Queued { group, position, expected_wait_ms } => {
            let wait = expected_wait_ms.map(|ms| format!(", about {} s", ms / 1_000)).unwrap_or_default();
            format!("{} {}, place {position}{wait}", paint(WARN, "Waits for"), name(group))
        }
        PlacementOutcomeTold::FellBack { to, reason } => {
            format!("{} {} ({})", paint(WARN, "Falls back to"), fallback(to), word(reason))
        }
        PlacementOutcomeTold::Unchanged => String::from("Stays where it was"),
    };
    lines.push(format!("\n{outcome}"));
}

pub(super) fn fallback(to: &FallbackTold) -> String {
    match to {
        FallbackTold::Group { group } => format!("group {}", name(group)),
        FallbackTold::Bot { name } => format!("bot {}", paint(NAME, name)),
        FallbackTold::LeaveMessage => String::from("leaving a message"),
        FallbackTold::Ticket => String::from("a ticket"),
    }
}
