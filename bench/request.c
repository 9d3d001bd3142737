/*
 * Reading a request to the test server: header values, fields of the query
 * or of a form.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "bench/connection.h"

const char *
request_header(const struct request *request, const char *name, size_t *len)
{
	size_t name_len = strlen(name);
	const char *line = request->headers, *end;

	for (; (end = strstr(line, "\r\n")) != NULL && end != line;
	     line = end + 2) {
		if (strncasecmp(line, name, name_len) != 0 ||
		    line[name_len] != ':')
			continue;
		line += name_len + 1;
		line += strspn(line, " \t");
		*len = (size_t)(end - line);
		return line;
	}
	return NULL;
}

static int
hex_value(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

static char *
field_decode(const char *from, const char *end)
{
	struct buf out = BUF_INIT;

	for (; from < end; from++) {
		if (*from == '%' && end - from > 2 &&
		    isxdigit((unsigned char)from[1]) &&
		    isxdigit((unsigned char)from[2])) {
			buf_add_char(&out, (char)(hex_value(from[1]) << 4 |
						  hex_value(from[2])));
			from += 2;
		} else {
			buf_add_char(&out, *from == '+' ? ' ' : *from);
		}
	}
	return buf_take(&out);
}

static char *
field_find(const char *form, size_t len, const char *name)
{
	size_t name_len = strlen(name);
	const char *end = form + len, *stop;

	for (; form < end; form = stop + 1) {
		stop = memchr(form, '&', (size_t)(end - form));
		if (stop == NULL)
			stop = end;
		if ((size_t)(stop - form) > name_len &&
		    memcmp(form, name, name_len) == 0 && form[name_len] == '=')
			return field_decode(form + name_len + 1, stop);
	}
	return NULL;
}

char *
request_field(const struct request *request, const char *name)
{
	char *value = field_find(request->query, strlen(request->query), name);
	const char *type;
	size_t len;

	if (value != NULL)
		return value;
	type = request_header(request, "Content-Type", &len);
	if (type == NULL ||
	    strncasecmp(type, "application/x-www-form-urlencoded", 33) != 0)
		return NULL;
	return field_find(request->body, request->body_len, name);
}

long
request_number(const struct request *request, const char *name, long otherwise)
{
	char *value = request_field(request, name);
	long number = value != NULL ? strtol(value, NULL, 10) : otherwise;

	free(value);
	return number;
}
