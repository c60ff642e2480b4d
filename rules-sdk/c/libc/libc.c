// The part of the C library that a module needs, without any import. Every call of a rule gets a fresh memory, so
// nothing is ever given back.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 65536

extern unsigned char __heap_base; // made by the linker

static uintptr_t free_from;

// What was handed out is preceded by its size, for `realloc`.
void *malloc(size_t size) {
  if (free_from == 0) free_from = (uintptr_t)&__heap_base;
  uintptr_t memory = ((free_from + 15) & ~(uintptr_t)15) + 16;
  uint64_t end = (uint64_t)memory + size;
  uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) * PAGE;
  if (end > have) {
    uint64_t pages = (end - have + PAGE - 1) / PAGE;
    if (pages > UINT16_MAX || __builtin_wasm_memory_grow(0, (size_t)pages) == SIZE_MAX) abort();
  }
  free_from = (uintptr_t)end;
  *(size_t *)(memory - 16) = size;
  return (void *)memory;
}

void *calloc(size_t count, size_t size) {
  size_t total;
  if (__builtin_mul_overflow(count, size, &total)) abort();
  return malloc(total); // fresh memory is zero
}

void *realloc(void *old, size_t size) {
  void *memory = malloc(size);
  if (old) {
    size_t old_size = *(size_t *)((uintptr_t)old - 16);
    memcpy(memory, old, old_size < size ? old_size : size);
  }
  return memory;
}

void free(void *memory) { (void)memory; }

_Noreturn void abort(void) { __builtin_trap(); }

// With bulk memory the compiler makes one instruction of each of these.
void *memcpy(void *restrict to, const void *restrict from, size_t size) { return __builtin_memcpy(to, from, size); }
void *memmove(void *to, const void *from, size_t size) { return __builtin_memmove(to, from, size); }
void *memset(void *to, int byte, size_t size) { return __builtin_memset(to, byte, size); }

int memcmp(const void *a, const void *b, size_t size) {
  const unsigned char *left = a, *right = b;
  for (size_t i = 0; i < size; i++)
    if (left[i] != right[i]) return left[i] - right[i];
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

int strcmp(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (unsigned char)*a - (unsigned char)*b;
}
