/*
 * The decoder: holds back the head until its encoding is settled, then a
 * sample from the first byte outside of ASCII, then decodes as it comes.
 */
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "parse/decode.h"
#include "parse/encoding.h"
#include "parse/encoding_detect.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */
#define PIECE_LEN 8192             /* bytes converted at a time */

/*
 * HEAD --declaration seen--> ASCII --byte over 127--> SAMPLE --judged--> RUN
 *   \----- byte order mark, UTF-16, UTF-32, EBCDIC -----------------------^
 */
enum decode_state { HEAD, ASCII, SAMPLE, RUN };

struct decoder {
	decoder_sink sink;
	void *arg;
	char *content_type;
	enum decode_state state;
	struct encoding_head head;
	const struct encoding *foreseen; /* NULL: not yet */
	size_t marks; /* bytes of byte order marks to come, when foreseen */
	const struct encoding *encoding; /* in RUN; NULL: refused */
	const uint16_t *strays; /* characters of stray bytes; NULL: none yet */
	struct buf held;        /* head, sample, or the start of a character */
	struct buf out;
	iconv_t converter; /* of ENCODING_MULTI and ENCODING_STATE */
	bool has_converter;
	bool whole; /* finish was called */
};

struct decoder *
decoder_new(const char *content_type, decoder_sink sink, void *arg)
{
	struct decoder *d = xcalloc(1, sizeof(*d));

	d->sink = sink;
	d->arg = arg;
	d->content_type = xstrdup_null(content_type);
	return d;
}

void
decoder_free(struct decoder *d)
{
	if (d == NULL)
		return;
	if (d->has_converter)
		iconv_close(d->converter);
	free(d->content_type);
	buf_clear(&d->held);
	buf_clear(&d->out);
	free(d);
}

bool
decoder_is_refused(const struct decoder *d)
{
	return d->head.certain && d->head.encoding->kind == ENCODING_UTF7;
}

static void
flush(struct decoder *d)
{
	if (d->out.len > 0)
		d->sink(d->arg, d->out.data, d->out.len);
	buf_reset(&d->out);
}

static void
put(struct decoder *d, uint32_t code)
{
	char *end = buf_reserve(&d->out, 4);

	if (code == 0xFFFE || code == 0xFFFF || code > 0x10FFFF ||
	    (code & 0xFFFFF800) == 0xD800)
		code = 0xFFFD;
	if (code != 0xFEFF)
		d->out.len += utf8_encode(code, end);
	if (d->out.len >= PIECE_LEN)
		flush(d);
}

/* A byte that is no UTF-8 is what editors paste into it: windows-1252. */
static void
put_stray(struct decoder *d, unsigned char byte)
{
	if (d->strays == NULL)
		d->strays = encoding_table(encoding_find("windows-1252", 12));
	put(d, d->strays[byte]);
}

/* A character past U+FFFF whose two halves were each written as three bytes, as
 * CESU-8 has it: 6, or 0. */
static size_t
surrogate_pair_len(const char *s, size_t len)
{
	const unsigned char *b = (const unsigned char *)s;

	return len >= 6 && b[0] == 0xED && (b[1] & 0xF0) == 0xA0 &&
		       (b[2] & 0xC0) == 0x80 && b[3] == 0xED &&
		       (b[4] & 0xF0) == 0xB0 && (b[5] & 0xC0) == 0x80
		   ? 6
		   : 0;
}

static void
put_surrogate_pair(struct decoder *d, const char *s)
{
	const unsigned char *b = (const unsigned char *)s;

	put(d, 0x10000 + ((b[1] & 0xFU) << 16) + ((b[2] & 0x3FU) << 10) +
		   ((b[4] & 0xFU) << 6) + (b[5] & 0x3FU));
}

/* The first U+FFFE, U+FFFF or U+FEFF in valid UTF-8; NULL: none. */
static const char *
find_noncharacter(const char *s, size_t len)
{
	const char *end = s + len;

	while ((s = memchr(s, 0xEF, (size_t)(end - s))) != NULL) {
		unsigned char b = (unsigned char)s[1], c = (unsigned char)s[2];

		if ((b == 0xBF && c >= 0xBE) || (b == 0xBB && c == 0xBF))
			return s;
		s += 3;
	}
	return NULL;
}

static void
pass_valid(struct decoder *d, const char *s, size_t len)
{
	const char *bad;

	while ((bad = find_noncharacter(s, len)) != NULL) {
		size_t n = (size_t)(bad - s);

		if (n > 0)
			d->sink(d->arg, s, n);
		if (bad[1] == '\xBF')
			d->sink(d->arg, REPLACEMENT, 3);
		s += n + 3;
		len -= n + 3;
	}
	if (len > 0)
		d->sink(d->arg, s, len);
}

/* The functions below decode what they can and return how many bytes they
 * took; the rest is the start of a character. */

static size_t
run_utf8(struct decoder *d, const char *s, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = utf8_valid_len(s + done, len - done);

		pass_valid(d, s + done, n);
		done += n;
		if (done == len ||
		    (!d->whole && utf8_is_cut(s + done, len - done)))
			break;
		n = surrogate_pair_len(s + done, len - done);
		if (n > 0)
			put_surrogate_pair(d, s + done);
		else
			put_stray(d, (unsigned char)s[done]);
		done += n > 0 ? n : 1;
		flush(d);
	}
	return done;
}

static size_t
run_table(struct decoder *d, const char *s, size_t len)
{
	const uint16_t *table = encoding_table(d->encoding);

	for (size_t i = 0; i < len;) {
		size_t end = len - i < PIECE_LEN ? len : i + PIECE_LEN;
		char *out = buf_reserve(&d->out, (end - i) * 3);

		/* Two bytes a character, but for ASCII and signs. */
		for (; i < end; i++) {
			uint16_t code = table[(unsigned char)s[i]];

			if (code < 0x80)
				*out++ = (char)code;
			else if (code < 0x800) {
				*out++ = (char)(0xC0 | code >> 6);
				*out++ = (char)(0x80 | (code & 0x3F));
			} else
				out += utf8_encode(code, out);
		}
		d->out.len = (size_t)(out - d->out.data);
		flush(d);
	}
	return len;
}

static uint32_t
unit_16(const char *s, bool big)
{
	const unsigned char *p = (const unsigned char *)s;

	return big ? (uint32_t)(p[0] << 8 | p[1])
		   : (uint32_t)(p[1] << 8 | p[0]);
}

static size_t
run_utf16(struct decoder *d, const char *s, size_t len)
{
	bool big = d->encoding->kind != ENCODING_UTF16LE;
	size_t done = 0;

	while (done + 2 <= len) {
		uint32_t code = unit_16(s + done, big), low;

		if ((code & 0xFC00) == 0xD800) {
			if (done + 4 > len && !d->whole)
				break;
			low = done + 4 <= len ? unit_16(s + done + 2, big) : 0;
			if ((low & 0xFC00) == 0xDC00) {
				code = 0x10000 + ((code & 0x3FF) << 10) +
				       (low & 0x3FF);
				done += 2;
			}
		}
		put(d, code);
		done += 2;
	}
	flush(d);
	return done;
}

static size_t
run_utf32(struct decoder *d, const char *s, size_t len)
{
	bool big = d->encoding->kind != ENCODING_UTF32LE;
	size_t done;

	for (done = 0; done + 4 <= len; done += 4) {
		uint32_t first = unit_16(s + done, big);
		uint32_t second = unit_16(s + done + 2, big);

		put(d, big ? first << 16 | second : second << 16 | first);
	}
	flush(d);
	return done;
}

static size_t
run_iconv(struct decoder *d, const char *s, size_t len)
{
	char piece[PIECE_LEN];
	char *in = (char *)(uintptr_t)s;

	while (len > 0) {
		char *out = piece;
		size_t out_left = sizeof(piece), result;

		result = iconv(d->converter, &in, &len, &out, &out_left);
		pass_valid(d, piece, sizeof(piece) - out_left);
		if (result != (size_t)-1 || errno == E2BIG)
			continue;
		if (errno == EINVAL && !d->whole)
			break;
		d->sink(d->arg, REPLACEMENT, 3);
		in++;
		len--;
	}
	return (size_t)(in - s);
}

static void
open_converter(struct decoder *d)
{
	d->converter = iconv_open("UTF-8", d->encoding->name);
	d->has_converter = d->converter != (iconv_t)-1;
	if (!d->has_converter)
		d->encoding = encoding_find("utf-8", 5);
}

static size_t
run(struct decoder *d, const char *s, size_t len)
{
	switch (d->encoding->kind) {
	case ENCODING_UTF8:
		return run_utf8(d, s, len);
	case ENCODING_BYTE:
		return run_table(d, s, len);
	case ENCODING_UTF16:
	case ENCODING_UTF16LE:
	case ENCODING_UTF16BE:
		return run_utf16(d, s, len);
	case ENCODING_UTF32:
	case ENCODING_UTF32LE:
	case ENCODING_UTF32BE:
		return run_utf32(d, s, len);
	case ENCODING_MULTI:
	case ENCODING_STATE:
		return run_iconv(d, s, len);
	case ENCODING_UTF7:
		break;
	}
	return len;
}

/* Decodes, after what was held back of the last piece. */
static void
run_held(struct decoder *d, const char *s, size_t len)
{
	size_t done;

	if (d->held.len == 0) {
		done = run(d, s, len);
		buf_add(&d->held, s + done, len - done);
		return;
	}
	buf_add(&d->held, s, len);
	done = run(d, d->held.data, d->held.len);
	memmove(d->held.data, d->held.data + done, d->held.len - done);
	buf_truncate(&d->held, d->held.len - done);
}

static void
start_run(struct decoder *d, const struct encoding *encoding)
{
	d->encoding = encoding;
	d->state = RUN;
	if (encoding->kind == ENCODING_MULTI ||
	    encoding->kind == ENCODING_STATE)
		open_converter(d);
}

static size_t
ascii_len(const char *s, size_t len)
{
	size_t n = 0;
	uint64_t word;

	for (; n + sizeof(word) <= len; n += sizeof(word)) {
		memcpy(&word, s + n, sizeof(word));
		if ((word & 0x8080808080808080) != 0)
			break;
	}
	while (n < len && (unsigned char)s[n] < 0x80)
		n++;
	return n;
}

/* The first byte outside of ASCII. */
static void
end_ascii(struct decoder *d)
{
	if (d->foreseen != NULL)
		start_run(d, d->foreseen);
	else
		d->state = SAMPLE;
}

/* Passes what is ASCII; the first other byte begins the sample. */
static size_t
pass_ascii(struct decoder *d, const char *s, size_t len)
{
	size_t n = ascii_len(s, len);

	if (n > 0)
		d->sink(d->arg, s, n);
	if (n < len)
		end_ascii(d);
	return n;
}

static void step(struct decoder *d, const char *s, size_t len);

/* Takes up the held bytes again in the state that follows. */
static void
step_held(struct decoder *d, size_t skip)
{
	struct buf held = d->held;

	buf_init(&d->held);
	step(d, held.data + skip, held.len - skip);
	buf_clear(&held);
}

/* Adds to what is held until it has max bytes; how many were taken. */
static size_t
hold(struct decoder *d, const char *s, size_t len, size_t max)
{
	size_t n = max - d->held.len < len ? max - d->held.len : len;

	buf_add(&d->held, s, n);
	return n;
}

static size_t
step_head(struct decoder *d, const char *s, size_t len)
{
	size_t n = hold(d, s, len, ENCODING_HEAD_LEN);

	if (d->held.len < ENCODING_HEAD_LEN && !d->whole)
		return n;
	encoding_detect_head(
	    buf_str(&d->held), d->held.len, d->content_type, &d->head);
	if (d->head.certain)
		start_run(d, d->head.encoding);
	else
		d->state = ASCII;
	if (d->held.len > 0)
		step_held(d, d->head.skip);
	return n;
}

static size_t
step_sample(struct decoder *d, const char *s, size_t len)
{
	size_t n = hold(d, s, len, ENCODING_SAMPLE_LEN);

	if (d->held.len < ENCODING_SAMPLE_LEN && !d->whole)
		return n;
	start_run(
	    d, encoding_judge(&d->head, d->held.data, d->held.len, d->whole));
	step_held(d, 0);
	return n;
}

static void
step(struct decoder *d, const char *s, size_t len)
{
	size_t n = 0;

	do {
		switch (d->state) {
		case HEAD:
			n = step_head(d, s, len);
			break;
		case ASCII:
			n = pass_ascii(d, s, len);
			break;
		case SAMPLE:
			n = step_sample(d, s, len);
			break;
		case RUN:
			run_held(d, s, len);
			return;
		}
		s += n;
		len -= n;
	} while (len > 0);
}

/* What a sample from the first byte outside of ASCII says. */
static const struct encoding *
foresee_sample(const struct decoder *d, const char *bytes, size_t len)
{
	size_t n = ascii_len(bytes, len);
	bool whole = len - n < ENCODING_SAMPLE_LEN;

	if (n == len)
		return encoding_find("utf-8", 5);
	return encoding_judge(
	    &d->head, bytes + n, whole ? len - n : ENCODING_SAMPLE_LEN, whole);
}

const char *
decoder_foresee(struct decoder *d, const char *bytes, size_t len)
{
	encoding_detect_head(bytes,
	    len < ENCODING_HEAD_LEN ? len : ENCODING_HEAD_LEN, d->content_type,
	    &d->head);
	d->marks = d->head.skip;
	d->state = ASCII;
	d->foreseen = d->head.certain
			  ? d->head.encoding
			  : foresee_sample(d, bytes + d->marks, len - d->marks);
	if (d->head.certain)
		start_run(d, d->foreseen);
	return d->foreseen->name;
}

bool
decoder_is_at_rest(const struct decoder *d)
{
	return d->foreseen != NULL && d->foreseen->kind != ENCODING_STATE &&
	       d->held.len == 0;
}

void
decoder_skip(struct decoder *d, const char *bytes, size_t len)
{
	if (d->state == ASCII && ascii_len(bytes, len) < len)
		end_ascii(d);
}

void
decoder_push(struct decoder *d, const char *bytes, size_t len)
{
	size_t marks = d->marks < len ? d->marks : len;

	d->marks -= marks;
	if (len > marks)
		step(d, bytes + marks, len - marks);
}

void
decoder_finish(struct decoder *d)
{
	d->whole = true;
	if (d->state != ASCII)
		step(d, "", 0);
	if (d->state == SAMPLE)
		step(d, "", 0);
}
