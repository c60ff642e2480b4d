//! Every limit of the core, in one place, with its reason.

/// The longest message. Longer ones are refused at every way in: rules look at words, not at files.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// The longest short text: an entry, a tag, an attribute, an identity, a slug, a name.
pub const LABEL_BYTES_MAX: usize = 256;
/// Attributes of one customer.
pub const ATTRIBUTES_MAX: usize = 64;
/// Tags or risks on one conversation.
pub const TAGS_MAX: usize = 32;
/// Skills asked for by one conversation.
pub const REQUIRED_SKILLS_MAX: usize = 8;
/// Agents scored by a `rank` hook in one decision, best placed first by load.
pub const RANK_CANDIDATES_MAX: usize = 32;
/// Steps one command may lead to. Each conversation and each agent cause a few at most, so this is only the wall
/// behind which a mistake of ours ends instead of hanging the tenant.
pub const STEPS_PER_COMMAND_MAX: usize = 50_000_000;
/// Groups asked for one conversation through fallbacks, so that a circle ends.
pub const FALLBACK_HOPS_MAX: usize = 8;

/// A tenant folder in files, and in bytes a file and altogether.
pub const FILES_MAX: usize = 2_000;
/// Bytes of one file of a tenant folder.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of a whole tenant folder.
pub const FOLDER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Agents of one tenant.
pub const AGENTS_MAX: usize = 200_000;
/// Groups of one tenant.
pub const GROUPS_MAX: usize = 5_000;
/// Channels of one tenant.
pub const CHANNELS_MAX: usize = 1_000;
/// Steps of one fallback.
pub const FALLBACK_STEPS_MAX: usize = 8;
/// Steps of one group's widening.
pub const WIDENING_STEPS_MAX: usize = 16;
/// The highest tier.
pub const TIER_MAX: i64 = 9;
/// The highest capacity that can be set, of an agent or a group.
pub const CAPACITY_MAX: i64 = 100_000;
/// Waiting times at which one rule's `on_wait` hook runs.
pub const WAIT_THRESHOLDS_MAX: usize = 16;
/// Findings that one reading of a tenant folder reports.
pub const FINDINGS_MAX: usize = 1_000;
/// Rules of one ruleset.
pub const RULES_MAX: usize = 1_000;
/// Keywords of one ruleset.
pub const KEYWORDS_MAX: usize = 200_000;

/// Effects of one rule in one evaluation.
pub const EFFECTS_MAX: usize = 64;
/// Bytes of one reply to the visitor.
pub const REPLY_BYTES_MAX: usize = 4 * 1024;
/// Replies to the visitor from one evaluation.
pub const REPLIES_MAX: usize = 8;
/// The longest waiting limit that a rule may set: a week.
pub const RULE_WAIT_MS_MAX: i64 = 7 * 24 * 3_600_000;
/// Keyword matches kept in the trace of one rule, each keyword's first.
pub const TRACED_MATCHES_MAX: usize = 32;

/// Operations of one call of a script: a thousand times what a rule of ten lines needs, and over within milliseconds.
pub const SCRIPT_OPERATIONS_MAX: u64 = 50_000;
/// Bytes that a function of the standard library walks through for the price of one operation.
pub const SCRIPT_BYTES_PER_OPERATION: u64 = 64;
/// Functions of a script that may be waiting for one another.
pub const SCRIPT_CALL_LEVELS_MAX: usize = 16;
/// Expressions and blocks within one another. With the call levels it bounds the stack, which is 1 MiB in a browser.
pub const SCRIPT_DEPTH_MAX: usize = 32;
/// Bytes of one text in a script; at least a whole message.
pub const SCRIPT_STRING_BYTES_MAX: usize = 64 * 1024;
/// Items of one list, those in lists within it counted. Small, since copying a list costs one operation only.
pub const SCRIPT_ARRAY_LENGTH_MAX: usize = 256;
/// Entries of one map, those in maps within it counted; small for the same reason.
pub const SCRIPT_MAP_SIZE_MAX: usize = 64;
/// Variables of a script at one time.
pub const SCRIPT_VARIABLES_MAX: usize = 128;
/// Functions of one script.
pub const SCRIPT_FUNCTIONS_MAX: usize = 128;
/// Lines that one call of a script may print.
pub const SCRIPT_LOG_LINES_MAX: usize = 64;
/// Bytes that one call of a script may print.
pub const SCRIPT_LOG_BYTES_MAX: usize = 8 * 1024;
/// Lines, and columns of one line, of a script: Rhai counts both in 16 bits.
pub const SCRIPT_LINES_MAX: usize = 65_535;
/// Findings reported in one script.
pub const SCRIPT_FINDINGS_MAX: usize = 100;
/// Names among which the one that was probably meant is looked for.
pub const SUGGEST_AMONG_MAX: usize = 256;
/// Bytes of the message of a rule's failure.
pub const FAILURE_MESSAGE_BYTES_MAX: usize = 500;

/// Failures of one rule within [`BREAKER_WINDOW_MS`] that open its breaker.
pub const BREAKER_FAILURES: usize = 5;
/// See [`BREAKER_FAILURES`].
pub const BREAKER_WINDOW_MS: i64 = 60_000;
/// How long a breaker stays open.
pub const BREAKER_OPEN_MS: i64 = 300_000;
/// An agent who gives a conversation back within this time bounces it (R63).
pub const BOUNCE_MS: i64 = 30_000;
