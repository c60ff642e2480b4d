// Outside office hours: a ticket for what is urgent, the bot for what it knows, and a message for the rest. In C.
#include "pointsman.h"

static const char *const URGENT[] = {"盗号", "被盗", "诈骗", "扣了两次", "urgent", "stolen"};
static const char *const BOT_KNOWS[] = {"物流", "快递", "发票", "tracking", "invoice"};

#define SAYS_ANY(words) contains_any(words, sizeof(words) / sizeof(*(words)))

void route(const conversation_t *conversation, const customer_t *customer, effects_t *answer) {
  bool known;
  bool is_open = desk_is_open("business", &known);
  if (!known) {
    fail(answer, "there are no business hours `business`");
    return;
  }
  if (is_open || has_tag(conversation, "值班")) return;

  local_time_t now = desk_now();
  print(with_number("outside office hours, hour ", now.hour, ""));
  tag(answer, "下班");
  if (customer->vip > 0 || SAYS_ANY(URGENT)) {
    offer_ticket(answer);
    priority(answer, customer->vip > 1 ? 7 : 5);
    reply(answer, "现在是下班时间,已为您登记加急工单,值班同事会尽快联系您。");
  } else if (SAYS_ANY(BOT_KNOWS)) {
    to_bot(answer, "faq");
  } else {
    offer_leave_message(answer);
    // At night, or on the weekend, the answer takes until the next working day.
    bool is_weekend = now.weekday > 5;
    reply(answer, is_weekend ? "请留言,我们周一上班后回复您。" : "请留言,我们上班后回复您。");
  }
}
