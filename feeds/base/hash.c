/*
 * Multiply-and-fold hash over eight bytes at a time, little-endian on every
 * machine because its values are stored.
 */
#include <endian.h>
#include <string.h>

#include "base/hash.h"

#define MIX_A 0x9e3779b97f4a7c15ULL
#define MIX_B 0xd6e8feb86659fd93ULL

static uint64_t
fold(uint64_t a, uint64_t b)
{
	unsigned __int128 wide = (unsigned __int128)a * b;

	return (uint64_t)wide ^ (uint64_t)(wide >> 64);
}

static uint64_t
fold_word(uint64_t hash, const unsigned char *p)
{
	uint64_t word;

	memcpy(&word, p, 8);
	return fold(hash ^ le64toh(word), MIX_A);
}

uint64_t
hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint64_t hash = seed ^ fold(len ^ MIX_A, MIX_B);
	unsigned char last[8] = {0};

	for (; len >= 8; len -= 8, p += 8)
		hash = fold_word(hash, p);
	if (len > 0) {
		memcpy(last, p, len);
		hash = fold_word(hash, last);
	}
	return fold(hash ^ MIX_B, MIX_A);
}

/* Four words side by side: none waits for the product of the one before. */
uint64_t
hash_quick(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint64_t a = seed, b = seed ^ MIX_A, c = seed ^ MIX_B, d = ~seed;
	size_t left = len;

	for (; left >= 32; left -= 32, p += 32) {
		a = fold_word(a, p);
		b = fold_word(b, p + 8);
		c = fold_word(c, p + 16);
		d = fold_word(d, p + 24);
	}
	a = fold(a ^ len, MIX_A) ^ b;
	c = fold(c, MIX_B) ^ d;
	return hash_bytes(fold(a, MIX_A) ^ c, p, left);
}

uint64_t
hash_str(uint64_t seed, const char *string)
{
	return hash_bytes(seed, string, strlen(string));
}
