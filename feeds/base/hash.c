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

uint64_t
hash_bytes(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	uint64_t hash = seed ^ fold(len ^ MIX_A, MIX_B);
	uint64_t word;

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		hash = fold(hash ^ le64toh(word), MIX_A);
	}
	if (len > 0) {
		word = 0;
		memcpy(&word, p, len);
		hash = fold(hash ^ le64toh(word), MIX_A);
	}
	return fold(hash ^ MIX_B, MIX_A);
}

uint64_t
hash_str(uint64_t seed, const char *string)
{
	return hash_bytes(seed, string, strlen(string));
}
