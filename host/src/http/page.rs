//! Lists in pages.

use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// Items on a page where the request does not say.
pub(crate) const LIMIT_DEFAULT: u16 = 50;
/// The most items on a page.
pub(crate) const LIMIT_MAX: u16 = 200;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Send this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// A page out of one item more than it has room for, if there is that one.
    pub(crate) fn cut(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Page<T> {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Page { items, next }
    }
}

/// The number of items asked for.
pub(crate) fn limit(asked: Option<u16>) -> Result<usize, Problem> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(usize::from(limit)),
        _ => Err(Problem::bad_request(format!("`limit` is 1 to {LIMIT_MAX}"))),
    }
}
