/*
 * Any bytes in any encoding: valid UTF-8 without U+FEFF comes out, in one piece
 * as in many. The first byte chooses the label that HTTP gives.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "parse/decode.h"
#include "parse/encoding.h"
#include "tests/fuzz.h"

static void
gather(void *arg, const char *text, size_t len)
{
	buf_add(arg, text, len);
}

static void
decode(
    const char *type, const char *s, size_t len, size_t piece, struct buf *out)
{
	struct decoder *decoder = decoder_new(type, gather, out);

	for (size_t i = 0; i < len; i += piece)
		decoder_push(decoder, s + i, len - i < piece ? len - i : piece);
	decoder_finish(decoder);
	decoder_free(decoder);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const char *const types[] = {NULL, "text/xml; charset=utf-8",
	    "a;charset=windows-1251", "a;charset=gbk", "a;charset=shift_jis",
	    "a;charset=iso-2022-jp", "a;charset=utf-16le", "a;charset=koi8-r",
	    "a;charset=big5", "a;charset=euc-kr", "a;charset=utf-32"};
	struct buf whole = BUF_INIT, pieces = BUF_INIT;
	const char *s = (const char *)bytes + 1, *type;

	encoding_init_process();
	if (len < 1)
		return 0;
	type = types[bytes[0] % (sizeof(types) / sizeof(types[0]))];
	decode(type, s, len - 1, len, &whole);
	decode(type, s, len - 1, 3, &pieces);
	if (!utf8_is_valid(buf_str(&whole), whole.len) ||
	    whole.len != pieces.len ||
	    memcmp(buf_str(&whole), buf_str(&pieces), whole.len) != 0)
		abort();
	buf_clear(&whole);
	buf_clear(&pieces);
	return 0;
}
