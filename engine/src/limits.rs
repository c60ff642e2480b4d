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
/// Lines that one call of a script or module may print.
pub const LOG_LINES_MAX: usize = 64;
/// Bytes that one call of a script or module may print.
pub const LOG_BYTES_MAX: usize = 8 * 1024;
/// Lines, and columns of one line, of a script: Rhai counts both in 16 bits.
pub const SCRIPT_LINES_MAX: usize = 65_535;
/// Findings reported in one script.
pub const SCRIPT_FINDINGS_MAX: usize = 100;
/// Names among which the one that was probably meant is looked for.
pub const SUGGEST_AMONG_MAX: usize = 256;
/// Bytes of the message of a rule's failure.
pub const FAILURE_MESSAGE_BYTES_MAX: usize = 500;

/// Bytes of a `.wasm` file.
pub const MODULE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Functions of a module, all core modules of a component counted.
pub const MODULE_FUNCTIONS_MAX: usize = 20_000;
/// Bytes of the code of one function: compiling takes longer than in proportion to it.
pub const MODULE_FUNCTION_BYTES_MAX: usize = 256 * 1024;
/// Exports of a component.
pub const MODULE_EXPORTS_MAX: usize = 32;
/// Core modules in a component; what tools make of a rule has three.
pub const MODULE_CORE_MODULES_MAX: usize = 8;
/// Memories of a component.
pub const MODULE_MEMORIES_MAX: u32 = 2;
/// Tables of a component.
pub const MODULE_TABLES_MAX: u32 = 8;
/// Elements of all tables of a component together.
pub const MODULE_TABLE_ELEMENTS_MAX: usize = 10_000;
/// Fuel for one call of a module where its rule does not say: about five million instructions, 5 ms.
pub const MODULE_FUEL_DEFAULT: u64 = 5_000_000;
/// The most fuel that a rule may ask for.
pub const MODULE_FUEL_MAX: u64 = 50_000_000;
/// Fuel for what a module does before its hook is called, such as a start function. Every call does it again.
pub const MODULE_START_FUEL_MAX: u64 = 1_000_000;
/// Linear memory in one call of a module where its rule does not say.
pub const MODULE_MEMORY_BYTES_DEFAULT: usize = 16 * 1024 * 1024;
/// The most linear memory that a rule may ask for.
pub const MODULE_MEMORY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The bytes of stack that the functions of a module that wait for one another may have, by a count that is the same
/// wherever the module runs.
pub const MODULE_DEPTH_BYTES: usize = 512 * 1024;
/// The stack on which modules run: what the depth allows, with room for what is not counted.
pub const MODULE_STACK_BYTES: usize = 1024 * 1024;
/// Bytes that one answer, or one question to the desk, may move out of a module.
pub const MODULE_ANSWER_BYTES_MAX: usize = 512 * 1024;
/// Fuel that one question to the desk takes, beside one for each byte that is looked through or moved.
pub const MODULE_FUEL_PER_QUESTION: u64 = 200;
/// Calls of modules that may run at the same time in one process; each needs a thread of its own.
pub const MODULE_CALLS_AT_ONCE_MAX: u32 = 512;
/// Modules that are kept compiled for the next ruleset that has them.
pub const MODULES_KEPT_MAX: usize = 256;
/// Functions named when a module traps.
pub const MODULE_CALL_CHAIN_MAX: usize = 4;

/// The first rule of a candidate that runs beside the live ruleset: their ids never meet.
pub const CANARY_RULES_FROM: u16 = 0x8000;
/// Conversations that a canary must have met before shares of its conversations are compared with others: of fewer,
/// one more or less would be many points.
pub const COMPARED_CONVERSATIONS_MIN: u32 = 10;
/// How long an assigned conversation may be without an answer before it counts as unanswered (R137).
pub const UNANSWERED_AFTER_MS: i64 = 60_000;
/// Failures of one rule within [`BREAKER_WINDOW_MS`] that open its breaker.
pub const BREAKER_FAILURES: usize = 5;
/// See [`BREAKER_FAILURES`].
pub const BREAKER_WINDOW_MS: i64 = 60_000;
/// How long a breaker stays open.
pub const BREAKER_OPEN_MS: i64 = 300_000;
/// An agent who gives a conversation back within this time bounces it (R63).
pub const BOUNCE_MS: i64 = 30_000;
/// Agents at the desk of one rule test; a test is to be read by people.
pub const TEST_DESK_AGENTS_MAX: usize = 200;
/// Conversations at the desk of one rule test, in hand and waiting. Tests run on every edit.
pub const TEST_DESK_CONVERSATIONS_MAX: u64 = 5_000;
