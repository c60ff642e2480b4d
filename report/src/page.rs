//! The file round a report: head, styles, heading.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::texts::Texts;
use crate::{About, Language};

/// The styles; they ask for nothing from elsewhere.
const STYLE: &str = include_str!("page.css");
/// Nothing may be fetched and nothing may run, should anything ever get in that asks for it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// A whole file.
pub(crate) fn page(title: &str, lead: &str, about: &About, body: &Markup) -> String {
    let texts = Texts::of(about.language);
    let language = match about.language {
        Language::En => "en",
        Language::Zh => "zh-CN",
    };
    let file = html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (about.tenant) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.product { "Pointsman · " (texts.simulated) }
                    h1 { (title) }
                    p.lead { (lead) }
                }
                main { (body) }
            }
        }
    };
    file.into_string()
}

/// A part with its heading.
pub(crate) fn section(title: &str, body: &Markup) -> Markup {
    html! {
        section {
            h2 { (title) }
            (body)
        }
    }
}
