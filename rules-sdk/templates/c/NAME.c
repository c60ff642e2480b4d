// The rule {{name}}: whoever comes back about a refund comes first.
#include "pointsman.h"

void route(const conversation_t *conversation, const customer_t *customer, effects_t *answer) {
  (void)conversation;
  if (!contains("退款") && !contains("refund")) return;
  uint8_t level = customer->returning ? 6 : 4;
  print(with_number("about a refund, priority ", level, ""));
  priority(answer, level);
  tag(answer, "refund");
}
