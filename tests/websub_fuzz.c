/*
 * What strangers say to the callback of WebSub, and in Link headers: the first
 * byte chooses which.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "desk/websub_query.h"
#include "engine/websub_signature.h"
#include "parse/link_header.h"
#include "tests/fuzz.h"

#define KEY "Jefe"
#define BODY "what do ya want for nothing?"
#define GOOD "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

/* What was taken can be told to the engine, which cuts off whoever sends it
 * broken text. */
static void
check_query(const char *text, size_t len)
{
	struct websub_query query;

	if (websub_query_parse(text, &query) != 0)
		return;
	if (query.topic == NULL || strlen(query.topic) > WEBSUB_TOPIC_MAX ||
	    !utf8_is_valid(query.topic, strlen(query.topic)) ||
	    query.lease_s < 0 ||
	    (query.challenge == NULL && query.mode != WEBSUB_DENIED) ||
	    (query.reason != NULL &&
		!utf8_is_valid(query.reason, strlen(query.reason))))
		abort();
	websub_query_clear(&query);
}

/* Only one text is good (in capitals or not). */
static void
check_signature(const char *text, size_t len)
{
	if (websub_signature_is_good(text, KEY, BODY, strlen(BODY)) &&
	    strncasecmp(text, "sha384=", 7) != 0 &&
	    strncasecmp(text, "sha512=", 7) != 0 &&
	    strcasecmp(text, "sha256=" GOOD) != 0)
		abort();
}

static void
check_link(const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	struct link_header link;

	while (link_header_next(&at, end, &link)) {
		link_header_has_rel(&link, "hub");
		if (link.target < text || link.target + link.target_len > end ||
		    at > end)
			abort();
		if (link.rel != NULL &&
		    (link.rel < text || link.rel + link.rel_len > end))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static void (*const checks[])(const char *, size_t) = {
	    check_query, check_signature, check_link};
	char *text;

	if (len == 0)
		return 0;
	text = xstrndup((const char *)bytes + 1, len - 1);
	checks[*bytes % 3](text, strlen(text));
	free(text);
	return 0;
}
