//! Rule tests as the page lists them.

use pointsman_engine::rules::Mismatch;
use serde::Serialize;

use crate::Place;

/// How one rule test went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TestLine {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Where it is written.
    pub place: Option<Place>,
    /// What the visitor says in it.
    pub text: String,
    /// What is not as expected; empty: it passed.
    pub failures: Vec<Mismatch>,
}
