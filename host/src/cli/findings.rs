//! Findings for people: the line they are on, underlined, with what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use pointsman_engine::diagnostic::{Diagnostic, Severity, Span};
use pointsman_engine::tenant::TenantFolder;

use super::style::{BAD, GOOD, WARN, paint};

/// Every finding in full.
pub(super) fn render(diagnostics: &[Diagnostic], folder: &TenantFolder) -> String {
    let renderer = Renderer::styled();
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&report(diagnostic, folder)));
        text.push_str("\n\n");
    }
    text
}

/// `2 errors, 1 warning`.
pub(super) fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let many = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
    match (errors, warnings) {
        (0, 0) => paint(GOOD, "no problems"),
        (0, _) => paint(WARN, many(warnings, "warning")),
        (_, 0) => paint(BAD, many(errors, "error")),
        _ => format!("{}, {}", paint(BAD, many(errors, "error")), paint(WARN, many(warnings, "warning"))),
    }
}

fn source<'a>(folder: &'a TenantFolder, file: &str) -> Option<&'a str> {
    std::str::from_utf8(folder.files.get(file)?).ok()
}

fn report<'a>(diagnostic: &'a Diagnostic, folder: &'a TenantFolder) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.as_str());
    let mut group = match snippet(folder, &diagnostic.file, diagnostic.span, AnnotationKind::Primary, None) {
        Some(snippet) => title.element(snippet),
        None => title.element(annotate_snippets::Origin::path(diagnostic.file.as_str())),
    };
    for related in &diagnostic.related {
        let note = Some(related.message.as_str());
        group = match snippet(folder, &related.file, related.span, AnnotationKind::Context, note) {
            Some(snippet) => group.element(snippet),
            None => group.element(Level::NOTE.message(format!("{}: {}", related.file, related.message))),
        };
    }
    if let Some(meant) = &diagnostic.did_you_mean {
        group = group.element(Level::HELP.message(format!("did you mean `{meant}`?")));
    }
    if let Some(witness) = &diagnostic.witness {
        group = group.element(Level::NOTE.message(format!("this message shows it: {witness}")));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    vec![group]
}

fn snippet<'a>(
    folder: &'a TenantFolder,
    file: &'a str,
    span: Option<Span>,
    kind: AnnotationKind,
    label: Option<&'a str>,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let (text, span) = (source(folder, file)?, span?);
    let range = usize::try_from(span.start_byte).ok()?..usize::try_from(span.end_byte).ok()?;
    // A span of nothing still shows its place.
    let range = if range.is_empty() { range.start..text.len().min(range.start + 1) } else { range };
    if !text.is_char_boundary(range.start) || !text.is_char_boundary(range.end) {
        return None;
    }
    Some(Snippet::source(text).path(file).annotation(kind.span(range).label(label)))
}

#[cfg(test)]
mod tests {
    use pointsman_engine::diagnostic::Code;

    use super::*;

    #[test]
    fn the_place_is_underlined_under_chinese_text() {
        let text = "name = \"退款转售后\"\n[then]\ngroup = \"售后组\" # 退款\n";
        let mut folder = TenantFolder::default();
        folder.files.insert(String::from("rules/20-refund.toml"), text.as_bytes().to_vec());
        let at = text.find("\"售后组\"").unwrap();
        let span = Span::of(text, at..at + "\"售后组\"".len());
        let finding =
            Diagnostic::new(Code::UnknownGroup, "rules/20-refund.toml", Some(span), "unknown group `售后组`")
                .help("groups are in groups.toml");
        let rendered = anstream::adapter::strip_str(&render(&[finding], &folder)).to_string();
        let lines: Vec<_> = rendered.lines().collect();
        let at = lines.iter().position(|line| line.contains("group = ")).unwrap();
        let columns = |text: &str| -> usize { text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum() };
        let quoted = lines[at].find("\"售后组\"").unwrap();
        let underlined = lines[at + 1].find('^').unwrap();
        assert_eq!(columns(&lines[at][..quoted]), underlined, "{rendered}");
        assert_eq!(lines[at + 1].matches('^').count(), columns("\"售后组\""), "{rendered}");
        assert!(
            rendered.contains("rules/20-refund.toml:3:9") && rendered.contains("error[R202]"),
            "{rendered}"
        );
        assert!(rendered.contains("groups are in groups.toml"), "{rendered}");
    }
}
