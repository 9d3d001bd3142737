/*
 * Reads the query of a hub's request, or of a cloud's. Parameters that are not
 * known are left alone, known ones may be given once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "desk/request.h"
#include "desk/websub_query.h"

#define LEASE_DIGITS_MAX 12

/* What is read so far; all are the parser's. */
struct fields {
	struct websub_query query;
	char *mode;
	char *lease;
	char *cloud_url; /* rssCloud asks without "hub." and without a mode */
	char *cloud_challenge;
};

static char **
find_text(struct fields *fields, const char *name)
{
	const struct {
		const char *name;
		char **text;
	} texts[] = {
	    {"hub.challenge", &fields->query.challenge},
	    {"hub.lease_seconds", &fields->lease},
	    {"hub.mode", &fields->mode},
	    {"hub.reason", &fields->query.reason},
	    {"hub.topic", &fields->query.topic},
	    {"challenge", &fields->cloud_challenge},
	    {"url", &fields->cloud_url},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(texts[i].name, name) == 0)
			return texts[i].text;
	return NULL;
}

static enum websub_mode
find_mode(const char *name)
{
	static const char *const names[WEBSUB_MODES] = {
	    [WEBSUB_SUBSCRIBE] = "subscribe",
	    [WEBSUB_UNSUBSCRIBE] = "unsubscribe",
	    [WEBSUB_DENIED] = "denied",
	};

	for (int i = WEBSUB_NONE + 1; name != NULL && i < WEBSUB_MODES; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return WEBSUB_NONE;
}

/* 0: none, or no number. */
static int64_t
read_lease(const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	if (len == 0 || len > LEASE_DIGITS_MAX ||
	    strspn(text, "0123456789") != len)
		return 0;
	return strtoll(text, NULL, 10);
}

static bool
is_text(const char *text, size_t max)
{
	return text != NULL && *text != '\0' && strlen(text) <= max &&
	       utf8_is_valid(text, strlen(text));
}

/* Takes one pair, len bytes; -1: broken, or given twice. */
static int
take_pair(struct fields *fields, const char *pair, size_t len)
{
	const char *equals = memchr(pair, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - pair) : len;
	char *name = request_decode(pair, name_len, true);
	char **text = name != NULL ? find_text(fields, name) : NULL;

	free(name);
	if (text == NULL)
		return 0;
	if (*text != NULL || equals == NULL)
		return -1;
	*text = request_decode(equals + 1, len - name_len - 1, true);
	return *text != NULL ? 0 : -1;
}

static void
read_mode(struct fields *fields)
{
	struct websub_query *query = &fields->query;

	query->mode = find_mode(fields->mode);
	query->lease_s = read_lease(fields->lease);
	if (fields->mode != NULL || query->topic != NULL ||
	    query->challenge != NULL)
		return;
	query->mode = WEBSUB_SUBSCRIBE;
	query->lease_s = CLOUD_LEASE_S;
	query->topic = fields->cloud_url;
	query->challenge = fields->cloud_challenge;
	fields->cloud_url = fields->cloud_challenge = NULL;
}

/* Whether all is there that the mode asks for. */
static bool
is_complete(struct websub_query *query)
{
	if (query->mode == WEBSUB_NONE ||
	    !is_text(query->topic, WEBSUB_TOPIC_MAX))
		return false;
	return query->mode == WEBSUB_DENIED ||
	       is_text(query->challenge, WEBSUB_CHALLENGE_MAX);
}

int
websub_query_parse(const char *query, struct websub_query *parsed)
{
	struct fields fields = {.query.mode = WEBSUB_NONE};
	struct websub_query *read = &fields.query;
	int result = 0;
	size_t len;

	for (; result == 0 && query != NULL && *query != '\0'; query += len) {
		query += *query == '&';
		len = strcspn(query, "&");
		result = take_pair(&fields, query, len);
	}
	read_mode(&fields);
	free(fields.mode);
	free(fields.lease);
	free(fields.cloud_url);
	free(fields.cloud_challenge);
	if (result != 0 || !is_complete(read)) {
		websub_query_clear(read);
		return -1;
	}
	if (read->reason != NULL && !is_text(read->reason, WEBSUB_TOPIC_MAX)) {
		free(read->reason);
		read->reason = NULL;
	}
	*parsed = *read;
	return 0;
}

void
websub_query_clear(struct websub_query *query)
{
	free(query->topic);
	free(query->challenge);
	free(query->reason);
	*query = (struct websub_query){.mode = WEBSUB_NONE};
}
