/*
 * Any bytes as a document; the first byte chooses the size of the pieces.
 */
#include "base/buf.h"
#include "parse/feed_json.h"
#include "parse/parser.h"
#include "tests/fuzz.h"

static bool
on_item(void *arg, const struct raw_item *item)
{
	feed_json_add_item(arg, item);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct parser_options options = {.url = "http://h/x"};
	size_t piece = len > 0 ? 1 + bytes[0] * 4UL : 1;
	struct buf items = BUF_INIT, out = BUF_INIT;
	struct parser *parser;

	parser_init_process();
	parser = parser_new(&options, on_item, &items);
	for (size_t i = 1; i < len; i += piece)
		if (!parser_push(parser, (const char *)bytes + i,
			len - i < piece ? len - i : piece))
			break;
	parser_finish(parser);
	feed_json_finish(&out, parser_feed(parser), &items, NULL);
	parser_free(parser);
	buf_clear(&items);
	buf_clear(&out);
	return 0;
}
