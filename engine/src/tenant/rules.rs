//! The folder `rules/`: keyword rules, scripts, modules and their sidecars.

use std::collections::{BTreeMap, BTreeSet};

use super::effects::read_effects;
use super::findings::Findings;
use super::guard::read_guard;
use super::keywords::KeywordTables;
use super::module_limits::read_module_limits;
use super::names::AllNames;
use super::reader::{Document, Table};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::limits::{RULES_MAX, WAIT_THRESHOLDS_MAX};
use crate::rules::{Hook, ModuleLimits, RuleBody, RuleSource};

const FIELDS: &[&str] = &["name", "hooks", "wait_after", "when", "then", "limits"];
/// The hooks by name.
pub(crate) const HOOKS: [(&str, Hook); 4] = [
    ("route", Hook::Route),
    ("on_message", Hook::OnMessage),
    ("on_wait", Hook::OnWait),
    ("rank", Hook::Rank),
];

/// The files of one rule.
#[derive(Debug, Default)]
pub(crate) struct RuleFiles<'d> {
    pub(crate) document: Option<&'d Document<'d>>,
    /// Path and text.
    pub(crate) script: Option<(&'d str, &'d str)>,
    /// Path and content.
    pub(crate) module: Option<(&'d str, &'d [u8])>,
}

impl RuleFiles<'_> {
    /// The script or the module, and its file. A rule has one of the two.
    fn sandboxed(&self, limits: ModuleLimits, findings: &Findings) -> Option<(&str, RuleBody)> {
        if let (Some((script, _)), Some((module, _))) = (self.script, self.module) {
            let message = format!("the rule has a module beside its script {script}");
            let finding = Diagnostic::new(Code::DuplicateName, module, None, message);
            findings.push(finding.help("give one of the two another name"));
        }
        let script = self.script.map(|(file, source)| {
            (file, RuleBody::Script { file: file.to_owned(), source: source.to_owned() })
        });
        script.or(self.module.map(|(file, wasm)| {
            (file, RuleBody::Module { file: file.to_owned(), wasm: wasm.into(), limits })
        }))
    }
}

/// The rules' files, by order and then by name: the order of evaluation.
pub(crate) type RuleList<'d> = BTreeMap<(u32, &'d str), RuleFiles<'d>>;

/// The order and the slug in a path such as `rules/20-refund.toml`; a finding when the file is not named like that.
pub(crate) fn order_and_slug<'t>(path: &'t str, findings: &Findings) -> Option<(u32, &'t str)> {
    let name = path.strip_prefix("rules/")?;
    let (slug, _) = name.rsplit_once('.')?;
    let parts = slug.split_once('-').filter(|(order, name)| {
        !order.is_empty()
            && order.bytes().all(|byte| byte.is_ascii_digit())
            && !name.is_empty()
            && slug.len() <= crate::limits::LABEL_BYTES_MAX
    });
    let order = parts.and_then(|(order, _)| order.parse().ok());
    if order.is_none() {
        let message = "this rule is never read: its file is not named like `20-refund.toml`";
        let mut finding = Diagnostic::new(Code::UnknownFile, path, None, message)
            .help("a number, the order of evaluation, then `-` and a name");
        finding.severity = Severity::Error;
        findings.push(finding);
    }
    Some((order?, slug))
}

/// Reads the rules, in order of evaluation. One that cannot be read as a whole is left out.
pub(crate) fn read_rules<'d>(
    list: &RuleList<'d>,
    names: &mut AllNames<'d>,
    tables: &KeywordTables<'d>,
    findings: &Findings,
) -> Vec<RuleSource> {
    if list.len() > RULES_MAX {
        let message = format!("{} rules, at most {RULES_MAX}", list.len());
        findings.push(Diagnostic::new(Code::TooLarge, "rules", None, message));
    }
    list.iter()
        .take(RULES_MAX)
        .filter_map(|((order, slug), files)| read_rule(*order, slug, files, names, tables, findings))
        .collect()
}

fn read_rule<'d>(
    order: u32,
    slug: &str,
    files: &RuleFiles<'d>,
    names: &mut AllNames<'d>,
    tables: &KeywordTables<'d>,
    findings: &Findings,
) -> Option<RuleSource> {
    let root = files.document.map(|document| document.root(FIELDS));
    let limits = root.and_then(|root| root.get("limits"));
    let module_limits = limits.map(read_module_limits).unwrap_or_default();
    let sandboxed = files.sandboxed(module_limits, findings);
    let Some(root) = root else {
        let (file, body) = sandboxed?;
        return Some(RuleSource {
            order,
            slug: slug.to_owned(),
            name: slug.to_owned(),
            file: file.to_owned(),
            hooks: Vec::new(),
            wait_after_ms: Vec::new(),
            when: Default::default(),
            body,
        });
    };
    let is_sandboxed = sandboxed.is_some();
    let hooks = read_hooks(root, is_sandboxed);
    let wait_after_ms = read_wait_after(root, &hooks, is_sandboxed);
    let when = root.get("when").map(|item| read_guard(item, names, tables));
    if let Some(item) = limits.filter(|_| files.module.is_none()) {
        item.bad("has its place beside a module: what other rules may use is fixed");
    }
    let body = match (sandboxed, root.get("then")) {
        (Some((_, body)), then) => {
            if let Some(item) = then {
                let what = if files.script.is_some() { "script" } else { "module" };
                item.bad(format!("has no place beside a {what}: the {what} says what the rule does"));
            }
            body
        }
        (None, then) => {
            let effects = then.or_else(|| root.must("then"));
            RuleBody::Effects(effects.map(|item| read_effects(item, names)).unwrap_or_default())
        }
    };
    // A rule whose guard cannot be read must not run unguarded.
    let when = match when {
        Some(guard) => guard?,
        None => Default::default(),
    };
    Some(RuleSource {
        order,
        slug: slug.to_owned(),
        name: root.name_or(slug),
        file: root.place.file().to_owned(),
        hooks,
        wait_after_ms,
        when,
        body,
    })
}

fn read_hooks(root: Table<'_>, is_sandboxed: bool) -> Vec<Hook> {
    let Some(item) = root.get("hooks") else {
        return if is_sandboxed { Vec::new() } else { vec![Hook::Route] };
    };
    let mut hooks = Vec::new();
    for item in item.some_list().into_iter().flatten() {
        match item.choice(&HOOKS) {
            Some(Hook::Rank) if !is_sandboxed => {
                item.bad("cannot be `rank` here: only a script or a module can rank agents")
            }
            Some(hook) if hooks.contains(&hook) => {
                item.place.report(Code::DuplicateName, "this hook is there twice");
            }
            Some(hook) => hooks.push(hook),
            None => {}
        }
    }
    hooks
}

fn read_wait_after(root: Table<'_>, hooks: &[Hook], is_sandboxed: bool) -> Vec<i64> {
    let waits = hooks.contains(&Hook::OnWait);
    let Some(item) = root.get("wait_after") else {
        if waits {
            let finding = root.place.finding(Code::MissingField, "`wait_after` is missing");
            let finding =
                finding.help("the hook `on_wait` needs to know when, such as `wait_after = [\"60s\"]`");
            root.place.findings().push(finding);
        }
        return Vec::new();
    };
    if !waits && (!is_sandboxed || !hooks.is_empty()) {
        item.bad("says when the hook `on_wait` runs, but `hooks` does not name it");
    }
    let mut thresholds = BTreeSet::new();
    for item in item.some_list().into_iter().flatten() {
        if let Some(ms) = item.positive_duration_ms()
            && !thresholds.insert(ms)
        {
            item.place.report(Code::DuplicateName, "this time is there twice");
        }
    }
    if thresholds.len() > WAIT_THRESHOLDS_MAX {
        let message = format!("{} waiting times, at most {WAIT_THRESHOLDS_MAX}", thresholds.len());
        item.place.report(Code::TooLarge, message);
    }
    thresholds.into_iter().take(WAIT_THRESHOLDS_MAX).collect()
}
