// The desk of the test kit. Everything lives until the test ends.
#include "fake_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 64
#define PRINTED_MAX 65536

typedef struct {
  const char *name;
  group_t group;
  bool is_open;
  const char *value;
} entry_t;

typedef struct {
  entry_t entries[ENTRIES_MAX];
  size_t count;
} table_t;

static table_t groups, hours, attributes;
static local_time_t time_now;
static const char *words;
static char printed[PRINTED_MAX];

void fake_desk_clear(void) {
  groups.count = hours.count = attributes.count = 0;
  time_now = (local_time_t){.year = 2026, .month = 3, .day = 2, .weekday = 1, .hour = 10};
  words = "";
  printed[0] = 0;
}

static void add(table_t *table, entry_t entry) {
  if (table->count == ENTRIES_MAX) {
    fputs("the fake desk is full\n", stderr);
    exit(1);
  }
  table->entries[table->count++] = entry;
}

// The last entry of the name stands.
static const entry_t *find(const table_t *table, const text_t *name) {
  for (size_t i = table->count; i-- > 0;)
    if (text_is(*name, table->entries[i].name)) return &table->entries[i];
  return NULL;
}

void fake_desk_group(const char *name, group_t group) { add(&groups, (entry_t){.name = name, .group = group}); }
void fake_desk_hours(const char *name, bool is_open) { add(&hours, (entry_t){.name = name, .is_open = is_open}); }
void fake_desk_attribute(const char *name, const char *value) {
  add(&attributes, (entry_t){.name = name, .value = value});
}
void fake_desk_at(local_time_t now) { time_now = now; }
void fake_desk_words(const char *said) { words = said; }
const char *fake_desk_printed(void) { return printed; }

bool pointsman_rule_lookup_group(text_t *name, group_t *group) {
  const entry_t *entry = find(&groups, name);
  if (entry) *group = entry->group;
  return entry != NULL;
}

bool pointsman_rule_lookup_is_open(text_t *name, bool *is_open) {
  const entry_t *entry = find(&hours, name);
  if (entry) *is_open = entry->is_open;
  return entry != NULL;
}

void pointsman_rule_lookup_now(local_time_t *now) { *now = time_now; }

bool pointsman_rule_lookup_contains(text_t *keyword) {
  size_t length = strlen(words);
  for (size_t at = 0; at + keyword->len <= length; at++)
    if (memcmp(words + at, keyword->ptr, keyword->len) == 0) return true;
  return false;
}

bool pointsman_rule_lookup_contains_any(rule_list_string_t *keywords) {
  for (size_t i = 0; i < keywords->len; i++)
    if (pointsman_rule_lookup_contains(&keywords->ptr[i])) return true;
  return false;
}

void pointsman_rule_lookup_original_text(text_t *text) {
  *text = (text_t){.ptr = (uint8_t *)words, .len = strlen(words)};
}

bool pointsman_rule_lookup_attribute(text_t *name, text_t *value) {
  const entry_t *entry = find(&attributes, name);
  if (entry) *value = (text_t){.ptr = (uint8_t *)entry->value, .len = strlen(entry->value)};
  return entry != NULL;
}

void pointsman_rule_log_print(text_t *line) {
  size_t length = strlen(printed);
  snprintf(printed + length, PRINTED_MAX - length, "%.*s\n", (int)line->len, (const char *)line->ptr);
}

bool has_text(const effects_t *answer, uint8_t which, const char *text) {
  for (size_t i = 0; i < answer->count; i++) {
    const effect_t *effect = &answer->items[i];
    // Every effect with a text begins with it.
    if (effect->tag == which && (!text || text_is(effect->val.tag, text))) return true;
  }
  return false;
}

bool has_number(const effects_t *answer, uint8_t which, uint64_t number) {
  for (size_t i = 0; i < answer->count; i++) {
    const effect_t *effect = &answer->items[i];
    bool is_wide = which == POINTSMAN_RULE_TYPES_EFFECT_WAIT_LIMIT_MS;
    if (effect->tag == which && number == (is_wide ? effect->val.wait_limit_ms : effect->val.priority)) return true;
  }
  return false;
}

void check(bool holds, const char *claim, const char *file, int line) {
  if (holds) return;
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
  exit(1);
}
