//! Fallbacks 兜底 as they are written: `"group:general"`, `"bot:faq"`, `"leave-message"`, `"ticket"`.

use super::names::Names;
use super::reader::{Item, Place, shown};
use crate::diagnostic::Code;
use crate::id::GroupId;
use crate::limits::{FALLBACK_STEPS_MAX, LABEL_BYTES_MAX};
use crate::model::{Fallback, FallbackStep};

/// A fallback, with the groups it leads to and where each is named.
#[derive(Debug, Default)]
pub(crate) struct ReadFallback<'d> {
    pub(crate) fallback: Fallback,
    pub(crate) groups: Vec<(GroupId, Place<'d>)>,
}

/// Reads a list of steps.
pub(crate) fn read_fallback<'d>(item: Item<'d>, groups: &Names<'d, GroupId>) -> ReadFallback<'d> {
    let mut read = ReadFallback::default();
    let Some(list) = item.list() else {
        return read;
    };
    if list.len() > FALLBACK_STEPS_MAX {
        let message = format!("{} steps of fallback, at most {FALLBACK_STEPS_MAX}", list.len());
        item.place.report(Code::TooLarge, message);
    }
    for item in list.take(FALLBACK_STEPS_MAX) {
        let Some(step) = read_step(item, groups) else {
            continue;
        };
        if let FallbackStep::Group(group) = step {
            read.groups.push((group, item.place));
        }
        read.fallback.steps.push(step);
    }
    read
}

/// Reads one step.
pub(crate) fn read_step<'d>(item: Item<'d>, groups: &Names<'d, GroupId>) -> Option<FallbackStep> {
    let word = item.text_within(LABEL_BYTES_MAX)?;
    if let Some(group) = word.behind("group:") {
        return groups.resolve(group).map(FallbackStep::Group);
    }
    if let Some(bot) = word.behind("bot:").filter(|bot| !bot.text.trim().is_empty()) {
        return Some(FallbackStep::Bot(bot.to_text()));
    }
    match word.text {
        "leave-message" => Some(FallbackStep::LeaveMessage),
        "ticket" => Some(FallbackStep::Ticket),
        _ => {
            let message = format!("`{}` is no step of a fallback", shown(word.text));
            let finding = item
                .place
                .finding(Code::BadValue, message)
                .help("the steps are \"group:NAME\", \"bot:NAME\", \"leave-message\" and \"ticket\"")
                .suggest(word.text.get(..64).unwrap_or(word.text), ["leave-message", "ticket"]);
            item.place.findings().push(finding);
            None
        }
    }
}
