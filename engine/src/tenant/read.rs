//! From files to a [`TenantSource`], with everything that is wrong on the way.

use std::collections::{BTreeMap, BTreeSet};

use super::agents::AgentsFile;
use super::check::check;
use super::coverage::check_coverage;
use super::findings::Findings;
use super::folder::FileKind;
use super::groups::{GroupsFile, ReadGroup};
use super::keywords::KeywordTables;
use super::names::AllNames;
use super::reader::Document;
use super::rule_tests::{TestSetting, read_tests};
use super::rules::{RuleList, order_and_slug, read_rules};
use super::settings::{ReadSettings, SettingsFile};
use super::{TenantFolder, TenantSource};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Agent, Directory, Skill};
use crate::rules::RuleSource;

/// Reads a tenant folder: what it says, and everything that is wrong with it, by file and place.
///
/// `base` is the directory of the live revision: what it names keeps its id, new names get the next ids in the order in
/// which they are written, and what is no longer named stays at its place, inactive.
///
/// The source is there as soon as `tenant.toml`, `groups.toml` and `agents.toml` can be parsed. It then holds what can be
/// used, so that more can be checked in the same go (scripts against its names); while the findings hold an
/// [error](crate::diagnostic::Severity::Error), it is not to be published. In a file with a syntax error, nothing is said
/// about what comes after it.
#[must_use]
pub fn read(folder: &TenantFolder, base: Option<&Directory>) -> (Option<TenantSource>, Vec<Diagnostic>) {
    let findings = Findings::new();
    let texts = folder.texts(&findings);
    for path in ["tenant.toml", "groups.toml", "agents.toml"] {
        if !folder.files.contains_key(path) {
            let finding = Diagnostic::new(Code::MissingFile, path, None, "this file is missing");
            findings.push(finding.help("every tenant folder has tenant.toml, groups.toml and agents.toml"));
        }
    }
    let documents: BTreeMap<&str, (FileKind, Document<'_>)> = texts
        .iter()
        .filter(|(_, (kind, _))| !matches!(kind, FileKind::Script | FileKind::Scenario))
        .map(|(path, (kind, text))| (*path, (*kind, Document::parse(path, text, &findings))))
        .collect();
    let source = read_documents(&texts, folder.modules(), &documents, base, &findings);
    let broken: BTreeMap<String, usize> = documents
        .values()
        .filter_map(|(_, document)| Some((document.file().to_owned(), document.broken_at()?)))
        .collect();
    drop(documents);
    let findings = findings.into_sorted(|finding| match broken.get(&finding.file) {
        Some(broken_at) => finding.code == Code::TomlSyntax || can_be_trusted(finding, *broken_at),
        None => true,
    });
    (source, findings)
}

/// Whether a finding in a file with broken syntax holds: what is written before the break is so, but what is missing may
/// stand behind it.
fn can_be_trusted(finding: &Diagnostic, broken_at: usize) -> bool {
    finding.code != Code::MissingField && finding.span.is_none_or(|span| span.end_byte as usize <= broken_at)
}

fn read_documents<'d>(
    texts: &BTreeMap<&'d str, (FileKind, &'d str)>,
    modules: impl Iterator<Item = (&'d str, &'d [u8])>,
    documents: &'d BTreeMap<&'d str, (FileKind, Document<'d>)>,
    base: Option<&Directory>,
    findings: &'d Findings,
) -> Option<TenantSource> {
    let document = |path: &str| documents.get(path).map(|(_, document)| document);
    let whole = |path: &str| document(path).is_some_and(|document| document.broken_at().is_none());
    let mut names = AllNames::new(base);
    if !whole("tenant.toml") {
        names.channels.set_incomplete();
        names.skills.set_incomplete();
        names.hours.set_incomplete();
        names.entries_complete = false;
    }
    if !whole("groups.toml") {
        names.groups.set_incomplete();
    }
    if !whole("agents.toml") {
        names.agents.set_incomplete();
    }
    // Names first, since files refer to each other.
    let settings = document("tenant.toml").map(|document| SettingsFile::define(document, &mut names));
    let groups = document("groups.toml").map(|document| GroupsFile::define(document, &mut names));
    let agents = document("agents.toml").map(|document| AgentsFile::define(document, &mut names));
    let settings = settings.map(|file| file.read(&names));
    let groups = groups.map(|file| file.read(&names)).unwrap_or_default();
    let agents = agents.map(|file| file.read(&mut names)).unwrap_or_default();
    let tables = KeywordTables::read(document("keywords.toml"));
    let list = rule_list(texts, modules, documents, findings);
    let rules = read_rules(&list, &mut names, &tables, findings);

    let slugs = list.keys().map(|(_, slug)| *slug).collect();
    let setting = TestSetting {
        zone: settings.as_ref().map_or("UTC", |read| &read.settings.zone),
        channel: settings.as_ref().and_then(|read| read.channels.first()).map(|channel| channel.id),
        rules: &slugs,
    };
    let mut tests = Vec::new();
    for (_, document) in documents.values().filter(|(kind, _)| *kind == FileKind::RuleTests) {
        tests.extend(read_tests(document, &mut names, &setting));
    }
    if !(whole("tenant.toml") && whole("groups.toml") && whole("agents.toml")) {
        return None;
    }
    let settings = settings?;
    check(&settings, &groups, &agents, &list, findings);
    check_coverage(&rules, |rule| is_sound(rule, texts, findings), findings);
    let scenarios = texts.iter().filter_map(|(path, (kind, text))| {
        let name = path.strip_prefix("scenarios/")?.strip_suffix(".toml")?;
        (*kind == FileKind::Scenario).then(|| (name.to_owned(), (*text).to_owned()))
    });
    let scenarios = scenarios.collect();
    let directory = directory(base, settings, groups, agents, &names, &rules)?;
    Some(TenantSource { directory, rules, tests, scenarios })
}

/// The rules' files, put together by order and slug.
fn rule_list<'d>(
    texts: &BTreeMap<&'d str, (FileKind, &'d str)>,
    modules: impl Iterator<Item = (&'d str, &'d [u8])>,
    documents: &'d BTreeMap<&'d str, (FileKind, Document<'d>)>,
    findings: &Findings,
) -> RuleList<'d> {
    let mut list = RuleList::new();
    for (path, (kind, text)) in texts {
        if !matches!(kind, FileKind::Rule | FileKind::Script) {
            continue;
        }
        let Some(key) = order_and_slug(path, findings) else {
            continue;
        };
        let files = list.entry(key).or_default();
        if *kind == FileKind::Script {
            files.script = Some((path, text));
        } else {
            files.document = documents.get(path).map(|(_, document)| document);
        }
    }
    for (path, wasm) in modules {
        if let Some(key) = order_and_slug(path, findings) {
            list.entry(key).or_default().module = Some((path, wasm));
        }
    }
    list
}

/// Whether a rule was read as it is written, so that something can be proved about it: nothing of it was left out for
/// being wrong.
fn is_sound(rule: &RuleSource, texts: &BTreeMap<&str, (FileKind, &str)>, findings: &Findings) -> bool {
    let names_table = texts.get(rule.file.as_str()).is_some_and(|(_, text)| text.contains('@'));
    let left_out =
        findings.has_error_in(&rule.file) || (names_table && findings.has_error_in("keywords.toml"));
    !left_out
}

fn directory(
    base: Option<&Directory>,
    settings: ReadSettings<'_>,
    groups: Vec<ReadGroup<'_>>,
    agents: Vec<Agent>,
    names: &AllNames<'_>,
    rules: &[RuleSource],
) -> Option<Directory> {
    let languages = names.skills.iter().map(|(slug, id)| {
        let skill = Skill { id, slug: slug.to_owned(), name: slug.to_owned() };
        (id.index(), skill)
    });
    let skills = languages.chain(settings.skills.into_iter().map(|skill| (skill.id.index(), skill)));
    let wait_thresholds: BTreeSet<i64> = rules.iter().flat_map(|rule| &rule.wait_after_ms).copied().collect();
    Some(Directory {
        settings: settings.settings,
        channels: in_place(
            base.map(|base| &base.channels),
            settings.channels.into_iter().map(|channel| (channel.id.index(), channel)),
            |channel| channel.active = false,
        )?,
        entries: settings.entries,
        groups: in_place(
            base.map(|base| &base.groups),
            groups.into_iter().map(|read| (read.group.id.index(), read.group)),
            |group| group.active = false,
        )?,
        agents: in_place(
            base.map(|base| &base.agents),
            agents.into_iter().map(|agent| (agent.id.index(), agent)),
            |agent| agent.active = false,
        )?,
        skills: in_place(base.map(|base| &base.skills), skills, |_| {})?,
        hours: in_place(
            base.map(|base| &base.hours),
            settings.hours.into_iter().map(|hours| (hours.id.index(), hours)),
            |_| {},
        )?,
        wait_thresholds_ms: wait_thresholds.into_iter().collect(),
    })
}

/// Everything at the place its id says: what `base` has, retired, and over it what was read. `None` if a place is empty.
fn in_place<T: Clone>(
    base: Option<&Vec<T>>,
    read: impl Iterator<Item = (usize, T)>,
    retire: impl Fn(&mut T),
) -> Option<Vec<T>> {
    let mut places: BTreeMap<usize, T> = base.into_iter().flatten().cloned().enumerate().collect();
    places.values_mut().for_each(retire);
    places.extend(read);
    places.into_iter().enumerate().map(|(at, (place, item))| (at == place).then_some(item)).collect()
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
