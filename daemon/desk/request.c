/*
 * Reading the head of an HTTP request. Runs in the desk; pure.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "desk/request.h"

/* Header names and where their value goes. */
static const struct {
	const char *name;
	size_t offset;
} wanted[] = {
    {"Connection", offsetof(struct request, connection)},
    {"Content-Length", offsetof(struct request, content_length)},
    {"Content-Type", offsetof(struct request, content_type)},
    {"Expect", offsetof(struct request, expect)},
    {"Host", offsetof(struct request, host)},
    {"Last-Event-ID", offsetof(struct request, last_event_id)},
    {"Sec-Fetch-Mode", offsetof(struct request, sec_fetch_mode)},
    {"Sec-Fetch-Site", offsetof(struct request, sec_fetch_site)},
    {"Transfer-Encoding", offsetof(struct request, transfer_encoding)},
    {"X-Hub-Signature", offsetof(struct request, x_hub_signature)},
};

#define WANTED (sizeof(wanted) / sizeof(*wanted))

static char **
header_field(struct request *request, size_t i)
{
	return (char **)((char *)request + wanted[i].offset);
}

void
request_clear(struct request *request)
{
	if (request == NULL)
		return;
	free(request->path);
	free(request->query);
	for (size_t i = 0; i < WANTED; i++)
		free(*header_field(request, i));
	memset(request, 0, sizeof(*request));
}

static enum request_method
find_method(const char *name, size_t len)
{
	if (len == 3 && memcmp(name, "GET", 3) == 0)
		return REQUEST_GET;
	if (len == 4 && memcmp(name, "HEAD", 4) == 0)
		return REQUEST_HEAD;
	if (len == 4 && memcmp(name, "POST", 4) == 0)
		return REQUEST_POST;
	return REQUEST_OTHER;
}

static bool
is_token(const char *text, size_t len)
{
	static const char extra[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			(c >= 'a' && c <= 'z') ||
			(c != '\0' && strchr(extra, c) != NULL)))
			return false;
	}
	return len > 0;
}

/* No control character and no space: what may stand in a request target. */
static bool
is_target(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
			return false;
	return len > 0 && *text == '/';
}

/* RFC 9112 section 3; only the origin form of the target is answered. */
static int
parse_line(const char *line, size_t len, struct request *request)
{
	const char *target, *version, *question, *end = line + len;

	target = memchr(line, ' ', len);
	if (target == NULL || !is_token(line, (size_t)(target - line)))
		return 400;
	request->method = find_method(line, (size_t)(target - line));
	target++;
	version = memchr(target, ' ', (size_t)(end - target));
	if (version == NULL || !is_target(target, (size_t)(version - target)))
		return 400;
	if (end - version != 9 || memcmp(version, " HTTP/", 6) != 0)
		return 400;
	if (version[6] != '1' || version[7] != '.')
		return 505;
	request->keep_alive = version[8] != '0';
	question = memchr(target, '?', (size_t)(version - target));
	if (question != NULL)
		request->query =
		    xstrndup(question + 1, (size_t)(version - question - 1));
	request->path = xstrndup(
	    target, (size_t)((question != NULL ? question : version) - target));
	return 200;
}

static bool
is_field_value(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\t') ||
		    text[i] == 0x7f)
			return false;
	return true;
}

/* One header, RFC 9110 section 5; a repeated one that matters is refused. */
static int
parse_header(const char *line, size_t len, struct request *request)
{
	const char *colon = memchr(line, ':', len), *value, *end = line + len;

	if (colon == NULL || !is_token(line, (size_t)(colon - line)))
		return 400;
	for (value = colon + 1;
	     value < end && (*value == ' ' || *value == '\t');)
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (!is_field_value(value, (size_t)(end - value)))
		return 400;
	for (size_t i = 0; i < WANTED; i++) {
		char **field = header_field(request, i);

		if (strlen(wanted[i].name) != (size_t)(colon - line) ||
		    strncasecmp(line, wanted[i].name, (size_t)(colon - line)) !=
			0)
			continue;
		if (*field != NULL)
			return 400;
		*field = xstrndup(value, (size_t)(end - value));
	}
	return 200;
}

/* A length besides makes it another body to other readers (RFC 9112 section
 * 6.3), and HTTP/1.0 knows no codings. */
static int
judge_coding(struct request *request)
{
	if (strcasecmp(request->transfer_encoding, "chunked") != 0)
		return 501;
	request->chunked = true;
	return request->content_length == NULL && request->keep_alive ? 200
								      : 400;
}

/* What the headers say about the body and the connection. */
static int
judge_headers(struct request *request)
{
	const char *digits = request->content_length;
	int status = 200;
	char *end;

	if (request->host == NULL && request->keep_alive) /* HTTP/1.1 */
		return 400;
	if (request->transfer_encoding != NULL)
		status = judge_coding(request);
	if (request->connection != NULL &&
	    strcasecmp(request->connection, "close") == 0)
		request->keep_alive = false;
	if (digits == NULL || status != 200)
		return status;
	if (*digits < '0' || *digits > '9')
		return 400;
	request->body_len = strtoul(digits, &end, 10);
	if (*end != '\0')
		return 400;
	return request->body_len > REQUEST_BODY_MAX ? 413 : 200;
}

static int
parse_lines(const char *at, const char *end, struct request *request)
{
	const char *stop = memmem(at, (size_t)(end - at), "\r\n", 2);
	int status = parse_line(at, (size_t)(stop - at), request);

	for (int i = 0; status == 200; i++) {
		at = stop + 2;
		stop = memmem(at, (size_t)(end - at), "\r\n", 2);
		if (stop == at)
			return judge_headers(request);
		if (i == REQUEST_HEADERS_MAX)
			return 431;
		status = parse_header(at, (size_t)(stop - at), request);
	}
	return status;
}

int
request_parse(
    const char *bytes, size_t len, struct request *request, size_t *used)
{
	struct request read = {0};
	const char *end;
	int status;

	end = memmem(bytes, len < REQUEST_HEAD_MAX ? len : REQUEST_HEAD_MAX,
	    "\r\n\r\n", 4);
	if (end == NULL)
		return len < REQUEST_HEAD_MAX ? 0 : 431;
	end += 4;
	status = parse_lines(bytes, end, &read);
	if (status != 200) {
		request_clear(&read);
		return status;
	}
	*request = read;
	*used = (size_t)(end - bytes);
	return 200;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that %XX at text stands for; 0 when it is none or a NUL. */
static char
decode_escape(const char *text, size_t len)
{
	int high, low;

	if (len < 3)
		return '\0';
	high = hex_value(text[1]);
	low = hex_value(text[2]);
	return high < 0 || low < 0 ? '\0' : (char)(high * 16 + low);
}

char *
request_decode(const char *text, size_t len, bool plus)
{
	char *decoded = xmalloc(len + 1), *to = decoded;

	for (size_t i = 0; i < len; i++) {
		*to = text[i];
		if (text[i] == '%') {
			*to = decode_escape(text + i, len - i);
			i += 2;
		} else if (plus && text[i] == '+') {
			*to = ' ';
		}
		if (*to++ == '\0') {
			free(decoded);
			return NULL;
		}
	}
	*to = '\0';
	return decoded;
}
