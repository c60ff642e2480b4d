// The test kit: runs a rule's hooks natively, against a desk that the test makes up. What it was not told of, it does not
// know.
#ifndef POINTSMAN_FAKE_DESK_H
#define POINTSMAN_FAKE_DESK_H

#include "pointsman.h"

// Forgets everything, also what was printed. The time is Monday, 2 March 2026, 10:00.
void fake_desk_clear(void);
// With this group.
void fake_desk_group(const char *name, group_t group);
// With these business hours, open or not.
void fake_desk_hours(const char *name, bool is_open);
// With this attribute of the customer.
void fake_desk_attribute(const char *name, const char *value);
// At this time.
void fake_desk_at(local_time_t now);
// With these words of the visitor. `contains` finds a keyword in them byte by byte, which is less than the real one does.
void fake_desk_words(const char *words);
// The lines printed so far, each ended by a newline.
const char *fake_desk_printed(void);

// Whether the answer has this effect, with this text or number; a text of NULL stands for any.
bool has_text(const effects_t *answer, uint8_t which, const char *text);
bool has_number(const effects_t *answer, uint8_t which, uint64_t number);

// Ends the test, with the place, where `claim` does not hold.
#define CHECK(claim) check((claim), #claim, __FILE__, __LINE__)
void check(bool holds, const char *claim, const char *file, int line);

#endif
