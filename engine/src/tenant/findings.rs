//! Where every finding of one reading is collected.

use std::cell::{Cell, RefCell};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::limits::FINDINGS_MAX;

/// Comparisons of words that one reading spends on "did you mean".
const COMPARISONS_MAX: usize = 2_000_000;

/// The findings so far. Shared by every reader of one folder, hence the cells.
#[derive(Debug)]
pub(crate) struct Findings {
    list: RefCell<Vec<Diagnostic>>,
    left_out: Cell<usize>,
    comparisons_left: Cell<usize>,
}

impl Findings {
    pub(crate) fn new() -> Findings {
        Findings {
            list: RefCell::default(),
            left_out: Cell::new(0),
            comparisons_left: Cell::new(COMPARISONS_MAX),
        }
    }

    pub(crate) fn push(&self, finding: Diagnostic) {
        let mut list = self.list.borrow_mut();
        if list.len() < FINDINGS_MAX {
            list.push(finding);
        } else {
            self.left_out.set(self.left_out.get() + 1);
        }
    }

    /// Adds the nearest of `known` to `word`, as long as looking for it is cheap.
    pub(crate) fn suggest<'a>(
        &self,
        finding: Diagnostic,
        word: &str,
        known: impl ExactSizeIterator<Item = &'a str>,
    ) -> Diagnostic {
        let left = self.comparisons_left.get();
        if known.len() > left || word.len() > 256 {
            return finding;
        }
        self.comparisons_left.set(left - known.len());
        finding.suggest(word, known)
    }

    /// Whether something in `file` was found that must not be.
    pub(crate) fn has_error_in(&self, file: &str) -> bool {
        let is_error = |finding: &Diagnostic| finding.severity == Severity::Error && finding.file == file;
        self.list.borrow().iter().any(is_error)
    }

    /// The findings for which `keep` holds, by file and place.
    pub(crate) fn into_sorted(self, keep: impl Fn(&Diagnostic) -> bool) -> Vec<Diagnostic> {
        let mut list = self.list.into_inner();
        list.retain(keep);
        list.sort_by(|a, b| (&a.file, a.span, a.code.as_str()).cmp(&(&b.file, b.span, b.code.as_str())));
        if self.left_out.get() > 0 {
            let message = format!("{} more findings are not shown", self.left_out.get());
            list.push(Diagnostic::new(Code::TooLarge, "", None, message).help("mend those above first"));
        }
        list
    }
}
