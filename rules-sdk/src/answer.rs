//! What a hook may answer with.

use std::fmt::Display;

use crate::Effects;

/// What `route`, `on_message` and `on_wait` may answer with: [`Effects`], an `Option` of them where `None` means nothing to
/// say, or a `Result` whose error is a failure of the rule and is told in the trace.
#[diagnostic::on_unimplemented(
    message = "a hook answers with `Effects`, not with `{Self}`",
    label = "must be `Effects`, `Option<Effects>` or a `Result` with either"
)]
pub trait Answer {
    /// The effects, or why the rule failed.
    ///
    /// # Errors
    /// The rule's own error, in words.
    fn into_effects(self) -> Result<Effects, String>;
}

impl Answer for Effects {
    fn into_effects(self) -> Result<Effects, String> {
        Ok(self)
    }
}

impl Answer for Option<Effects> {
    fn into_effects(self) -> Result<Effects, String> {
        Ok(self.unwrap_or_default())
    }
}

impl<A: Answer, E: Display> Answer for Result<A, E> {
    fn into_effects(self) -> Result<Effects, String> {
        self.map_err(|error| error.to_string())?.into_effects()
    }
}

/// What `rank` may answer with: a number (the highest is chosen), an `Option` of one where `None` leaves the agent to the
/// next rule, or a `Result` whose error is a failure of the rule.
#[diagnostic::on_unimplemented(
    message = "`rank` answers with a number, not with `{Self}`",
    label = "must be `f64`, `i32`, `u32`, an `Option` or a `Result` with one"
)]
pub trait Score {
    /// The score, or why the rule failed.
    ///
    /// # Errors
    /// The rule's own error, in words.
    fn into_score(self) -> Result<Option<f64>, String>;
}

impl Score for f64 {
    fn into_score(self) -> Result<Option<f64>, String> {
        Ok(Some(self))
    }
}

impl Score for i32 {
    fn into_score(self) -> Result<Option<f64>, String> {
        f64::from(self).into_score()
    }
}

impl Score for u32 {
    fn into_score(self) -> Result<Option<f64>, String> {
        f64::from(self).into_score()
    }
}

impl<S: Score> Score for Option<S> {
    fn into_score(self) -> Result<Option<f64>, String> {
        self.map_or(Ok(None), Score::into_score)
    }
}

impl<S: Score, E: Display> Score for Result<S, E> {
    fn into_score(self) -> Result<Option<f64>, String> {
        self.map_err(|error| error.to_string())?.into_score()
    }
}
