/*
 * What comes over a connection of the desk: the head of a request, its query,
 * its percent codes, and the guard before it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/strings.h"
#include "desk/guard.h"
#include "desk/params.h"
#include "desk/request.h"
#include "frame/config.h"
#include "story/keys.h"
#include "tests/fuzz.h"

struct fields {
	const char *text;
	const char *level;
	int64_t since;
	uint64_t before;
	uint64_t item;
	const char *url;
	unsigned limit;
	bool content;
	bool told;
};

static const struct param table[] = {
    {"before", PARAM_NUMBER, offsetof(struct fields, before)},
    {"content", PARAM_FLAG, offsetof(struct fields, content)},
    {"item", PARAM_NUMBER, offsetof(struct fields, item)},
    {"level", PARAM_LEVEL, offsetof(struct fields, level)},
    {"limit", PARAM_LIMIT, offsetof(struct fields, limit)},
    {"since", PARAM_TIME, offsetof(struct fields, since)},
    {"text", PARAM_TEXT, offsetof(struct fields, text)},
    {"told", PARAM_FLAG, offsetof(struct fields, told)},
    {"url", PARAM_TEXT, offsetof(struct fields, url)},
    {NULL, PARAM_TEXT, 0},
};

/* What /api/v1/explain looks for; it only leaves parts out, but for an `&` in
 * the place of a `?`. */
static void
check_address(const char *url)
{
	struct buf once = BUF_INIT;

	keys_put_url(&once, url);
	if (once.len > strlen(url) + 1)
		abort();
	buf_clear(&once);
}

static void
check_query(const char *query)
{
	struct fields fields = {0};
	struct strings owned = {0};
	struct buf error = BUF_INIT;
	int result = params_parse(query, table, 1, &fields, &owned, &error);

	/* A refusal says why; a limit that was taken is within its bounds. */
	if ((result != 0) != (error.len > 0))
		abort();
	if (result == 0 && fields.limit > PARAM_LIMIT_MAX)
		abort();
	if (result == 0 && fields.url != NULL)
		check_address(fields.url);
	strings_clear(&owned);
	buf_clear(&error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static char listen[] = "127.0.0.1:8610";
	struct config_desk desk = {.listen = listen};
	struct request request;
	const char *why = NULL;
	size_t used;

	if (request_parse((const char *)bytes, len, &request, &used) != 200)
		return 0;
	if (used > len || used > REQUEST_HEAD_MAX || *request.path != '/')
		abort();
	if (guard_check(&request, false, &desk, &why) != 0 && why == NULL)
		abort();
	free(request_decode(request.path, strlen(request.path), false));
	check_query(request.query);
	request_clear(&request);
	return 0;
}
