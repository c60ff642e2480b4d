#include "fake_desk.h"

#define EFFECT(name) POINTSMAN_RULE_TYPES_EFFECT_##name

static effects_t ask(const char *words, bool is_open, uint8_t vip) {
  fake_desk_clear();
  fake_desk_hours("business", is_open);
  fake_desk_words(words);
  conversation_t conversation = {.messages = 1};
  customer_t customer = {.vip = vip};
  effects_t answer = {.count = 0};
  route(&conversation, &customer, &answer);
  return answer;
}

int main(void) {
  effects_t open = ask("我的快递", true, 0);
  CHECK(open.count == 0);

  effects_t urgent = ask("我被盗号了", false, 0);
  CHECK(has_text(&urgent, EFFECT(TAG), "下班") && has_number(&urgent, EFFECT(PRIORITY), 5));
  CHECK(urgent.items[1].tag == EFFECT(OFFER_TICKET));
  CHECK(text_is((text_t){(uint8_t *)fake_desk_printed(), 29}, "outside office hours, hour 10"));

  effects_t gold = ask("您好", false, 2);
  CHECK(has_number(&gold, EFFECT(PRIORITY), 7));

  effects_t known = ask("快递到哪了", false, 0);
  CHECK(has_text(&known, EFFECT(TO_BOT), "faq"));

  effects_t rest = ask("您好", false, 0);
  CHECK(has_text(&rest, EFFECT(REPLY), "请留言,我们上班后回复您。"));

  fake_desk_clear();
  effects_t unknown = {.count = 0};
  route(&(conversation_t){0}, &(customer_t){0}, &unknown);
  CHECK(unknown.error && unknown.count == 0);

  int64_t number = 0;
  CHECK(to_int((text_t){(uint8_t *)"-9223372036854775808", 20}, &number) && number == INT64_MIN);
  CHECK(!to_int((text_t){(uint8_t *)"9223372036854775808", 19}, &number));
  CHECK(!to_int((text_t){(uint8_t *)"12a", 3}, &number) && !to_int((text_t){(uint8_t *)"-", 1}, &number));
  return 0;
}
