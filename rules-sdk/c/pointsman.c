// What pointsman.h promises, in terms of the bindings.
#include "pointsman.h"

#include <stdlib.h>
#include <string.h>

// A text that stays where it is. The bindings never write to what they are handed.
static text_t text_of(const char *chars) {
  return (text_t){.ptr = (uint8_t *)chars, .len = strlen(chars)};
}

static effect_t *next(effects_t *answer, uint8_t which) {
  static effect_t surplus;
  if (answer->count == EFFECTS_MAX) {
    answer->error = "the rule answered more than 32 effects";
    return &surplus;
  }
  effect_t *effect = &answer->items[answer->count++];
  effect->tag = which;
  return effect;
}

#define CASE(name) POINTSMAN_RULE_TYPES_EFFECT_##name

void to_group(effects_t *answer, const char *group) { next(answer, CASE(TO_GROUP))->val.to_group = text_of(group); }
void to_agent(effects_t *answer, const char *agent) { next(answer, CASE(TO_AGENT))->val.to_agent = text_of(agent); }
void prefer_agent(effects_t *answer, text_t agent) { next(answer, CASE(PREFER_AGENT))->val.prefer_agent = agent; }
void require_skill(effects_t *answer, const char *skill, uint8_t level) {
  next(answer, CASE(REQUIRE_SKILL))->val.require_skill =
      (pointsman_rule_types_skill_t){.name = text_of(skill), .level = level};
}
void priority(effects_t *answer, uint8_t level) { next(answer, CASE(PRIORITY))->val.priority = level; }
void tier(effects_t *answer, uint8_t lowest) { next(answer, CASE(TIER))->val.tier = lowest; }
void tag(effects_t *answer, const char *text) { next(answer, CASE(TAG))->val.tag = text_of(text); }
void flag_risk(effects_t *answer, const char *risk) { next(answer, CASE(FLAG_RISK))->val.flag_risk = text_of(risk); }
void to_bot(effects_t *answer, const char *bot) { next(answer, CASE(TO_BOT))->val.to_bot = text_of(bot); }
void offer_ticket(effects_t *answer) { next(answer, CASE(OFFER_TICKET)); }
void offer_leave_message(effects_t *answer) { next(answer, CASE(OFFER_LEAVE_MESSAGE)); }
void wait_limit(effects_t *answer, uint32_t seconds) {
  next(answer, CASE(WAIT_LIMIT_MS))->val.wait_limit_ms = (uint64_t)seconds * 1000;
}
void reply(effects_t *answer, const char *text) { next(answer, CASE(REPLY))->val.reply = text_of(text); }
void stop(effects_t *answer) { next(answer, CASE(STOP)); }
void fail(effects_t *answer, const char *why) { answer->error = why; }

bool desk_group(const char *name, group_t *group) {
  text_t asked = text_of(name);
  return pointsman_rule_lookup_group(&asked, group);
}

bool desk_is_open(const char *hours, bool *known) {
  text_t asked = text_of(hours);
  bool is_open = false;
  *known = pointsman_rule_lookup_is_open(&asked, &is_open);
  return is_open;
}

local_time_t desk_now(void) {
  local_time_t now;
  pointsman_rule_lookup_now(&now);
  return now;
}

bool contains(const char *keyword) {
  text_t asked = text_of(keyword);
  return pointsman_rule_lookup_contains(&asked);
}

bool contains_any(const char *const *keywords, size_t count) {
  rule_list_string_t asked = {.ptr = malloc(sizeof(text_t) * (count + 1)), .len = count};
  for (size_t i = 0; i < count; i++) asked.ptr[i] = text_of(keywords[i]);
  return pointsman_rule_lookup_contains_any(&asked);
}

text_t original_text(void) {
  text_t text;
  pointsman_rule_lookup_original_text(&text);
  return text;
}

bool attribute(const char *name, text_t *value) {
  text_t asked = text_of(name);
  return pointsman_rule_lookup_attribute(&asked, value);
}

void print(const char *line) {
  text_t text = text_of(line);
  pointsman_rule_log_print(&text);
}

bool text_is(text_t text, const char *words) {
  return text.len == strlen(words) && memcmp(text.ptr, words, text.len) == 0;
}

bool has_tag(const conversation_t *conversation, const char *tag) {
  for (size_t i = 0; i < conversation->tags.len; i++)
    if (text_is(conversation->tags.ptr[i], tag)) return true;
  return false;
}

uint8_t skill_level(const candidate_t *agent, const char *skill) {
  for (size_t i = 0; i < agent->skills.len; i++)
    if (text_is(agent->skills.ptr[i].name, skill)) return agent->skills.ptr[i].level;
  return 0;
}

char *with_number(const char *before, int64_t number, const char *after) {
  char digits[20]; // of a 64-bit number: 19, and the sign
  size_t first = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do digits[--first] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0) digits[--first] = '-';
  size_t before_len = strlen(before), digits_len = sizeof digits - first, after_len = strlen(after);
  char *text = malloc(before_len + digits_len + after_len + 1);
  memcpy(text, before, before_len);
  memcpy(text + before_len, digits + first, digits_len);
  memcpy(text + before_len + digits_len, after, after_len + 1);
  return text;
}

bool to_int(text_t text, int64_t *number) {
  size_t at = text.len > 0 && text.ptr[0] == '-';
  if (at == text.len) return false;
  int64_t value = 0;
  for (; at < text.len; at++) {
    int digit = text.ptr[at] - '0';
    if (digit < 0 || digit > 9) return false;
    if (value < (INT64_MIN + digit) / 10) return false;
    value = value * 10 - digit;
  }
  // Counted below zero, where there is one number more.
  bool is_negative = text.ptr[0] == '-';
  if (!is_negative && value == INT64_MIN) return false;
  *number = is_negative ? value : -value;
  return true;
}

// The exports of the hooks that the module has.

#if defined HOOK_ROUTE || defined HOOK_ON_MESSAGE || defined HOOK_ON_WAIT
// Hands over effects, or the error; true if there is none.
static bool hand_over(const effects_t *answer, effect_t **items, size_t *count, text_t *error) {
  if (answer->error) {
    *error = text_of(answer->error);
    return false;
  }
  *count = answer->count;
  *items = malloc(sizeof(effect_t) * (answer->count + 1));
  memcpy(*items, answer->items, sizeof(effect_t) * answer->count);
  return true;
}
#endif

#ifdef HOOK_ROUTE
bool exports_pointsman_rule_route_route(conversation_t *conversation, customer_t *customer,
                                        exports_pointsman_rule_route_list_effect_t *effects, text_t *error) {
  effects_t answer = {.count = 0};
  route(conversation, customer, &answer);
  return hand_over(&answer, &effects->ptr, &effects->len, error);
}
#endif

#ifdef HOOK_ON_MESSAGE
bool exports_pointsman_rule_on_message_on_message(conversation_t *conversation, message_t *message,
                                                  customer_t *customer,
                                                  exports_pointsman_rule_on_message_list_effect_t *effects,
                                                  text_t *error) {
  effects_t answer = {.count = 0};
  on_message(conversation, message, customer, &answer);
  return hand_over(&answer, &effects->ptr, &effects->len, error);
}
#endif

#ifdef HOOK_ON_WAIT
bool exports_pointsman_rule_on_wait_on_wait(conversation_t *conversation, customer_t *customer,
                                            exports_pointsman_rule_on_wait_list_effect_t *effects, text_t *error) {
  effects_t answer = {.count = 0};
  on_wait(conversation, customer, &answer);
  return hand_over(&answer, &effects->ptr, &effects->len, error);
}
#endif

#ifdef HOOK_RANK
bool exports_pointsman_rule_rank_rank(exports_pointsman_rule_rank_list_candidate_t *agents,
                                      conversation_t *conversation, customer_t *customer,
                                      rule_list_option_f64_t *scores, text_t *error) {
  scores->ptr = malloc(sizeof(rule_option_f64_t) * (agents->len + 1));
  scores->len = agents->len;
  for (size_t i = 0; i < agents->len; i++) {
    score_t said = rank(&agents->ptr[i], conversation, customer);
    if (said.error) {
      *error = text_of(said.error);
      return false;
    }
    scores->ptr[i] = (rule_option_f64_t){.is_some = said.is_some, .val = said.score};
  }
  return true;
}
#endif
