/*
 * Durations, sizes, addresses, ids: from text, with the reason when not.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/strings.h"
#include "frame/address.h"
#include "frame/config_record.h"
#include "frame/config_schema.h"
#include "frame/config_value.h"

#define ID_LEN_MAX 100
#define HEADER_LEN_MAX 2000
#define TEXT_LEN_MAX 8192
#define TOO_LONG "must be at most 8192 bytes long"
#define SHOWN_MAX 1000 /* bytes of a wrong value that are told */

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit no_units[] = {
    {"", 1},
    {NULL, 0},
};

static const struct unit time_units[] = {
    {"ms", 1},
    {"s", 1000},
    {"m", 60 * 1000},
    {"h", 3600 * 1000},
    {"d", 24LL * 3600 * 1000},
    {"w", 7LL * 24 * 3600 * 1000},
    {NULL, 0},
};

static const struct unit rate_units[] = {
    {"/h", 1},
    {"/m", 60},
    {"/s", 3600},
    {NULL, 0},
};

static const struct unit size_units[] = {
    {"", 1},
    {"B", 1},
    {"kB", 1000},
    {"KB", 1000},
    {"KiB", 1024},
    {"MB", 1000 * 1000},
    {"MiB", 1024 * 1024},
    {"GB", 1000LL * 1000 * 1000},
    {"GiB", 1024LL * 1024 * 1024},
    {"TB", 1000LL * 1000 * 1000 * 1000},
    {"TiB", 1024LL * 1024 * 1024 * 1024},
    {NULL, 0},
};

/* One number and its unit; the number grows by it. Returns what follows, or
 * NULL. */
static const char *
take_amount(const char *text, const struct unit *units, int64_t *total)
{
	int64_t number = 0, product;
	size_t len;

	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++)
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, *text - '0', &number))
			return NULL;
	while (*text == ' ')
		text++;
	for (len = 0; isalpha((unsigned char)text[len]) || text[len] == '/';)
		len++;
	for (; units->name != NULL; units++)
		if (strlen(units->name) == len &&
		    strncmp(units->name, text, len) == 0)
			break;
	if (units->name == NULL ||
	    __builtin_mul_overflow(number, units->factor, &product) ||
	    __builtin_add_overflow(*total, product, total))
		return NULL;
	return text + len;
}

/* The thousandths of a decimal fraction ("0.25"), or -1. */
static int64_t
parse_ratio(const char *text)
{
	int64_t number = 0;
	int places = -1; /* behind the point */

	if (!isdigit((unsigned char)*text))
		return -1;
	for (; *text != '\0' && places < 3 && number < 1000000; text++) {
		if (*text == '.' && places < 0)
			places = 0;
		else if (isdigit((unsigned char)*text))
			number = number * 10 + (*text - '0');
		else
			return -1;
		places += places >= 0 && *text != '.';
	}
	for (places = places < 0 ? 0 : places; places < 3; places++)
		number *= 10;
	return *text == '\0' ? number : -1;
}

/* The sum of amounts ("1h30m"), or -1. */
static int64_t
parse_amounts(const char *text, const struct unit *units)
{
	int64_t total = 0;

	if (strcmp(text, "0") == 0)
		return 0;
	do {
		text = take_amount(text, units, &total);
		while (text != NULL && *text == ' ')
			text++;
	} while (text != NULL && *text != '\0');
	return text != NULL ? total : -1;
}

int64_t
value_duration(const char *text)
{
	return parse_amounts(text, time_units);
}

int64_t
value_size(const char *text)
{
	return parse_amounts(text, size_units);
}

/* What roles tell one another has bounds. */
static bool
is_too_long(const char *text)
{
	return strlen(text) > TEXT_LEN_MAX;
}

const char *
value_check_text(const char *text)
{
	if (*text == '\0')
		return "must not be empty";
	if (is_too_long(text))
		return TOO_LONG;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return "must not hold control characters";
	return NULL;
}

/* Whether text begins with the name and a colon. */
static bool
is_header(const char *text, const char *name)
{
	size_t len = strlen(name);

	return strncasecmp(text, name, len) == 0 && text[len] == ':';
}

/* RFC 9110 section 5.6.2 for the name; those that frame the message, or that
 * wirewatch fills by itself, are not to be meddled with. */
const char *
value_check_header(const char *text)
{
	static const char *const own[] = {"Host", "Connection", "Keep-Alive",
	    "Content-Length", "Transfer-Encoding", "TE", "Trailer", "Upgrade",
	    "Expect", "Range", "Accept-Encoding", "If-None-Match",
	    "If-Modified-Since", "A-IM"};
	size_t len = strspn(text, "!#$%&'*+-.^_`|~0123456789"
				  "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (len == 0 || text[len] != ':')
		return "must be a name, a colon and a value";
	if (strlen(text) > HEADER_LEN_MAX)
		return "must be at most 2000 bytes long";
	if (is_header(text, "Authorization"))
		return "must not be Authorization, which `auth` is for";
	if (is_header(text, "User-Agent"))
		return "must not be User-Agent, which `user_agent` is for";
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (is_header(text, own[i]))
			return "must not be a header that wirewatch sets";
	return value_check_text(text);
}

const char *
value_check_id(const char *text)
{
	if (strlen(text) > ID_LEN_MAX)
		return "must be at most 100 characters long";
	if (*text == '.' || *text == '_' || *text == '-' || *text == '\0')
		return "must begin with a letter or digit";
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) && !strchr("._-", *text))
			return "must be made of letters a-z, digits, '.', '_' "
			       "and '-' only";
	return NULL;
}

/* Port number from 0 to 65535 and nothing else. */
static bool
is_port(const char *text, size_t len)
{
	int port = 0;

	if (len == 0 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		port = port * 10 + text[i] - '0';
	}
	return port <= 65535;
}

const char *
value_check_url(const char *text)
{
	const char *host, *end, *port;

	if (is_too_long(text))
		return TOO_LONG;
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f ||
		    strchr("\"<>\\^`{|}", *p))
			return "must be an address without spaces, quotes, "
			       "brackets or backslashes";
	if (strncasecmp(text, "http://", 7) != 0 &&
	    strncasecmp(text, "https://", 8) != 0)
		return "must begin with http:// or https://";
	host = strchr(text, '/') + 2;
	end = host + strcspn(host, "/?#");
	if (memchr(host, '@', (size_t)(end - host)) != NULL)
		return "must not hold a user name or password";
	port = *host == '[' ? memchr(host, ']', (size_t)(end - host)) : host;
	if (port == NULL)
		return "must close the bracket of its address";
	port += strcspn(port, ":/?#");
	if (port == host || *host == '[' ? port - host < 4 : *host == '.')
		return "must name a host";
	if (port < end && (!is_port(port + 1, (size_t)(end - port - 1)) ||
			      atoi(port + 1) == 0))
		return "must have a port between 1 and 65535";
	return NULL;
}

const char *
value_check_callback(const char *text)
{
	const char *wrong = value_check_url(text);

	if (wrong != NULL)
		return wrong;
	if (strpbrk(text, "?#") != NULL)
		return "must have no query";
	return text[strlen(text) - 1] != '/' ? "must end in a slash" : NULL;
}

const char *
value_check_language(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");

	if (len < 2 || len > 3)
		goto bad;
	for (text += len; *text != '\0'; text += len) {
		if (*text++ != '-')
			goto bad;
		for (len = 0; isalnum((unsigned char)text[len]);)
			len++;
		if (len == 0 || len > 8)
			goto bad;
	}
	return NULL;
bad:
	return "must be a language code such as en, ru or zh-Hans";
}

const char *
value_check_cidr(const char *text)
{
	struct address_range range;

	return address_range_parse(text, &range) == 0
		   ? NULL
		   : "must be an address block such as 10.0.0.0/8 or fd00::/8, "
		     "with no bits set beyond its length";
}

const char *
value_check_address(const char *text)
{
	static const char bad[] =
	    "must be a numeric address and port such as 127.0.0.1:8610 or "
	    "[::1]:8610";
	const char *colon = strrchr(text, ':');
	bool v6 = *text == '[';
	char address[INET6_ADDRSTRLEN];
	unsigned char bytes[16];
	size_t len;

	if (colon == NULL || !is_port(colon + 1, strlen(colon + 1)))
		return bad;
	len = (size_t)(colon - text);
	if (v6 && (len < 2 || colon[-1] != ']'))
		return bad;
	len -= v6 ? 2 : 0;
	if (len >= sizeof(address))
		return bad;
	memcpy(address, text + v6, len);
	address[len] = '\0';
	return inet_pton(v6 ? AF_INET6 : AF_INET, address, bytes) == 1 ? NULL
								       : bad;
}

const char *
value_check_listen(const char *text)
{
	return strcmp(text, "off") == 0 ? NULL : value_check_address(text);
}

const char *
value_check_milestone(const char *text)
{
	int64_t number = parse_amounts(text, no_units);

	return (number >= 2 && number <= 10000) || strcmp(text, "off") == 0
		   ? NULL
		   : "must be numbers of outlets from 2 to 10000, or off";
}

/* ---- text to field --------------------------------------------------- */

static int
find_choice(const struct schema_field *field, const char *text)
{
	for (int i = 0; field->choices[i] != NULL; i++)
		if (strcmp(field->choices[i], text) == 0)
			return i;
	return -1;
}

static char *
bad_choice(const struct schema_field *field, const char *text)
{
	struct buf buf = BUF_INIT;

	buf_add_str(&buf, "must be ");
	for (int i = 0; field->choices[i] != NULL; i++)
		buf_addf(&buf, "%s%s",
		    i == 0                  ? ""
		    : field->choices[i + 1] ? ", "
					    : " or ",
		    field->choices[i]);
	buf_addf(&buf, ", not \"%s\"", text);
	return buf_take(&buf);
}

/* The largest unit that the number is a whole multiple of. */
static void
add_amount(struct buf *buf, const struct unit *units, int64_t number)
{
	const struct unit *best = units;

	if (number == 0) {
		buf_add_char(buf, '0');
		return;
	}
	for (; units->name != NULL; units++)
		if (number % units->factor == 0)
			best = units;
	buf_addf(buf, "%" PRId64 "%s", number / best->factor, best->name);
}

/* What numbers of a type are written in, and are called. */
static const struct {
	const struct unit *units;
	const char *called;
} numbers[] = {
    [FIELD_COUNT] = {no_units, "whole number"},
    [FIELD_DURATION] = {time_units, "duration such as 90s, 5m or 1h30m"},
    [FIELD_SIZE] = {size_units, "size such as 512KiB or 64MiB"},
    [FIELD_RATIO] = {no_units, "fraction such as 0.25"},
    [FIELD_RATE] = {rate_units, "rate such as 50/s or 600/m"},
};

static void
add_number(struct buf *buf, const struct schema_field *field, int64_t number)
{
	if (field->type == FIELD_RATIO)
		buf_addf(buf, "%g", (double)number / 1000);
	else
		add_amount(buf, numbers[field->type].units, number);
}

static char *
set_number(const struct schema_field *field, void *record, const char *text)
{
	const struct unit *units = numbers[field->type].units;
	int64_t number = field->type == FIELD_RATIO
			     ? parse_ratio(text)
			     : parse_amounts(text, units);
	struct buf why = BUF_INIT;

	if (number < 0)
		return xasprintf("must be a %s, not \"%s\"",
		    numbers[field->type].called, text);
	if (field->max != 0 && (number < field->min || number > field->max)) {
		buf_add_str(&why, "must be between ");
		add_number(&why, field, field->min);
		buf_add_str(&why, " and ");
		add_number(&why, field, field->max);
		buf_addf(&why, ", not %s", text);
		return buf_take(&why);
	}
	memcpy(record_at(field, record), &number, sizeof(number));
	return NULL;
}

static char *
set_choice(const struct schema_field *field, void *record, const char *text)
{
	int i = find_choice(field, text);
	uint32_t mask;

	if (i < 0)
		return bad_choice(field, text);
	if (field->type == FIELD_ENUM) {
		memcpy(record_at(field, record), &i, sizeof(i));
		return NULL;
	}
	memcpy(&mask, record_at(field, record), sizeof(mask));
	mask |= 1u << i;
	memcpy(record_at(field, record), &mask, sizeof(mask));
	return NULL;
}

static char *
set_bool(const struct schema_field *field, void *record, const char *text)
{
	bool value = strcmp(text, "true") == 0;

	if (!value && strcmp(text, "false") != 0)
		return xasprintf("must be true or false, not \"%s\"", text);
	memcpy(record_at(field, record), &value, sizeof(value));
	return NULL;
}

/* Replaces the text of a field. */
static void
put_text(const struct schema_field *field, void *record, const char *text)
{
	char *copy;

	memcpy(&copy, record_at(field, record), sizeof(copy));
	free(copy);
	copy = xstrdup(text);
	memcpy(record_at(field, record), &copy, sizeof(copy));
}

static char *
set_pattern(const struct schema_field *field, void *record, const char *text)
{
	bool set = true;
	int error;
	size_t at;
	char message[120];
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)text,
	    PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &error, &at, NULL);

	if (code == NULL) {
		pcre2_get_error_message(
		    error, (PCRE2_UCHAR *)message, sizeof(message));
		return xasprintf(
		    "must be a regular expression: %s at byte %zu of \"%s\"",
		    message, at, text);
	}
	pcre2_code_free(code);
	put_text(field, record, text);
	memcpy((char *)record + field->len_offset, &set, sizeof(set));
	return NULL;
}

/* One value for each key of a group. */
static char *
set_all(const struct schema_field *field, void *record, const char *text)
{
	void *group = record_at(field, record);
	char *wrong = NULL;

	for (const struct schema_field *f = field->record->fields;
	     f->key && wrong == NULL; f++)
		wrong = value_set(f, group, text);
	return wrong;
}

char *
value_set(const struct schema_field *field, void *record, const char *text)
{
	const char *wrong = field->check != NULL ? field->check(text) : NULL;

	if (wrong != NULL)
		return *text == '\0' || strlen(text) > SHOWN_MAX
			   ? xstrdup(wrong)
			   : xasprintf("%s, not \"%s\"", wrong, text);
	switch (field->type) {
	case FIELD_COUNT:
	case FIELD_DURATION:
	case FIELD_SIZE:
	case FIELD_RATIO:
	case FIELD_RATE:
		return set_number(field, record, text);
	case FIELD_BOOL:
		return set_bool(field, record, text);
	case FIELD_ENUM:
	case FIELD_MASK:
		return set_choice(field, record, text);
	case FIELD_CHOICE:
		if (find_choice(field, text) < 0)
			return bad_choice(field, text);
		put_text(field, record, text);
		return NULL;
	case FIELD_TEXTS:
		strings_add(record_at(field, record), text);
		return NULL;
	case FIELD_PATTERN:
		return set_pattern(field, record, text);
	case FIELD_TEXT:
	case FIELD_SECRET:
	case FIELD_CERTIFICATES:
		put_text(field, record, text);
		return NULL;
	case FIELD_GROUP:
		if (field->record->scalar)
			return set_all(field, record, text);
		break;
	case FIELD_LIST:
	case FIELD_NAMES:
		break;
	}
	return xstrdup("must not be a single value");
}

bool
value_set_anyway(
    const struct schema_field *field, void *record, const char *text)
{
	if (field->type != FIELD_TEXT || *text == '\0')
		return false;
	put_text(field, record, text);
	return true;
}
