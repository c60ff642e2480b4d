// Rules for Pointsman in C. Include this, and define the hooks that the module is compiled with (HOOK_ROUTE,
// HOOK_ON_MESSAGE, HOOK_ON_WAIT, HOOK_RANK). The contract is in ../wit; names and meanings are those of scripts.
//
// Nothing is kept from one call to the next, and memory is given back when the call ends: nothing needs to be freed.
#ifndef POINTSMAN_H
#define POINTSMAN_H

#include "bindings/rule.h"

// A text: UTF-8, with its length, not ended by a zero.
typedef rule_string_t text_t;
typedef pointsman_rule_types_conversation_t conversation_t;
typedef pointsman_rule_types_message_t message_t;
typedef pointsman_rule_types_customer_t customer_t;
typedef pointsman_rule_types_candidate_t candidate_t;
typedef pointsman_rule_types_effect_t effect_t;
typedef pointsman_rule_lookup_group_state_t group_t;
typedef pointsman_rule_lookup_local_time_t local_time_t;

// The most effects of one answer.
#define EFFECTS_MAX 32

// What a hook answers: effects in order, or why the rule failed. The first rule that sets a thing wins; tags, risks,
// required skills and replies add up. Texts are kept by pointer: hand over literals, or what lives until the call ends.
typedef struct {
  effect_t items[EFFECTS_MAX];
  size_t count;
  const char *error;
} effects_t;

// What `rank` says of one agent; the highest score is chosen. Without one the agent is left to the next rule.
typedef struct {
  bool is_some;
  double score;
  const char *error;
} score_t;

// The hooks. Define those that the module is compiled with.

// A conversation opens or must be placed again.
void route(const conversation_t *conversation, const customer_t *customer, effects_t *answer);
// A later message of the visitor.
void on_message(const conversation_t *conversation, const message_t *message, const customer_t *customer,
                effects_t *answer);
// The conversation has waited as long as one of the rule's `wait_after` times.
void on_wait(const conversation_t *conversation, const customer_t *customer, effects_t *answer);
// Scores one agent who could take the conversation, in groups with the strategy `rank`.
score_t rank(const candidate_t *agent, const conversation_t *conversation, const customer_t *customer);

// Effects.

// To this group.
void to_group(effects_t *answer, const char *group);
// To this agent, and nobody else until the directed wait is over.
void to_agent(effects_t *answer, const char *agent);
// To this agent if they can take it right now, else as if nothing was said.
void prefer_agent(effects_t *answer, text_t agent);
// Only to agents with this skill at this level (1 to 5) or above. Adds up.
void require_skill(effects_t *answer, const char *skill, uint8_t level);
// The priority in the queue, 0 (ordinary) to 9.
void priority(effects_t *answer, uint8_t level);
// Only to agents of this tier (from 1) or above.
void tier(effects_t *answer, uint8_t lowest);
// Puts a tag on the conversation. Adds up.
void tag(effects_t *answer, const char *text);
// Marks the conversation as a risk. Adds up.
void flag_risk(effects_t *answer, const char *risk);
// To this bot.
void to_bot(effects_t *answer, const char *bot);
// Offers a ticket instead of an agent.
void offer_ticket(effects_t *answer);
// Offers to leave a message instead of an agent.
void offer_leave_message(effects_t *answer);
// The longest this conversation waits, in seconds.
void wait_limit(effects_t *answer, uint32_t seconds);
// Says this to the visitor.
void reply(effects_t *answer, const char *text);
// No later rule is evaluated.
void stop(effects_t *answer);
// The rule failed: it is skipped, and the trace says why.
void fail(effects_t *answer, const char *why);

// Questions. Within one call the same question has the same answer.

// The group's numbers; false where there is no group of this name.
bool desk_group(const char *name, group_t *group);
// Whether these business hours are open now; false in `*known` where there are none of this name.
bool desk_is_open(const char *hours, bool *known);
// The time of the decision in the tenant's time zone.
local_time_t desk_now(void);
// Whether the visitor's words contain the keyword, found the way a keyword rule finds it: normalised, separators skipped.
bool contains(const char *keyword);
// Whether the visitor's words contain one of the keywords; quicker than asking for each.
bool contains_any(const char *const *keywords, size_t count);
// The words that the rules look at, as the visitor typed them.
text_t original_text(void);
// What the tenant's site says about the customer under this name; false if nothing.
bool attribute(const char *name, text_t *value);
// Keeps a line for the trace of this rule.
void print(const char *line);

// Texts.

// Whether the text is made of these words.
bool text_is(text_t text, const char *words);
// Whether the conversation has the tag.
bool has_tag(const conversation_t *conversation, const char *tag);
// The agent's level in the skill, 1 to 5; 0: does not have it.
uint8_t skill_level(const candidate_t *agent, const char *skill);
// `before`, the number, `after`, as one text ended by a zero.
char *with_number(const char *before, int64_t number, const char *after);
// The whole number that the text spells; false if it does not.
bool to_int(text_t text, int64_t *number);

#endif
