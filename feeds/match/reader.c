/*
 * Masks of each 64 bytes, letters and hard bytes, give words by counting bits.
 * A word with a hard byte goes to fold_next. Without SSE2 all do.
 */
#include <string.h>

#include "match/fold.h"
#include "match/reader.h"

/* Leaves the word at *p or behind it to fold_next. */
static bool
read_plainly(const char **p, const char *end, struct reader_word *word)
{
	struct fold_word whole;

	if (!fold_next(p, end, &whole))
		return false;
	word->start = whole.start;
	word->head = reader_head(whole.letter, whole.len);
	word->capital = whole.capital;
	return true;
}

#ifdef __SSE2__
#include <emmintrin.h>

#define LANE 16 /* bytes of a vector */

static __m128i
load(const char *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static uint64_t
mask_of(__m128i bytes)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(bytes);
}

static __m128i
is_byte(__m128i bytes, char byte)
{
	return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
}

/* Bytes from first to last; both below 0x80. */
static __m128i
bytes_between(__m128i bytes, char first, char last)
{
	return _mm_and_si128(
	    _mm_cmpgt_epi8(bytes, _mm_set1_epi8((char)(first - 1))),
	    _mm_cmpgt_epi8(_mm_set1_epi8((char)(last + 1)), bytes));
}

/* What the bytes of a block are, a bit for each. */
struct kinds {
	uint64_t ascii;      /* letters and digits */
	uint64_t beyond;     /* all that is not ASCII */
	uint64_t lead;       /* first of a character beyond ASCII */
	uint64_t cyrillic;   /* first of one from U+0400 to U+047F */
	uint64_t apostrophe; /* ' and ` */
};

static void
tell_kinds(const char *p, unsigned at, struct kinds *kinds)
{
	__m128i bytes = load(p + at);
	__m128i small = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
	__m128i top = _mm_and_si128(bytes, _mm_set1_epi8((char)0xc0));
	__m128i pair = _mm_and_si128(bytes, _mm_set1_epi8((char)0xfe));

	kinds->ascii |= mask_of(_mm_or_si128(bytes_between(small, 'a', 'z'),
			    bytes_between(bytes, '0', '9')))
			<< at;
	kinds->beyond |= mask_of(bytes) << at;
	kinds->lead |= mask_of(is_byte(top, '\xc0')) << at;
	kinds->cyrillic |= mask_of(is_byte(pair, '\xd0')) << at;
	kinds->apostrophe |=
	    mask_of(_mm_or_si128(is_byte(bytes, '\''), is_byte(bytes, '`')))
	    << at;
}

/* Bytes that make a word hard: characters but ASCII and U+0400 to U+047F, a
 * change between the two, bytes that are not UTF-8, and the last letter before
 * an apostrophe that may be part of the word. */
static uint64_t
hard_bytes(const struct kinds *kinds)
{
	uint64_t tails = kinds->beyond & ~kinds->lead;
	uint64_t near = kinds->beyond << 1 | kinds->beyond >> 1;

	return (kinds->lead & ~kinds->cyrillic) | (kinds->ascii & near) |
	       (kinds->cyrillic & ~(tails >> 1)) |
	       (tails & ~(kinds->cyrillic << 1)) |
	       (tails & kinds->apostrophe >> 1);
}

/* Looks at the 64 bytes from p on. A word up to their end may go on: it is left
 * to the next block, unless it is all of this one. */
static void
look_at(struct reader *r, const char *p)
{
	struct kinds kinds = {.ascii = 0};
	size_t left = (size_t)(r->end - p);

	r->block = r->bytes = p;
	if (left < sizeof(r->tail)) {
		memset(r->tail, 0, sizeof(r->tail));
		memcpy(r->tail, p, left);
		r->bytes = r->tail;
	}
	for (unsigned i = 0; i < READER_BLOCK; i += LANE)
		tell_kinds(r->bytes, i, &kinds);
	r->letters = kinds.ascii | kinds.beyond;
	r->hard = hard_bytes(&kinds);
	r->next = READER_BLOCK;
	if (r->letters >> 63 && ~r->letters != 0) {
		r->next -= __builtin_clzll(~r->letters);
		r->letters &= ~(~0ULL << r->next);
	}
}

/* Keeps the first len letters of a head. */
static uint64_t
keep(unsigned len)
{
	return ~0ULL >> (64 - 8 * (len < 8 ? len : 8));
}

/* Of len bytes of ASCII. */
static bool
read_ascii(const char *p, unsigned len, struct reader_word *word)
{
	uint64_t bytes;

	memcpy(&bytes, p, sizeof(bytes));
	word->head = (bytes | 0x2020202020202020ULL) & keep(len);
	word->capital = *p < 'a';
	return true;
}

/* Of letters from U+0410 to U+045C; false when there are others. */
static bool
read_cyrillic(const char *p, unsigned len, struct reader_word *word)
{
	__m128i text = load(p);
	__m128i leads =
	    _mm_slli_epi16(_mm_and_si128(text, _mm_set1_epi16(1)), 6);
	__m128i tails =
	    _mm_and_si128(_mm_srli_epi16(text, 8), _mm_set1_epi16(0x3f));
	__m128i low =
	    _mm_packus_epi16(_mm_or_si128(leads, tails), _mm_setzero_si128());
	__m128i large = _mm_cmpgt_epi8(_mm_set1_epi8(0x30), low);
	__m128i bad = _mm_or_si128(is_byte(low, 0x50),
	    _mm_or_si128(_mm_cmpgt_epi8(_mm_set1_epi8(0x10), low),
		_mm_cmpgt_epi8(low, _mm_set1_epi8(0x5c))));
	uint64_t kept = keep(len / 2), head, wrong;

	low = _mm_add_epi8(low, _mm_and_si128(large, _mm_set1_epi8(0x20)));
	low = _mm_sub_epi8(
	    low, _mm_and_si128(is_byte(low, 0x51), _mm_set1_epi8(0x1c)));
	_mm_storel_epi64((__m128i *)(void *)&head, low);
	_mm_storel_epi64((__m128i *)(void *)&wrong, bad);
	word->head = head & kept;
	word->capital = (*p == '\xd0') & ((unsigned char)p[1] < 0xb0);
	return (wrong & kept) == 0;
}

/* Whether it may be II to XX in capitals, also typed with Cyrillic letters. */
static bool
may_be_numeral(const struct reader_word *word)
{
	/* i v x U+0456 U+0445, less 0x40 */
	const uint64_t first = 1ULL << 0x29 | 1ULL << 0x36 | 1ULL << 0x38 |
			       1ULL << 0x16 | 1ULL << 0x05;

	return (first >> (word->head & 0x3f)) & (word->head >> 6 & 1) &
	       word->capital & (word->head >> 40 == 0);
}

/* The word of len bytes at p, if it is an easy one. */
static bool
read_easily(const char *p, unsigned len, struct reader_word *word)
{
	bool known = (signed char)*p >= 0 ? read_ascii(p, len, word)
					  : read_cyrillic(p, len, word);

	return known & !may_be_numeral(word);
}

void
reader_init(struct reader *r, const char *text, const char *end)
{
	r->end = end;
	look_at(r, text);
}

/* Leaves the first of the words that start there to fold_next; how many it
 * reads, 0 at the end of the text. */
static unsigned
read_hard(struct reader *r, uint64_t starts, struct reader_word *word)
{
	const char *p = r->block + __builtin_ctzll(starts);
	bool found = read_plainly(&p, r->end, word);

	if (p - r->block < r->next) {
		r->letters &= ~0ULL << (p - r->block);
		r->hard &= ~0ULL << (p - r->block);
	} else {
		look_at(r, p);
	}
	return found;
}

/* Reads words of the block up to its end or behind a hard one; how many. */
static unsigned
read_block(struct reader *r, struct reader_word *words)
{
	unsigned count = 0, hard;
	uint64_t starts, ends;

	starts = r->letters & ~(r->letters << 1);
	ends = ~r->letters & r->letters << 1;
	hard = r->hard != 0 ? (unsigned)__builtin_ctzll(r->hard) : READER_BLOCK;
	for (; ends != 0; ends &= ends - 1, starts &= starts - 1) {
		unsigned at = (unsigned)__builtin_ctzll(starts);
		unsigned end = (unsigned)__builtin_ctzll(ends);

		if (end > hard ||
		    !read_easily(r->bytes + at, end - at, &words[count]))
			break;
		words[count++].start = r->block + at;
	}
	if (starts != 0)
		return count + read_hard(r, starts, &words[count]);
	r->letters = 0;
	return count;
}

unsigned
reader_next(struct reader *r, struct reader_word words[READER_WORDS])
{
	unsigned count = 0;

	while (count <= READER_WORDS - READER_BLOCK / 2) {
		if (r->letters != 0)
			count += read_block(r, &words[count]);
		else if (r->end - r->block <= r->next)
			return count;
		else
			look_at(r, r->block + r->next);
	}
	return count;
}

#else

void
reader_init(struct reader *r, const char *text, const char *end)
{
	r->block = text;
	r->end = end;
}

unsigned
reader_next(struct reader *r, struct reader_word words[READER_WORDS])
{
	return read_plainly(&r->block, r->end, words);
}

#endif
