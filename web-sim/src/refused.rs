//! What cannot be done, as the page can tell it in its own language.

use pointsman_engine::simulation::fit::TableError;
use pointsman_engine::simulation::{EditError, InjectionError};
use serde::Serialize;

/// Why a call has no answer. The workspace is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Refused {
    /// The folder has errors, so there is no ruleset to run.
    HasErrors {
        /// How many.
        count: u32,
    },
    /// The folder has no scenario of this name, or it has errors of its own.
    NoScenario {
        /// The name asked for.
        name: String,
    },
    /// The candidate's scenario uses names that what is live does not have, or has not any more.
    ScenarioDoesNotFit {
        /// The first of them, in English.
        message: String,
    },
    /// Both folders answer alike, or what was asked about did not get worse.
    NothingToBlame,
    /// No simulation was started.
    NotStarted,
    /// The visit names something that does not exist, or is over a limit.
    BadVisit {
        /// What is wrong, in English.
        message: String,
    },
    /// What was given as a compiled module is none.
    NoArtefact,
    /// The module was compiled by another version of the engine. The host compiles it anew when it is asked again.
    OtherArtefact {
        /// What differs, in English.
        message: String,
    },
    /// Modules cannot run in this browser at all.
    NoSandbox {
        /// Why, in English.
        message: String,
    },
    /// What is to be done to the run makes no sense there.
    CannotInject {
        /// Why, in English.
        message: String,
    },
    /// A file is no recording that this engine can use.
    NoRecording {
        /// Why, in English, with the line.
        message: String,
    },
    /// A recording cannot be decided again under this folder.
    CannotReplay {
        /// Why, in English.
        message: String,
    },
    /// The run has no conversation of that number.
    NoSuchConversation {
        /// How many it has.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        opened: u64,
    },
    /// A file that was to be imported is wrong somewhere.
    BadTable {
        /// What, and where.
        error: TableError,
    },
    /// A scenario's text cannot be changed as it is.
    CannotEdit {
        /// Why.
        error: EditError,
    },
    /// What the page sent does not have the form that was agreed: a fault of the page.
    BadInput {
        /// What is wrong, in English.
        message: String,
    },
}

impl Refused {
    pub(crate) fn cannot_inject(error: &InjectionError) -> Refused {
        Refused::CannotInject { message: error.to_string() }
    }
}
