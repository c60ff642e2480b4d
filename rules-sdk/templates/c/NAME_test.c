#include "fake_desk.h"

#include <string.h>

static effects_t ask(const char *words, bool returning) {
  fake_desk_clear();
  fake_desk_words(words);
  conversation_t conversation = {.messages = 1};
  customer_t customer = {.returning = returning};
  effects_t answer = {.count = 0};
  route(&conversation, &customer, &answer);
  return answer;
}

int main(void) {
  effects_t back = ask("where is my refund?", true);
  CHECK(has_number(&back, POINTSMAN_RULE_TYPES_EFFECT_PRIORITY, 6));
  CHECK(has_text(&back, POINTSMAN_RULE_TYPES_EFFECT_TAG, "refund"));
  CHECK(strcmp(fake_desk_printed(), "about a refund, priority 6\n") == 0);

  effects_t other = ask("hello", true);
  CHECK(other.count == 0);
  return 0;
}
