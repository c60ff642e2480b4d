//! Reports as HTML, and what a comparison says: the same texts as on the command line.

use pointsman_engine::simulation::Report;
use pointsman_engine::simulation::compare::{Comparison, Pair};
use pointsman_report::{About, Compared, Language, Sentence, comparison_sentences};
use serde::{Deserialize, Serialize};

/// Pairs of one scenario, with the reports of one of them.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Pairs {
    /// In order of their seeds.
    pairs: Vec<Pair>,
    live: Report,
    candidate: Report,
}

/// A comparison, and what it says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ComparisonTold {
    /// The figures.
    pub comparison: Comparison,
    /// What it says, in each language.
    pub said: Said,
}

/// Sentences in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Said {
    /// In Chinese.
    pub zh: Vec<Sentence>,
    /// In English.
    pub en: Vec<Sentence>,
}

/// Puts pairs together.
pub(crate) fn comparison(Pairs { pairs, live, candidate }: &Pairs) -> ComparisonTold {
    let comparison = Comparison::new(pairs);
    let said = |language| comparison_sentences(&comparison, live, candidate, language);
    ComparisonTold { said: Said { zh: said(Language::Zh), en: said(Language::En) }, comparison }
}

/// A comparison as one HTML file.
pub(crate) fn comparison_html(Pairs { pairs, live, candidate }: &Pairs, about: &About) -> String {
    let comparison = Comparison::new(pairs);
    pointsman_report::of_comparison(&Compared { comparison: &comparison, live, candidate }, about)
}
