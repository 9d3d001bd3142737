/*
 * The body of an answer. libdeflate inflates three times as fast as zlib but
 * wants the whole body; so bodies are gathered, and only those past a bound
 * (or past what all may hold together) go through zlib piece by piece.
 */
#include <stdlib.h>
#include <string.h>

#include <libdeflate.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "fetcher/body.h"

#define PIECE (16 * 1024)          /* of a streaming body, inflated */
#define SCRATCH_KEPT (1024 * 1024) /* kept from one body to the next */
#define GZIP_RATIO_MAX 1032        /* deflate cannot do better */

struct body {
	enum header_encoding encoding;
	body_sink sink;
	void *arg;
	struct buf gathered;
	size_t inflated; /* handed to the sink */
	bool streaming;
	bool ended;     /* the stream's own end came */
	z_stream *zlib; /* of a streaming body with an encoding */
};

/* Of this process: what all bodies hold, and where they are inflated. */
static size_t gathered_total;
static struct libdeflate_decompressor *decompressor;
static char *scratch;
static size_t scratch_len;

struct body *
body_new(enum header_encoding encoding, body_sink sink, void *arg)
{
	struct body *body = xcalloc(1, sizeof(*body));

	body->encoding = encoding;
	body->sink = sink;
	body->arg = arg;
	return body;
}

static void
drop_gathered(struct body *body)
{
	gathered_total -= body->gathered.len;
	buf_clear(&body->gathered);
}

void
body_free(struct body *body)
{
	if (body == NULL)
		return;
	drop_gathered(body);
	if (body->zlib != NULL)
		inflateEnd(body->zlib);
	free(body->zlib);
	free(body);
}

bool
body_is_streaming(const struct body *body)
{
	return body->streaming;
}

uint64_t
body_hash(const struct body *body)
{
	uint64_t hash;

	if (body->streaming)
		return 0;
	hash = hash_quick(0, body->gathered.data, body->gathered.len);
	return hash != 0 ? hash : 1;
}

static enum body_result
hand_on(struct body *body, const char *bytes, size_t len)
{
	bool too_large = len > BODY_INFLATED_MAX - body->inflated;

	if (too_large)
		len = BODY_INFLATED_MAX - body->inflated;
	body->inflated += len;
	if (len > 0 && !body->sink(body->arg, bytes, len))
		return BODY_STOPPED;
	return too_large ? BODY_TOO_LARGE : BODY_OK;
}

/* Whether it begins as a document does. */
static bool
is_plain(const char *bytes, size_t len)
{
	const char *end = bytes + len;

	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		bytes += 3;
	while (bytes < end && memchr(" \t\r\n", *bytes, 4) != NULL)
		bytes++;
	return bytes < end && (*bytes == '<' || *bytes == '{');
}

/* Servers mislabel, and some name a charset or "none" as the encoding: the
 * bytes themselves say what they are. */
static enum header_encoding
encoding_of(enum header_encoding claimed, const char *bytes, size_t len)
{
	bool gzip = len >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0;

	if (gzip && claimed == ENCODING_NONE)
		return ENCODING_GZIP;
	if ((claimed == ENCODING_GZIP || claimed == ENCODING_UNKNOWN) &&
	    is_plain(bytes, len))
		return ENCODING_NONE;
	return claimed;
}

/* ---- streaming, by zlib ---- */

static void
zlib_start(struct body *body)
{
	bool raw = body->encoding == ENCODING_DEFLATE &&
		   (body->gathered.data[0] & 0x0f) != Z_DEFLATED;

	body->zlib = xcalloc(1, sizeof(*body->zlib));
	if (inflateInit2(body->zlib, raw ? -MAX_WBITS : MAX_WBITS + 32) != Z_OK)
		abort();
}

static enum body_result
zlib_push(struct body *body, const char *bytes, size_t len)
{
	char out[PIECE];
	enum body_result result;
	int status;

	body->zlib->next_in = (Bytef *)(uintptr_t)bytes;
	body->zlib->avail_in = (uInt)len;
	do {
		if (body->ended) /* what follows the end is not ours */
			return BODY_OK;
		body->zlib->next_out = (Bytef *)out;
		body->zlib->avail_out = sizeof(out);
		status = inflate(body->zlib, Z_NO_FLUSH);
		if (status != Z_OK && status != Z_STREAM_END &&
		    status != Z_BUF_ERROR)
			return BODY_CORRUPT;
		body->ended = status == Z_STREAM_END;
		result =
		    hand_on(body, out, sizeof(out) - body->zlib->avail_out);
		if (result != BODY_OK)
			return result;
	} while (body->zlib->avail_in > 0 || body->zlib->avail_out == 0);
	return BODY_OK;
}

static enum body_result
stream_push(struct body *body, const char *bytes, size_t len)
{
	if (body->encoding == ENCODING_NONE)
		return hand_on(body, bytes, len);
	return zlib_push(body, bytes, len);
}

static enum body_result
stream_start(struct body *body)
{
	enum body_result result;

	body->streaming = true;
	body->encoding = encoding_of(
	    body->encoding, body->gathered.data, body->gathered.len);
	if (body->encoding == ENCODING_UNKNOWN)
		return BODY_ENCODING;
	if (body->encoding != ENCODING_NONE)
		zlib_start(body);
	result = stream_push(body, body->gathered.data, body->gathered.len);
	drop_gathered(body);
	return result;
}

enum body_result
body_push(struct body *body, const char *bytes, size_t len)
{
	if (body->streaming)
		return stream_push(body, bytes, len);
	buf_add(&body->gathered, bytes, len);
	gathered_total += len;
	if (body->gathered.len <= BODY_GATHERED_MAX &&
	    gathered_total <= BODY_GATHERED_TOTAL)
		return BODY_OK;
	return stream_start(body);
}

/* ---- whole bodies, by libdeflate ---- */

static void
scratch_reserve(size_t len)
{
	if (len <= scratch_len)
		return;
	free(scratch);
	scratch = xmalloc(len);
	scratch_len = len;
}

/* gzip tells its inflated length at the end, as far as it can be believed. */
static size_t
guess_inflated(const struct body *body)
{
	const unsigned char *end;
	size_t len = body->gathered.len * 4, told;

	if (body->encoding != ENCODING_GZIP || body->gathered.len < 18)
		return len + PIECE;
	end = (const unsigned char *)body->gathered.data + body->gathered.len;
	told = (size_t)end[-4] | (size_t)end[-3] << 8 | (size_t)end[-2] << 16 |
	       (size_t)end[-1] << 24;
	if (told <= BODY_INFLATED_MAX &&
	    told <= body->gathered.len * GZIP_RATIO_MAX)
		len = told;
	return len + PIECE;
}

static enum libdeflate_result
inflate_once(const struct body *body, const char *from, size_t len, char *to,
    size_t room, size_t *used, size_t *made)
{
	enum libdeflate_result status;

	if (body->encoding == ENCODING_GZIP)
		return libdeflate_gzip_decompress_ex(
		    decompressor, from, len, to, room, used, made);
	status = libdeflate_zlib_decompress_ex(
	    decompressor, from, len, to, room, used, made);
	if (status == LIBDEFLATE_BAD_DATA) /* "deflate" without its wrapping */
		status = libdeflate_deflate_decompress_ex(
		    decompressor, from, len, to, room, used, made);
	return status;
}

/* All gzip members into the scratch; *len gets the inflated length. */
static enum body_result
inflate_whole(const struct body *body, size_t *len)
{
	const char *from = body->gathered.data;
	size_t left = body->gathered.len, used, made;
	enum libdeflate_result status;

	*len = 0;
	do {
		status = inflate_once(body, from, left, scratch + *len,
		    scratch_len - *len, &used, &made);
		if (status == LIBDEFLATE_INSUFFICIENT_SPACE)
			return BODY_TOO_LARGE;
		if (status != LIBDEFLATE_SUCCESS) /* padding may follow */
			return *len > 0 ? BODY_OK : BODY_CORRUPT;
		*len += made;
		from += used;
		left -= used;
	} while (left > 0 && body->encoding == ENCODING_GZIP);
	return BODY_OK;
}

static enum body_result
finish_whole(struct body *body)
{
	enum body_result result;
	size_t len, room = guess_inflated(body);

	if (decompressor == NULL)
		decompressor = libdeflate_alloc_decompressor();
	if (decompressor == NULL)
		abort();
	for (;;) {
		scratch_reserve(room);
		result = inflate_whole(body, &len);
		if (result != BODY_TOO_LARGE || room > BODY_INFLATED_MAX)
			break;
		room = room * 4 <= BODY_INFLATED_MAX ? room * 4
						     : BODY_INFLATED_MAX + 1;
	}
	if (result == BODY_OK)
		result = hand_on(body, scratch, len);
	if (scratch_len > SCRATCH_KEPT) {
		free(scratch);
		scratch = NULL;
		scratch_len = 0;
	}
	return result;
}

enum body_result
body_finish(struct body *body)
{
	if (body->streaming)
		return body->zlib != NULL && !body->ended ? BODY_CORRUPT
							  : BODY_OK;
	body->encoding = encoding_of(
	    body->encoding, body->gathered.data, body->gathered.len);
	switch (body->encoding) {
	case ENCODING_UNKNOWN:
		return BODY_ENCODING;
	case ENCODING_NONE:
		return hand_on(body, body->gathered.data, body->gathered.len);
	case ENCODING_GZIP:
	case ENCODING_DEFLATE:
		break;
	}
	return finish_whole(body);
}

const char *
body_problem(enum body_result result)
{
	switch (result) {
	case BODY_OK:
	case BODY_STOPPED:
		return NULL;
	case BODY_TOO_LARGE:
		return "inflates to more than 16 MiB";
	case BODY_CORRUPT:
		return "the compressed body is damaged";
	case BODY_ENCODING:
		return "compressed in a way that was not asked for";
	}
	return NULL;
}

/* ---- only the beginning ---- */

struct start {
	struct buf *out;
	size_t max;
};

static bool
keep_start(void *arg, const char *bytes, size_t len)
{
	const struct start *start = arg;

	buf_add(start->out, bytes, len < start->max ? len : start->max);
	return false;
}

void
body_read_start(enum header_encoding encoding, const char *bytes, size_t len,
    size_t max, struct buf *out)
{
	struct start start = {.out = out, .max = max};
	struct body *body = body_new(encoding, keep_start, &start);

	if (len > 0 && body_push(body, bytes, len) == BODY_OK)
		body_finish(body);
	body_free(body);
}
