# Builds and tests a rule in C. The project's Makefile sets SDK (this folder), NAME (its source is NAME.c, its test
# NAME_test.c) and HOOKS (of: route on_message on_wait rank), and includes this.
#
# Needs clang with the target wasm32, and wasm-ld; on Debian: apt install clang lld make.

CLANG ?= clang
CC ?= cc

defines := $(foreach hook,$(HOOKS),-DHOOK_$(shell echo $(hook) | tr a-z A-Z))
warnings := -std=c11 -Wall -Wextra -Werror
sources := $(SDK)/pointsman.c $(SDK)/bindings/rule.c $(SDK)/libc/libc.c

# A call gets a fresh memory: a small stack makes a small memory, and that is quick. The stack comes first in it, so that
# an overflow is a trap. Function names are kept, for traces.
$(NAME).wasm: $(NAME).c $(sources) $(SDK)/pointsman.h $(SDK)/rule.mk
	$(CLANG) --target=wasm32-unknown-unknown -Os -mbulk-memory -ffreestanding -nostdlib $(warnings) $(defines) \
	  -isystem $(SDK)/libc -I $(SDK) \
	  -Wl,--no-entry,--stack-first,-z,stack-size=65536,--gc-sections,--strip-debug \
	  -o $@ $(NAME).c $(sources) $(HOOKS:%=$(SDK)/bindings/%.o)

$(NAME)_test: $(NAME)_test.c $(NAME).c $(SDK)/pointsman.c $(SDK)/fake_desk.c $(SDK)/pointsman.h $(SDK)/fake_desk.h
	$(CC) -g $(warnings) -I $(SDK) -o $@ $(NAME)_test.c $(NAME).c $(SDK)/pointsman.c $(SDK)/fake_desk.c

.PHONY: test clean
test: $(NAME)_test
	./$(NAME)_test

clean:
	rm -f $(NAME).wasm $(NAME)_test
