/*
 * The head of an HTTP answer. What a server sends in its head is kept only
 * where it is of use, and only up to a cap.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "base/second.h"
#include "base/utf8.h"
#include "fetcher/header.h"
#include "frame/job.h"
#include "parse/link_header.h"

void
header_init(struct header *header)
{
	*header = (struct header){.max_age_s = -1, .age_s = -1};
}

static void
forget_values(struct header *header)
{
	free(header->etag);
	free(header->modified);
	free(header->date);
	free(header->hub);
	free(header->self);
	free(header->expires);
	free(header->content_type);
	free(header->content_location);
	free(header->retry_after);
	header->etag = header->modified = header->content_type = NULL;
	header->content_location = header->retry_after = NULL;
	header->date = header->expires = header->hub = header->self = NULL;
	header->max_age_s = header->age_s = -1;
	header->encoding = ENCODING_NONE;
	header->signs = (struct obstacle_signs){0};
	header->status = 0;
}

void
header_clear(struct header *header)
{
	forget_values(header);
	header_init(header);
}

/* What cannot be told to other roles is not kept: they take UTF-8 alone. */
static bool
is_text(const char *value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return false;
	return utf8_is_valid(value, len);
}

static void
keep_value(char **kept, const char *value, size_t len, size_t max)
{
	free(*kept);
	*kept = NULL;
	if (len > 0 && len <= max && is_text(value, len))
		*kept = xstrndup(value, len);
}

static bool
is_word(const char *value, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(value, word, len) == 0;
}

/* Verbatim; but a star sent back asks for any version at all (RFC 9110 section
 * 13.1.2). */
static void
take_etag(struct header *header, const char *value, size_t len)
{
	if (is_word(value, len, "*"))
		len = 0;
	keep_value(&header->etag, value, len, VALIDATOR_MAX);
}

/* Layers of encodings are for bombs: one is taken, and none given twice. */
static void
take_encoding(struct header *header, const char *value, size_t len)
{
	if (len == 0 || is_word(value, len, "identity"))
		return;
	if (header->encoding != ENCODING_NONE)
		header->encoding = ENCODING_UNKNOWN;
	else if (is_word(value, len, "gzip") || is_word(value, len, "x-gzip"))
		header->encoding = ENCODING_GZIP;
	else if (is_word(value, len, "deflate"))
		header->encoding = ENCODING_DEFLATE;
	else
		header->encoding = ENCODING_UNKNOWN;
}

/* The first hub and the first self count. */
static void
take_links(struct header *header, const char *value, size_t len)
{
	const char *end = value + len;
	struct link_header link;

	while (link_header_next(&value, end, &link)) {
		if (header->hub == NULL && link_header_has_rel(&link, "hub"))
			keep_value(&header->hub, link.target, link.target_len,
			    HEADER_VALUE_MAX);
		if (header->self == NULL && link_header_has_rel(&link, "self"))
			keep_value(&header->self, link.target, link.target_len,
			    HEADER_VALUE_MAX);
	}
}

/* Digits at the start of a value, cut to a day; -1: none there. */
static int64_t
read_seconds(const char *value, size_t len)
{
	int64_t seconds = 0;
	size_t i;

	for (i = 0; i < len && value[i] >= '0' && value[i] <= '9'; i++)
		if (seconds < FRESH_MAX)
			seconds = seconds * 10 + value[i] - '0';
	if (i == 0)
		return -1;
	return seconds < FRESH_MAX ? seconds : FRESH_MAX;
}

/* "public, max-age=300": a field may come more than once, and what forbids
 * caching stands above any age. */
static void
take_cache_control(struct header *header, const char *value, size_t len)
{
	const char *end = value + len;

	while (value < end) {
		const char *comma = memchr(value, ',', (size_t)(end - value));
		size_t word_len;

		if (comma == NULL)
			comma = end;
		while (value < comma && (*value == ' ' || *value == '\t'))
			value++;
		word_len = (size_t)(comma - value);
		if (is_word(value, word_len, "no-cache") ||
		    is_word(value, word_len, "no-store"))
			header->max_age_s = 0;
		else if (word_len > 8 && header->max_age_s != 0 &&
			 strncasecmp(value, "max-age=", 8) == 0)
			header->max_age_s =
			    read_seconds(value + 8, word_len - 8);
		value = comma < end ? comma + 1 : end;
	}
}

static void
take_field(struct header *header, const char *name, size_t name_len,
    const char *value, size_t len)
{
	if (is_word(name, name_len, "etag"))
		take_etag(header, value, len);
	else if (is_word(name, name_len, "last-modified"))
		keep_value(&header->modified, value, len, VALIDATOR_MAX);
	else if (is_word(name, name_len, "content-type"))
		keep_value(&header->content_type, value, len, HEADER_VALUE_MAX);
	else if (is_word(name, name_len, "content-location"))
		keep_value(
		    &header->content_location, value, len, HEADER_VALUE_MAX);
	else if (is_word(name, name_len, "retry-after"))
		keep_value(&header->retry_after, value, len, HEADER_VALUE_MAX);
	else if (is_word(name, name_len, "date"))
		keep_value(&header->date, value, len, HEADER_VALUE_MAX);
	else if (is_word(name, name_len, "link"))
		take_links(header, value, len);
	else if (is_word(name, name_len, "expires"))
		keep_value(&header->expires, value, len, HEADER_VALUE_MAX);
	else if (is_word(name, name_len, "age"))
		header->age_s = read_seconds(value, len);
	else if (is_word(name, name_len, "cache-control"))
		take_cache_control(header, value, len);
	else if (is_word(name, name_len, "content-encoding"))
		take_encoding(header, value, len);
	else if (header->status != 304)
		obstacle_note_field(&header->signs, name, name_len, value, len);
}

/* "HTTP/1.1 304 Not Modified", "HTTP/2 200". */
static void
take_status(struct header *header, const char *line, size_t len)
{
	const char *space = memchr(line, ' ', len);
	const char *end = line + len;

	forget_values(header);
	if (space == NULL)
		return;
	for (const char *p = space + 1;
	     p < end && p <= space + 3 && *p >= '0' && *p <= '9'; p++)
		header->status = header->status * 10 + (unsigned)(*p - '0');
}

bool
header_is_within_caps(const struct header *header)
{
	return header->lines <= HEADER_LINES_MAX &&
	       header->bytes <= HEADER_BYTES_MAX;
}

bool
header_take_line(struct header *header, const char *line, size_t len)
{
	const char *colon, *value;

	header->bytes += len;
	header->lines++;
	if (!header_is_within_caps(header))
		return false;
	while (len > 0 && strchr(" \t\r\n", line[len - 1]) != NULL)
		len--;
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		take_status(header, line, len);
		return true;
	}
	colon = len > 0 ? memchr(line, ':', len) : NULL;
	if (colon == NULL)
		return true;
	value = colon + 1;
	while (value < line + len && (*value == ' ' || *value == '\t'))
		value++;
	take_field(header, line, (size_t)(colon - line), value,
	    (size_t)(line + len - value));
	return true;
}

int64_t
header_retry_after(const struct header *header, int64_t now_at)
{
	const char *value = header->retry_after;
	int64_t seconds;
	size_t digits;

	if (value == NULL)
		return 0;
	digits = strspn(value, "0123456789");
	if (digits > 0 && value[digits] == '\0')
		seconds =
		    digits > 9 ? RETRY_AFTER_MAX : strtoll(value, NULL, 10);
	else
		seconds = curl_getdate(value, NULL) - now_at / SECOND_US;
	if (seconds <= 0)
		return 0;
	return seconds < RETRY_AFTER_MAX ? seconds : RETRY_AFTER_MAX;
}

int64_t
header_fresh(const struct header *header)
{
	int64_t seconds = header->max_age_s;
	time_t expires, date;

	if (seconds == -1 && header->expires != NULL && header->date != NULL) {
		expires = curl_getdate(header->expires, NULL);
		date = curl_getdate(header->date, NULL);
		if (expires != -1 && date != -1)
			seconds = expires - date;
	}
	if (header->age_s > 0)
		seconds -= header->age_s;
	if (seconds <= 0)
		return 0;
	return seconds < FRESH_MAX ? seconds : FRESH_MAX;
}

bool
header_modified_is_strong(const struct header *header)
{
	time_t modified, date;

	if (header->modified == NULL || header->date == NULL)
		return true;
	modified = curl_getdate(header->modified, NULL);
	date = curl_getdate(header->date, NULL);
	return modified == -1 || date == -1 || date - modified >= 1;
}
