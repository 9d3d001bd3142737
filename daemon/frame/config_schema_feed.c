/*
 * The keys of feeds and of lists of feeds.
 */
#include <string.h>

#include "frame/config_schema.h"
#include "frame/config_schema_part.h"
#include "frame/config_value.h"

#define INTERVAL_DOC "How often it is polled, when not as the defaults say."
#define TAGS_DOC "Words of your own to choose feeds by in rules."

const char *const schema_ip_versions[] = {"any", "4", "6", NULL};

/* ---- passwords --------------------------------------------------------- */

static const struct schema_field auth_fields[] = {
    {
	.key = "user",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_auth, user),
	.roles = ENGINE,
	.check = value_check_text,
	.doc = "The name to give (HTTP Basic), together with password_file.",
	.example = "desk",
    },
    {
	.key = "password_file",
	.type = FIELD_SECRET,
	.offset = offsetof(struct config_auth, password),
	.roles = ENGINE,
	.doc = "A file that holds the user's password.",
	.example = "agency.password",
    },
    {
	.key = "bearer_file",
	.type = FIELD_SECRET,
	.offset = offsetof(struct config_auth, bearer),
	.roles = ENGINE,
	.doc = "A file that holds a token (RFC 6750), in place of user and "
	       "password.",
    },
    END,
};

static bool
has_lines(const char *secret)
{
	return secret != NULL && strpbrk(secret, "\r\n") != NULL;
}

static const char *
check_auth(const void *record)
{
	const struct config_auth *auth = record;
	bool basic = auth->user != NULL || auth->password != NULL;

	if (basic == (auth->bearer != NULL))
		return "must have either user and password_file, or "
		       "bearer_file";
	if ((auth->user == NULL) != (auth->password == NULL))
		return "must have both user and password_file";
	if (has_lines(auth->bearer) || has_lines(auth->password))
		return "must have a secret of one line in its file";
	if (auth->user != NULL && strchr(auth->user, ':') != NULL)
		return "must have a user without a colon";
	return NULL;
}

static const struct schema_record schema_auth = {
    .name = "auth",
    .size = sizeof(struct config_auth),
    .mark = SCHEMA_NONE,
    .fields = auth_fields,
    .check = check_auth,
};

/* ---- intervals ---------------------------------------------------------- */

static const struct schema_field interval_fields[] = {
    {
	.key = "min",
	.type = FIELD_DURATION,
	.required = true,
	.offset = offsetof(struct config_interval, min_ms),
	.roles = ENGINE | DESK,
	.min = 100,
	.max = DAYS(7),
	.doc = "Never more often than this.",
    },
    {
	.key = "max",
	.type = FIELD_DURATION,
	.required = true,
	.offset = offsetof(struct config_interval, max_ms),
	.roles = ENGINE | DESK,
	.min = 100,
	.max = DAYS(7),
	.doc = "At least this often, as long as the feed can be read.",
    },
    END,
};

static const char *
check_interval(const void *record)
{
	const struct config_interval *interval = record;

	return interval->min_ms > interval->max_ms
		   ? "must have a min of at most its max"
		   : NULL;
}

const struct schema_record schema_interval = {
    .name = "interval",
    .size = sizeof(struct config_interval),
    .mark = SCHEMA_NONE,
    .check = check_interval,
    .scalar = true,
    .fields = interval_fields,
    .doc = "A duration from 100ms to 7d, or a map of two, min and max.",
};

/* ---- feeds --------------------------------------------------------------- */

static const struct schema_field feed_fields[] = {
    {
	.key = "id",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_feed, id),
	.roles = ENGINE | DESK,
	.check = value_check_id,
	.defines = ID_FEED,
	.doc = "Its name in logs, alerts and commands.",
	.example = "tass-en",
    },
    {
	.key = "url",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_feed, url),
	.roles = ENGINE | DESK,
	.check = value_check_url,
	.doc = "The address that is polled. Where it redirects for good "
	       "(301, 308) is polled in its place once that was seen three "
	       "times over a day, but never on another registrable domain or "
	       "without its https: that is followed, shown, and left to you.",
	.example = "https://tass.com/rss/v2.xml",
    },
    {
	.key = "outlet",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_feed, outlet),
	.roles = ENGINE | DESK,
	.check = value_check_text,
	.doc = "Who publishes it, for people; when not given, the id. Feeds "
	       "of one outlet should have the same.",
	.example = "TASS",
    },
    {
	.key = "language",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_feed, language),
	.roles = ENGINE | DESK,
	.check = value_check_language,
	.doc = "The language of its items (BCP 47) where they do not say.",
	.example = "en",
    },
    {
	.key = "interval",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config_feed, interval),
	.roles = ENGINE | DESK,
	.record = &schema_interval,
	.doc = INTERVAL_DOC,
    },
    {
	.key = "tags",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_feed, tags),
	.roles = ENGINE | DESK,
	.check = value_check_text,
	.doc = TAGS_DOC,
	.example = "[state, russia]",
    },
    ACCESS_FIELDS(struct config_feed),
    {
	.key = "auth",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config_feed, auth),
	.roles = ENGINE,
	.record = &schema_auth,
	.doc = "What the server wants to be told before it hands the feed "
	       "out. Neither this nor headers follow a redirect to another "
	       "scheme, host or port.",
    },
    {
	.key = "user_agent",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_feed, user_agent),
	.roles = ENGINE,
	.check = value_check_text,
	.doc = "Sent for this feed in place of what the defaults say.",
    },
    {
	.key = "ca_file",
	.type = FIELD_CERTIFICATES,
	.offset = offsetof(struct config_feed, certificates),
	.roles = ENGINE,
	.max = 64 * 1024,
	.doc = "Certificates (PEM, at most 64 KiB) to trust for this feed in "
	       "place of those of network.ca_file, read when the "
	       "configuration is.",
	.example = "intranet-ca.pem",
    },
    END,
};

const struct schema_record schema_feed = {
    .name = "feed",
    .size = sizeof(struct config_feed),
    .mark = offsetof(struct config_feed, mark),
    .fields = feed_fields,
};

static const struct schema_field opml_fields[] = {
    {
	.key = "opml",
	.type = FIELD_TEXT,
	.required = true,
	.offset = offsetof(struct config_include, path),
	.check = value_check_text,
	.doc = "An OPML file of feeds, looked for in the folder of the "
	       "configuration, then in that of the bundled catalog. "
	       "Titles become outlets, categories and folders become tags; "
	       "addresses that are listed already are left out.",
	.example = "catalog/russia.opml",
    },
    {
	.key = "language",
	.type = FIELD_TEXT,
	.offset = offsetof(struct config_include, language),
	.check = value_check_language,
	.doc = "The language of feeds for which the file gives none.",
    },
    {
	.key = "interval",
	.type = FIELD_GROUP,
	.offset = offsetof(struct config_include, interval),
	.record = &schema_interval,
	.doc = INTERVAL_DOC,
    },
    {
	.key = "tags",
	.type = FIELD_TEXTS,
	.offset = offsetof(struct config_include, tags),
	.check = value_check_text,
	.doc = "Further tags for all of its feeds.",
    },
    END,
};

const struct schema_record schema_opml = {
    .name = "OPML list",
    .size = sizeof(struct config_include),
    .mark = offsetof(struct config_include, mark),
    .fields = opml_fields,
};
