/*
 * Resolution of references after RFC 3986 section 5, with the repairs that
 * addresses in feeds need first.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "parse/url.h"

struct span {
	const char *at; /* NULL: the component is not there */
	size_t len;
};

/* The components of RFC 3986 section 3. */
struct url {
	struct span scheme;
	struct span authority;
	struct span path; /* never NULL */
	struct span query;
	struct span fragment;
};

static size_t
scheme_len(const char *s, size_t len)
{
	size_t n = 0;

	if (len == 0 || !isalpha((unsigned char)s[0]))
		return 0;
	while (n < len &&
	       (isalnum((unsigned char)s[n]) || strchr("+-.", s[n]) != NULL))
		n++;
	return n < len && s[n] == ':' ? n : 0;
}

/* How many bytes come before any of the stop characters. */
static size_t
run_len(const char *s, size_t len, const char *stops)
{
	size_t n = 0;

	while (n < len && s[n] != stops[0] && s[n] != stops[1] &&
	       (stops[1] == '\0' || s[n] != stops[2]))
		n++;
	return n;
}

static void
split(const char *s, size_t len, struct url *url)
{
	size_t n = scheme_len(s, len);

	*url = (struct url){0};
	if (n > 0) {
		url->scheme = (struct span){s, n};
		s += n + 1;
		len -= n + 1;
	}
	if (len >= 2 && s[0] == '/' && s[1] == '/') {
		n = run_len(s + 2, len - 2, "/?#");
		url->authority = (struct span){s + 2, n};
		s += n + 2;
		len -= n + 2;
	}
	n = run_len(s, len, "?#");
	url->path = (struct span){s, n};
	s += n;
	len -= n;
	if (len > 0 && s[0] == '?') {
		n = run_len(s + 1, len - 1, "#");
		url->query = (struct span){s + 1, n};
		s += n + 1;
		len -= n + 1;
	}
	if (len > 0)
		url->fragment = (struct span){s + 1, len - 1};
}

static void
add_span(
    struct buf *out, const char *before, struct span span, const char *after)
{
	if (span.at == NULL)
		return;
	buf_add_str(out, before);
	buf_add(out, span.at, span.len);
	buf_add_str(out, after);
}

/* Drops the last segment of the path that begins at start. */
static void
drop_segment(struct buf *out, size_t start)
{
	size_t len = out->len;

	while (len > start && out->data[len - 1] != '/')
		len--;
	if (len > start)
		len--;
	buf_truncate(out, len);
}

/* Appends a path without its dot segments (section 5.2.4). */
static void
add_clean_path(struct buf *out, const char *path, size_t len)
{
	size_t start = out->len;

	while (len > 0) {
		size_t slash = path[0] == '/';
		size_t n = slash + run_len(path + slash, len - slash, "/");
		size_t name = n - slash;
		bool last = n == len;

		if (name == 1 && path[slash] == '.') {
			if (last)
				buf_add_str(out, "/");
		} else if (name == 2 && memcmp(path + slash, "..", 2) == 0) {
			drop_segment(out, start);
			if (last)
				buf_add_str(out, "/");
		} else
			buf_add(out, path, n);
		path += n;
		len -= n;
	}
}

/* The reference's path put in the place of the base's last segment (section
 * 5.2.3). */
static void
add_merged_path(struct buf *out, const struct url *base, struct span path)
{
	struct buf merged = BUF_INIT;
	size_t keep = base->path.len;

	while (keep > 0 && base->path.at[keep - 1] != '/')
		keep--;
	if (base->path.len == 0 && base->authority.at != NULL)
		buf_add_str(&merged, "/");
	else
		buf_add(&merged, base->path.at, keep);
	buf_add(&merged, path.at, path.len);
	add_clean_path(out, merged.data, merged.len);
	buf_clear(&merged);
}

/* Section 5.2.2 for a reference without scheme. */
static void
add_resolved(struct buf *out, const struct url *base, const struct url *ref)
{
	struct span query = ref->query;

	add_span(out, "", base->scheme, ":");
	add_span(out, "//",
	    ref->authority.at != NULL ? ref->authority : base->authority, "");
	if (ref->authority.at != NULL ||
	    (ref->path.len > 0 && ref->path.at[0] == '/'))
		add_clean_path(out, ref->path.at, ref->path.len);
	else if (ref->path.len > 0)
		add_merged_path(out, base, ref->path);
	else {
		buf_add(out, base->path.at, base->path.len);
		if (query.at == NULL)
			query = base->query;
	}
	add_span(out, "?", query, "");
	add_span(out, "#", ref->fragment, "");
}

/* "&amp;" that is left in an address was escaped twice. */
static bool
is_escaped_amp(const char *s, size_t len)
{
	return len >= 5 && memcmp(s, "&amp;", 5) == 0;
}

/* Copies a reference without tabs and line breaks, other blanks and controls
 * percent-encoded, "&amp;" as "&". */
static void
add_repaired(struct buf *out, const char *ref, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)ref[i];

		if (c == '\t' || c == '\n' || c == '\r' || c == '\0')
			continue;
		if (is_escaped_amp(ref + i, len - i)) {
			buf_add_char(out, '&');
			i += 4;
		} else if (c <= 0x20 || c == 0x7F || strchr("\"<>", c) != NULL)
			buf_addf(out, "%%%02X", c);
		else
			buf_add_char(out, (char)c);
	}
}

/* An absolute address: its path loses dot segments where the scheme has
 * paths; all else stays as it is. */
static void
add_absolute(struct buf *out, const char *ref, size_t len)
{
	struct url url;

	split(ref, len, &url);
	if (url.authority.at == NULL) {
		buf_add(out, ref, len);
		return;
	}
	add_span(out, "", url.scheme, ":");
	add_span(out, "//", url.authority, "");
	add_clean_path(out, url.path.at, url.path.len);
	add_span(out, "?", url.query, "");
	add_span(out, "#", url.fragment, "");
}

/* "http:path" and "https:path" with the base's own scheme are relative, as
 * browsers have it (section 5.2.2, the non-strict way). */
static size_t
useless_scheme_len(const struct url *base, const char *ref, size_t len)
{
	size_t n = scheme_len(ref, len);

	if (n == 0 || base->scheme.len != n ||
	    strncasecmp(ref, base->scheme.at, n) != 0 ||
	    strncasecmp(ref, "http", 4) != 0 ||
	    (len > n + 1 && ref[n + 1] == '/'))
		return 0;
	return n + 1;
}

/* Whether it is an address already, with nothing to repair. */
static bool
is_fine(const char *s, size_t len)
{
	size_t n = scheme_len(s, len);

	if (n == 0 || len < n + 3 || s[n + 1] != '/' || s[n + 2] != '/')
		return false;
	for (size_t i = n; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c > '>' && c != 0x7F)
			continue;
		if (c <= 0x22 ? c != '!' : c == '<' || c == '>' || c == 0x7F)
			return false;
		if ((c == '.' && s[i - 1] == '/') ||
		    (c == '&' && is_escaped_amp(s + i, len - i)))
			return false;
	}
	return true;
}

/* No address of anything: a program for whoever clicks on it. */
static bool
is_script(const char *s, size_t len)
{
	size_t n = scheme_len(s, len);

	return (n == 10 && strncasecmp(s, "javascript", n) == 0) ||
	       (n == 8 && strncasecmp(s, "vbscript", n) == 0);
}

bool
url_resolve_add(
    struct buf *out, const char *base, const char *ref, size_t ref_len)
{
	struct buf fixed = BUF_INIT;
	struct url base_url, ref_url;
	size_t skip = 0;

	while (ref_len > 0 && (unsigned char)ref[0] <= 0x20) {
		ref++;
		ref_len--;
	}
	while (ref_len > 0 && (unsigned char)ref[ref_len - 1] <= 0x20)
		ref_len--;
	if (ref_len == 0 || ref_len > URL_MAX || is_script(ref, ref_len))
		return false;
	if (is_fine(ref, ref_len)) {
		buf_add(out, ref, ref_len);
		return true;
	}
	add_repaired(&fixed, ref, ref_len);
	if (is_script(
		buf_str(&fixed), fixed.len)) { /* there were breaks in it */
		buf_clear(&fixed);
		return false;
	}
	if (base != NULL && url_is_absolute(base) &&
	    !is_script(base, strlen(base))) {
		split(base, strlen(base), &base_url);
		skip = useless_scheme_len(&base_url, fixed.data, fixed.len);
		split(fixed.data + skip, fixed.len - skip, &ref_url);
		if (ref_url.scheme.at == NULL)
			add_resolved(out, &base_url, &ref_url);
		else
			add_absolute(out, fixed.data, fixed.len);
	} else if (url_is_absolute(fixed.data))
		add_absolute(out, fixed.data, fixed.len);
	else
		buf_add(out, fixed.data, fixed.len);
	buf_clear(&fixed);
	return true;
}

char *
url_resolve(const char *base, const char *ref)
{
	struct buf out = BUF_INIT;

	if (!url_resolve_add(&out, base, ref, strlen(ref)))
		return NULL;
	return buf_take(&out);
}

bool
url_is_absolute(const char *url)
{
	return scheme_len(url, strlen(url)) > 0;
}

bool
url_is_web(const char *url)
{
	struct url parts;

	split(url, strlen(url), &parts);
	return parts.scheme.at != NULL && parts.authority.len > 0 &&
	       (strncasecmp(url, "http:", 5) == 0 ||
		   strncasecmp(url, "https:", 6) == 0);
}

char *
url_host(const char *url)
{
	struct buf host = BUF_INIT;
	struct url parts;
	const char *p, *end, *at;

	split(url, strlen(url), &parts);
	p = parts.authority.at;
	end = p != NULL ? p + parts.authority.len : p;
	for (at = p; at != end; at++)
		if (*at == '@')
			p = at + 1;
	for (bool literal = false; p != end; p++) {
		literal = (literal || *p == '[') && *p != ']';
		if (*p == ':' && !literal)
			break;
		buf_add_char(
		    &host, *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p);
	}
	if (host.len > 1 && host.data[host.len - 1] == '.')
		host.data[--host.len] = '\0';
	return buf_take(&host);
}

void
url_encode_add(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL)
			buf_add_char(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}
