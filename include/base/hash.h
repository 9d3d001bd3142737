/*
 * A fast 64-bit hash for tables and for keys that are stored: the value of a
 * given input never changes between versions or machines.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Hashes len bytes; chain by giving the last result as the seed. Strangers
 * can find collisions: where they would gain by that, compare the bytes. */
uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t len);
uint64_t hash_str(uint64_t seed, const char *string);
/* The same, of other values, and faster on inputs of a hundred bytes and more.
 */
uint64_t hash_quick(uint64_t seed, const void *bytes, size_t len);

#endif
