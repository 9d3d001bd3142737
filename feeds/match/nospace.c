/*
 * Substring search over code points: one probe by the first two characters at
 * every place of a text that has such a script at all.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "match/fold.h"
#include "match/fold_data.h"
#include "match/nospace.h"
#include "match/set.h"

enum { KATAKANA_DOT = 0x30fb, MIDDLE_DOT = 0xb7, ZERO_WIDTH_SPACE = 0x200b };

bool
nospace_is_name(const char *name)
{
	const char *end = name + strlen(name);
	uint32_t code = 0;
	unsigned n;

	for (; name<end; name += n> 0 ? n : 1) {
		n = fold_decode(name, end, &code);
		if (n > 0 && (fold_class(code) & FOLD_NOSPACE))
			return true;
	}
	return false;
}

/* Half-width Katakana as full-width; voiced marks stay apart. */
static uint32_t
widen_katakana(uint32_t code)
{
	static const uint16_t wide[] = {0x30f2, 0x30a1, 0x30a3, 0x30a5, 0x30a7,
	    0x30a9, 0x30e3, 0x30e5, 0x30e7, 0x30c3, 0x30fc, 0x30a2, 0x30a4,
	    0x30a6, 0x30a8, 0x30aa, 0x30ab, 0x30ad, 0x30af, 0x30b1, 0x30b3,
	    0x30b5, 0x30b7, 0x30b9, 0x30bb, 0x30bd, 0x30bf, 0x30c1, 0x30c4,
	    0x30c6, 0x30c8, 0x30ca, 0x30cb, 0x30cc, 0x30cd, 0x30ce, 0x30cf,
	    0x30d2, 0x30d5, 0x30d8, 0x30db, 0x30de, 0x30df, 0x30e0, 0x30e1,
	    0x30e2, 0x30e4, 0x30e6, 0x30e8, 0x30e9, 0x30ea, 0x30eb, 0x30ec,
	    0x30ed, 0x30ef, 0x30f3, 0x3099, 0x309a};

	return code >= 0xff66 && code <= 0xff9f ? wide[code - 0xff66] : code;
}

/* The compatibility forms that occur in these scripts become the usual ones. */
static uint32_t
normal(uint32_t code)
{
	if (code >= 0xff01 && code <= 0xff5e)
		return code - 0xff01 + '!';
	return widen_katakana(code);
}

/* Kana with a voiced mark behind it, as one character; 0: there is none. */
static uint32_t
voiced(uint32_t kana, uint32_t mark)
{
	bool row_h = (kana >= 0x30cf && kana <= 0x30db) ||
		     (kana >= 0x306f && kana <= 0x307b);

	if (mark == 0x309a)
		return row_h ? kana + 2 : 0;
	if (mark != 0x3099)
		return 0;
	if (kana == 0x30a6)
		return 0x30f4;
	return (kana >= 0x30ab && kana <= 0x30c8) ||
		       (kana >= 0x304b && kana <= 0x3068) || row_h
		   ? kana + 1
		   : 0;
}

static bool
is_katakana(uint32_t code)
{
	return code >= 0x30a1 && code <= 0x30fe && code != KATAKANA_DOT;
}

/* Puts a character behind count others; returns their new number. */
static size_t
put(uint32_t *codes, size_t count, uint32_t code)
{
	uint32_t both;

	code = normal(code);
	both = count > 0 ? voiced(codes[count - 1], code) : 0;
	if (both != 0) {
		codes[count - 1] = both;
		return count;
	}
	codes[count] = code;
	return count + 1;
}

void
nospace_add_name(const char *name, struct buf *out)
{
	size_t len = strlen(name), count = 0;
	const char *end = name + len;
	uint32_t *codes =
	    (uint32_t *)(void *)buf_reserve(out, len * sizeof(*codes));
	uint32_t code = 0;
	unsigned n;

	for (; name<end; name += n> 0 ? n : 1) {
		n = fold_decode(name, end, &code);
		if (n > 0 && code != ' ' && code != KATAKANA_DOT &&
		    code != MIDDLE_DOT)
			count = put(codes, count, code);
	}
	out->len += count * sizeof(*codes);
}

uint32_t
nospace_bucket(const uint32_t *codes, size_t len, unsigned shift)
{
	uint64_t key = (uint64_t)codes[0] << 32 | (len > 1 ? codes[1] : 0);

	return (uint32_t)(set_mix(key * 0x9e3779b97f4a7c15ULL) >> shift);
}

/* The text without dots and zero-width spaces. */
struct flat {
	uint32_t *codes;
	uint32_t *offsets; /* of each code; one more: the text's length */
	size_t len;
};

/* Whether one of eight bytes is the first of a character from U+0800 on: has
 * its upper three bits set. */
static bool
has_far_lead(const char *p)
{
	uint64_t bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return bytes & bytes << 1 & bytes << 2 & 0x8080808080808080ULL;
}

static bool
has_nospace(const char *p, const char *end)
{
	uint32_t code = 0;

	for (; p < end; p++) {
		if (end - p >= 8 && !has_far_lead(p)) {
			p += 7;
			continue;
		}
		if ((unsigned char)*p >= 0xe0 && (unsigned char)*p < 0xea &&
		    fold_decode(p, end, &code) == 3 &&
		    (fold_class(code) & FOLD_NOSPACE))
			return true;
	}
	return false;
}

static void
flatten(struct flat *flat, const char *text, size_t len, struct buf *memory)
{
	const char *p = text, *end = text + len;
	uint32_t code = 0;
	size_t before;
	unsigned n;

	flat->codes = (uint32_t *)(void *)buf_reserve(
	    memory, (2 * len + 2) * sizeof(uint32_t));
	flat->offsets = flat->codes + len + 1;
	flat->len = 0;
	for (; p<end; p += n> 0 ? n : 1) {
		n = fold_decode(p, end, &code);
		if (n == 0)
			code = 0xfffd;
		if (code == KATAKANA_DOT || code == MIDDLE_DOT ||
		    code == ZERO_WIDTH_SPACE)
			continue;
		before = flat->len;
		flat->len = put(flat->codes, flat->len, code);
		if (flat->len > before)
			flat->offsets[before] = (uint32_t)(p - text);
	}
	flat->offsets[flat->len] = (uint32_t)len;
}

/* Where the text of a name ends that begins at `at`: skipped dots at its end
 * are not part of it. */
static size_t
end_of(const struct flat *flat, const char *text, size_t last)
{
	size_t from = flat->offsets[last], to = flat->offsets[last + 1];
	const char *p = text + from;
	uint32_t code = 0;
	unsigned n = fold_decode(p, text + to, &code);

	while (n > 0 && from + n < to) {
		unsigned more = fold_decode(p + n, text + to, &code);

		code = normal(code);
		if (more == 0 || (code != 0x3099 && code != 0x309a))
			break;
		n += more;
	}
	return from + n;
}

/* A Katakana name must be the whole run of Katakana. */
static bool
is_whole(const struct flat *flat, size_t at, size_t len, const char *text)
{
	bool parted = at > 0 && end_of(flat, text, at - 1) != flat->offsets[at];
	size_t end = at + len;

	if (at > 0 && !parted && is_katakana(flat->codes[at]) &&
	    is_katakana(flat->codes[at - 1]))
		return false;
	parted = end_of(flat, text, end - 1) != flat->offsets[end];
	return !(end < flat->len && !parted &&
		 is_katakana(flat->codes[end - 1]) &&
		 is_katakana(flat->codes[end]));
}

struct search {
	const struct set_view *view;
	const struct flat *flat;
	const char *text;
	nospace_on_name on_name;
	void *arg;
};

/* Tries the names whose first `begin` characters are hashed. */
static void
try_names(const struct search *s, size_t at, size_t begin)
{
	const struct set_view *view = s->view;
	const uint32_t *codes = s->flat->codes + at;
	uint32_t bucket =
	    nospace_bucket(codes, begin, view->header->plain_shift);
	uint32_t i = view->plain_buckets[bucket];

	for (; i < view->plain_buckets[bucket + 1]; i++) {
		const struct set_plain *plain = &view->plain[i];
		size_t start = s->flat->offsets[at];

		if (plain->len > s->flat->len - at ||
		    (plain->len > 1 ? 2 : 1) != begin ||
		    memcmp(codes, view->codes + plain->letters,
			plain->len * sizeof(*codes)) != 0 ||
		    !is_whole(s->flat, at, plain->len, s->text))
			continue;
		s->on_name(s->arg, plain->name, start,
		    end_of(s->flat, s->text, at + plain->len - 1) - start);
	}
}

void
nospace_scan(const struct set_view *view, const char *text, size_t len,
    nospace_on_name on_name, void *arg)
{
	struct buf memory = BUF_INIT;
	struct flat flat;
	struct search search = {view, &flat, text, on_name, arg};

	if (view->plain_len == 0 || !has_nospace(text, text + len))
		return;
	flatten(&flat, text, len, &memory);
	for (size_t i = 0; i < flat.len; i++) {
		if (i + 1 < flat.len)
			try_names(&search, i, 2);
		if (view->header->plain_single)
			try_names(&search, i, 1);
	}
	buf_clear(&memory);
}
