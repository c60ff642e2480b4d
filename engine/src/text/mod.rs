//! Text as rules see it (placeholder until the normalisation lands).

/// Text as rules see it, with the way back to what the visitor typed.
#[derive(Clone, Debug)]
pub struct NormalText(String);

impl NormalText {
    /// Normalises.
    #[must_use]
    pub fn new(original: &str) -> NormalText {
        NormalText(original.to_lowercase())
    }

    /// The normalised text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
