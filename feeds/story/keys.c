/*
 * Keys of copies.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "story/keys.h"
#include "story/words.h"

#define HEADLINE_WORDS_MAX 300
#define PUBLISHER_CHARS_MIN 2
#define PUBLISHER_CHARS_MAX 25

/* ---- addresses ----------------------------------------------------------- */

/* Whether a query parameter only says where the reader comes from. */
static bool
is_tracker(const char *name, size_t len)
{
	static const char *const starts[] = {
	    "utm_", "fbclid", "gclid", "yclid", "ocid", "cmp", "mc_"};
	static const char *const names[] = {"from", "ref", "src"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (len >= strlen(starts[i]) &&
		    strncasecmp(name, starts[i], strlen(starts[i])) == 0)
			return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (len == strlen(names[i]) &&
		    strncasecmp(name, names[i], len) == 0)
			return true;
	return false;
}

static bool
ends_with(const char *text, size_t len, const char *tail)
{
	size_t n = strlen(tail);

	return len >= n && memcmp(text + len - n, tail, n) == 0;
}

static void
put_host(struct buf *out, const char *host, size_t len)
{
	static const char *const prefixes[] = {"www.", "m.", "amp.", "mobile."};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t n = strlen(prefixes[i]);

		if (len > n && strncasecmp(host, prefixes[i], n) == 0) {
			host += n;
			len -= n;
			break;
		}
	}
	if (ends_with(host, len, ":80"))
		len -= 3;
	else if (ends_with(host, len, ":443"))
		len -= 4;
	for (size_t i = 0; i < len; i++)
		buf_add_char(out, (char)tolower((unsigned char)host[i]));
}

static void
put_path(struct buf *out, const char *path, size_t len)
{
	if (ends_with(path, len, "/amp/"))
		len -= 5;
	else if (ends_with(path, len, "/amp"))
		len -= 4;
	else if (ends_with(path, len, "//"))
		len -= 2;
	else if (ends_with(path, len, "/"))
		len -= 1;
	buf_add(out, path, len);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A parameter with its percent signs and pluses undone. */
static void
put_parameter(struct buf *out, const char *text, size_t len)
{
	buf_add_char(out, '&');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '%' && i + 2 < len &&
		    hex_value(text[i + 1]) >= 0 &&
		    hex_value(text[i + 2]) >= 0) {
			buf_add_char(out, (char)(hex_value(text[i + 1]) << 4 |
						 hex_value(text[i + 2])));
			i += 2;
		} else {
			buf_add_char(out, text[i] == '+' ? ' ' : text[i]);
		}
	}
}

/* Parameters that have a value and are no trackers. */
static void
put_query(struct buf *out, const char *query, size_t len)
{
	const char *end = query + len;

	while (query < end) {
		size_t n = strcspn(query, "&#");
		const char *equals = memchr(query, '=', n);

		if (n > (size_t)(end - query))
			n = (size_t)(end - query);
		if (equals != NULL && equals + 1 < query + n &&
		    !is_tracker(query, (size_t)(equals - query)))
			put_parameter(out, query, n);
		query += n + 1;
	}
}

void
keys_put_url(struct buf *out, const char *url)
{
	const char *host = strstr(url, "://");
	size_t start = out->len, host_len, path_len;
	const char *path, *query;

	host = host != NULL ? host + 3 : url + strspn(url, "/");
	host_len = strcspn(host, "/?#");
	path = host + host_len;
	path_len = strcspn(path, "?#");
	query = path + path_len;
	put_host(out, host, host_len);
	host_len = out->len - start;
	put_path(out, path, path_len);
	if (*query == '?')
		put_query(out, query + 1, strcspn(query + 1, "#"));
	if (out->len == start + host_len)
		buf_truncate(out, start);
}

/* ---- headlines ----------------------------------------------------------- */

/* Bytes of a bulletin mark that the title starts with; 0: none. `#` in a mark
 * stands for digits; the last character may be after a colon. */
static size_t
mark_len(const char *title, const char *mark)
{
	const char *at = title;

	for (; *mark != '\0'; mark++) {
		if (*mark == '#') {
			if (!isdigit((unsigned char)*at))
				return 0;
			at += strspn(at, "0123456789");
			continue;
		}
		if (*mark == ' ' && mark[1] == '\0' && *at == ':')
			at++;
		if (tolower((unsigned char)*at) !=
		    tolower((unsigned char)*mark))
			return 0;
		at++;
	}
	return (size_t)(at - title);
}

static size_t
bulletin_len(const char *title)
{
	/* The Cyrillic ones: Срочно, срочно, СРОЧНО. */
	static const char *const marks[] = {"update #-", "wrapup #-",
	    "breaking ", "exclusive ", "live ",
	    "\xd0\xa1\xd1\x80\xd0\xbe\xd1\x87\xd0\xbd\xd0\xbe: ",
	    "\xd1\x81\xd1\x80\xd0\xbe\xd1\x87\xd0\xbd\xd0\xbe: ",
	    "\xd0\xa1\xd0\xa0\xd0\x9e\xd0\xa7\xd0\x9d\xd0\x9e: "};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (mark_len(title, marks[i]) > 0)
			return mark_len(title, marks[i]);
	return 0;
}

/* Bytes of the dash or bar at text; 0: none is there. */
static size_t
divider_len(const char *text)
{
	if (*text == '-' || *text == '|')
		return 1;
	if (strncmp(text, "\xe2\x80\x93", 3) == 0 ||
	    strncmp(text, "\xe2\x80\x94", 3) == 0)
		return 3;
	return 0;
}

/* Whether what follows the last divider can be a publisher: a short name that
 * does not start with a number. */
static bool
is_publisher(const char *text, size_t len)
{
	size_t chars = 0;

	for (size_t i = 0; i < len; i++)
		chars += ((unsigned char)text[i] & 0xc0) != 0x80;
	return chars >= PUBLISHER_CHARS_MIN && chars <= PUBLISHER_CHARS_MAX &&
	       !isdigit((unsigned char)*text);
}

/* Where a publisher behind the headline starts; len: there is none. */
static size_t
publisher_start(const char *title, size_t len)
{
	size_t i = len, n, start;

	while (i > 0 && divider_len(title + i - 1) == 0)
		i--;
	if (i < 2)
		return len;
	i--;
	n = divider_len(title + i);
	if (title[i - 1] != ' ' || i + n >= len || title[i + n] != ' ')
		return len;
	for (start = i + n; start < len && title[start] == ' ';)
		start++;
	if (!is_publisher(title + start, len - start))
		return len;
	return i - 1;
}

/* Length of the title without "(video)" and its like behind it. */
static size_t
without_label(const char *title, size_t len)
{
	static const char *const labels[] = {" (video)", " (photo)",
	    " (\xd0\xb2\xd0\xb8\xd0\xb4\xd0\xb5\xd0\xbe)",
	    " (\xd1\x84\xd0\xbe\xd1\x82\xd0\xbe)",
	    " (\xd0\x92\xd0\x98\xd0\x94\xd0\x95\xd0\x9e)",
	    " (\xd0\xa4\xd0\x9e\xd0\xa2\xd0\x9e)"};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		size_t n = strlen(labels[i]);

		if (len > n && strncasecmp(title + len - n, labels[i], n) == 0)
			return len - n;
	}
	return len;
}

const char *
keys_headline(const char *title, size_t *len)
{
	size_t whole;

	title += strspn(title, " ");
	title += bulletin_len(title);
	whole = strlen(title);
	while (whole > 0 && title[whole - 1] == ' ')
		whole--;
	*len = without_label(title, whole);
	if (*len == whole)
		*len = publisher_start(title, whole);
	return title;
}

/* ---- hashes -------------------------------------------------------------- */

/* Of the words from..to - 1 but one; without: SIZE_MAX for none. */
static uint64_t
hash_words(const struct words *words, size_t from, size_t to, size_t without)
{
	uint64_t hash = 0;

	for (size_t i = from; i < to; i++)
		if (i != without)
			hash = hash_bytes(hash,
			    words_text(words, &words->at[i]), words->at[i].len);
	return hash != 0 ? hash : 1;
}

static void
add_shortened(const struct words *words, struct keys *keys)
{
	if (words->len < KEYS_SHORT_WORDS_MIN)
		return;
	for (size_t i = 0;
	     i < words->len && keys->shortened_len < KEYS_SHORT_MAX; i++)
		if (!(words->at[i].flags & WORD_DIGIT))
			keys->shortened[keys->shortened_len++] =
			    hash_words(words, 0, words->len, i);
}

static void
make_title_keys(const char *title, bool shortened, struct keys *keys)
{
	struct words words = {.join_marks = true};
	size_t len;
	const char *headline = keys_headline(title, &len);

	words_split(&words, headline, len, SIZE_MAX, HEADLINE_WORDS_MAX);
	if (words.len < KEYS_TITLE_WORDS_MIN) /* maybe too much was cut off */
		words_split(
		    &words, title, strlen(title), SIZE_MAX, HEADLINE_WORDS_MAX);
	if (words.len >= KEYS_TITLE_WORDS_MIN) {
		keys->title = hash_words(&words, 0, words.len, SIZE_MAX);
		keys->head =
		    hash_words(&words, 0, KEYS_TITLE_WORDS_MIN, SIZE_MAX);
		keys->tail = hash_words(&words,
		    words.len - KEYS_TITLE_WORDS_MIN, words.len, SIZE_MAX);
	}
	if (shortened)
		add_shortened(&words, keys);
	words_clear(&words);
}

uint64_t
keys_text(const char *text)
{
	struct words words = {.join_marks = true};
	uint64_t key = 0;

	if (text == NULL)
		return 0;
	words_split(&words, text, strlen(text), SIZE_MAX, KEYS_TEXT_WORDS);
	if (words.len == KEYS_TEXT_WORDS)
		key = hash_words(&words, 0, words.len, SIZE_MAX);
	words_clear(&words);
	return key;
}

uint64_t
keys_of_host(const char *canonical)
{
	uint64_t hash = hash_bytes(0, canonical, strcspn(canonical, "/&"));

	return hash >> KEYS_PATH_BITS << KEYS_PATH_BITS;
}

static void
make_url_key(const char *url, struct keys *keys)
{
	struct buf canonical = BUF_INIT;

	keys_put_url(&canonical, url);
	if (canonical.len > 0)
		keys->url = keys_of_host(buf_str(&canonical)) |
			    hash_bytes(0, canonical.data, canonical.len) >>
				(64 - KEYS_PATH_BITS);
	buf_clear(&canonical);
}

static void
make_keys(const char *url, const char *title, bool shortened, struct keys *keys)
{
	keys->url = keys->title = keys->head = keys->tail = 0;
	keys->shortened_len = 0;
	if (url != NULL)
		make_url_key(url, keys);
	if (title != NULL)
		make_title_keys(title, shortened, keys);
}

void
keys_make(const char *url, const char *title, struct keys *keys)
{
	make_keys(url, title, true, keys);
}

void
keys_make_stored(const char *url, const char *title, struct keys *keys)
{
	make_keys(url, title, false, keys);
}

static bool
has_shortened(const struct keys *keys, uint64_t key)
{
	for (size_t i = 0; i < keys->shortened_len; i++)
		if (keys->shortened[i] == key)
			return true;
	return false;
}

bool
keys_match(const struct keys *a, const struct keys *b)
{
	if (a->url != 0 && a->url == b->url)
		return true;
	if (a->title == 0 || b->title == 0)
		return false;
	if (a->title == b->title || has_shortened(a, b->title) ||
	    has_shortened(b, a->title))
		return true;
	for (size_t i = 0; i < a->shortened_len; i++)
		if (has_shortened(b, a->shortened[i]))
			return true;
	return false;
}
