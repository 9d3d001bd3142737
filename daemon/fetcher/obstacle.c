/*
 * Signs of bot walls and their kin, by what such services send by themselves:
 * a header or a word in the page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "fetcher/obstacle.h"
#include "text/clean.h"

#define BARE_LINKS_MAX 8 /* privacy, imprint, help and the like */

#define ADVICE                                                               \
	"take another official address of the outlet (a feed, a news "       \
	"sitemap), ask it to let wirewatch in, or reach it through a proxy " \
	"that it knows"

/* A header that tells of a shield. value: a part of it, in small letters. */
static const struct {
	const char *name;
	const char *value;
	const char *shield;
	bool challenged; /* it only stands in pages of the shield's own */
} fields[] = {
    {"cf-mitigated", "", "Cloudflare", true},
    {"x-amzn-waf-action", "", "AWS WAF", true},
    {"server", "cloudflare", "Cloudflare", false},
    {"server", "ddos-guard", "DDoS-Guard", false},
    {"server", "qrator", "Qrator", false},
    {"server", "variti", "Variti", false},
    {"server", "servicepipe", "Servicepipe", false},
    {"server", "akamaighost", "Akamai", false},
    {"server", "sucuri", "Sucuri", false},
    {"x-sucuri-id", "", "Sucuri", false},
    {"x-datadome", "", "DataDome", false},
    {"set-cookie", "__ddg", "DDoS-Guard", false},
    {"set-cookie", "datadome=", "DataDome", false},
    {"set-cookie", "incap_ses_", "Imperva", false},
    {"set-cookie", "visid_incap_", "Imperva", false},
    {"set-cookie", "_px", "HUMAN", false},
};

/* Words in pages, in small letters. shield: NULL where the kind says it all.
 * weak: they stand in honest pages, too. */
static const struct {
	const char *word;
	enum obstacle kind;
	const char *shield;
	bool weak;
} words[] = {
    {"_cf_chl_opt", OBSTACLE_WALL, "Cloudflare", false},
    {"__cf_chl_", OBSTACLE_WALL, "Cloudflare", false},
    {"/cdn-cgi/challenge-platform/h/", OBSTACLE_WALL, "Cloudflare", false},
    {"cf-browser-verification", OBSTACLE_WALL, "Cloudflare", false},
    {"check.ddos-guard.net", OBSTACLE_WALL, "DDoS-Guard", false},
    {"/.well-known/ddos-guard/", OBSTACLE_WALL, "DDoS-Guard", false},
    {"_incapsula_resource", OBSTACLE_WALL, "Imperva", false},
    {"captcha-delivery.com", OBSTACLE_WALL, "DataDome", false},
    {"px-captcha", OBSTACLE_WALL, "HUMAN", false},
    {"awswafcookiedomainlist", OBSTACLE_WALL, "AWS WAF", false},
    {"gokuprops", OBSTACLE_WALL, "AWS WAF", false},
    {"__qrator", OBSTACLE_WALL, "Qrator", false},
    {"servicepipe.ru", OBSTACLE_WALL, "Servicepipe", false},
    {"sucuri_cloudproxy_js", OBSTACLE_WALL, "Sucuri", false},
    {"/_sec/cp_challenge/", OBSTACLE_WALL, "Akamai", false},
    {"anubis_challenge", OBSTACLE_WALL, "Anubis", false},
    {"the requested url was rejected. please consult", OBSTACLE_WALL, "F5",
	false},
    {"adsense/domains/caf.js", OBSTACLE_PARKED, NULL, false},
    {"sedoparking.com", OBSTACLE_PARKED, NULL, false},
    {"parkingcrew.net", OBSTACLE_PARKED, NULL, false},
    {"wispaccessgatewayparam", OBSTACLE_PORTAL, NULL, false},
    {"captive portal", OBSTACLE_PORTAL, NULL, true},
    {"before you continue to", OBSTACLE_CONSENT, NULL, true},
    {"collectconsent", OBSTACLE_CONSENT, NULL, true},
    {"enable javascript and cookies", OBSTACLE_SCRIPT, NULL, true},
    {"please enable javascript", OBSTACLE_SCRIPT, NULL, true},
    {"requires javascript", OBSTACLE_SCRIPT, NULL, true},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static char
small(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Whether the bytes hold the word; both are in small letters. */
static bool
holds(const char *bytes, size_t len, const char *word)
{
	return memmem(bytes, len, word, strlen(word)) != NULL;
}

/* Whether the value of a header field holds the word, which is in small
 * letters. */
static bool
value_holds(const char *value, size_t len, const char *word)
{
	size_t word_len = strlen(word), k;

	for (size_t i = 0; i + word_len <= len; i++) {
		for (k = 0; k < word_len && small(value[i + k]) == word[k]; k++)
			continue;
		if (k == word_len)
			return true;
	}
	return false;
}

/* Whether the bytes begin with the word, which is in small letters. */
static bool
begins(const char *bytes, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	return len >= word_len && strncasecmp(bytes, word, word_len) == 0;
}

void
obstacle_note_field(struct obstacle_signs *signs, const char *name,
    size_t name_len, const char *value, size_t len)
{
	for (size_t i = 0; i < LENGTH(fields); i++) {
		if (strlen(fields[i].name) != name_len ||
		    strncasecmp(name, fields[i].name, name_len) != 0 ||
		    !value_holds(value, len, fields[i].value))
			continue;
		if (signs->shield == NULL || fields[i].challenged)
			signs->shield = fields[i].shield;
		signs->challenged |= fields[i].challenged;
		return;
	}
}

/* The length of white space, a byte order mark, a comment or an instruction
 * that the bytes begin with; 0: none. */
static size_t
prolog_len(const char *bytes, size_t len)
{
	static const struct {
		const char *begin, *end;
	} parts[] = {{"<!--", "-->"}, {"<?", "?>"}};
	const char *end;

	if (len > 0 && strchr(" \t\r\n", bytes[0]) != NULL)
		return 1;
	if (begins(bytes, len, "\xef\xbb\xbf"))
		return 3;
	for (size_t i = 0; i < LENGTH(parts); i++) {
		if (!begins(bytes, len, parts[i].begin))
			continue;
		end = memmem(bytes, len, parts[i].end, strlen(parts[i].end));
		return end != NULL
			   ? (size_t)(end - bytes) + strlen(parts[i].end)
			   : len;
	}
	return 0;
}

static bool
is_page(const char *bytes, size_t len)
{
	static const char *const beginnings[] = {"<!doctype html", "<html",
	    "<head", "<body", "<script", "<meta", "<noscript", "<title",
	    "<style", "<center", "<iframe", "<table", "<div", "<h1", "<br",
	    "<p>", "<b>"};

	for (size_t skip; (skip = prolog_len(bytes, len)) > 0; len -= skip)
		bytes += skip;
	for (size_t i = 0; i < LENGTH(beginnings); i++)
		if (begins(bytes, len, beginnings[i]))
			return true;
	return false;
}

void
obstacle_keep_page(struct buf *page, const char *bytes, size_t len)
{
	if (is_page(bytes, len))
		buf_add(page, bytes,
		    len < OBSTACLE_PAGE_MAX ? len : OBSTACLE_PAGE_MAX);
}

/* ---- judging ------------------------------------------------------------- */

/* "consent.example", "guce.example", or a path of that name. */
static bool
is_consent_address(const char *url)
{
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	return strncasecmp(host, "consent.", 8) == 0 ||
	       strncasecmp(host, "guce.", 5) == 0 ||
	       strcasestr(host, "/consent") != NULL;
}

/* A page that sets a cookie by script and comes again. */
static bool
is_reload_page(const struct obstacle_view *view)
{
	return holds(view->page, view->page_len, "document.cookie") &&
	       holds(view->page, view->page_len, "location");
}

/* "www.example.org": the host in a URL and its length. */
static const char *
host_of(const char *url, size_t *len)
{
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	*len = strcspn(host, ":/?#");
	return host;
}

/* The last two labels: they may be less than what one owner has, but not less
 * than what any two of one owner have in common. */
static const char *
site_of(const char *host, size_t *len)
{
	size_t at = *len, dots = 0;

	if (strspn(host, "0123456789.") >= *len)
		return host;
	while (at > 0 && dots < 2)
		dots += host[--at] == '.';
	at += dots == 2;
	*len -= at;
	return host + at;
}

static bool
is_elsewhere(const char *asked, const char *url)
{
	size_t len[2];
	const char *host[2] = {host_of(asked, &len[0]), host_of(url, &len[1])};

	for (int i = 0; i < 2; i++)
		host[i] = site_of(host[i], &len[i]);
	return len[0] != len[1] || strncasecmp(host[0], host[1], len[0]) != 0;
}

/* ---- pages with nothing to read ----------------------------------------- */

/* A page that is whole and leads hardly anywhere: what it has to say is what it
 * asks of the reader. Front pages, articles and most pages of errors have the
 * links of their site. */
static bool
is_bare(const struct obstacle_view *view)
{
	const char *at = view->page, *end = at + view->page_len;
	size_t links = 0;

	if (view->page_len >= OBSTACLE_PAGE_MAX)
		return false;
	for (; (at = memmem(at, (size_t)(end - at), "<a ", 3)) != NULL; at++)
		links++;
	return links <= BARE_LINKS_MAX;
}

/* Whether <noscript> speaks of JavaScript, in whatever language. */
static bool
wants_script(const struct obstacle_view *view)
{
	const char *end = view->page + view->page_len;
	const char *from = memmem(view->page, view->page_len, "<noscript", 9);
	const char *to;

	if (from == NULL)
		return false;
	to = memmem(from, (size_t)(end - from), "</noscript", 10);
	return holds(
	    from, (size_t)((to != NULL ? to : end) - from), "javascript");
}

static bool
holds_any(const struct obstacle_view *view, const char *const *words_of)
{
	for (; *words_of != NULL; words_of++)
		if (holds(view->page, view->page_len, *words_of))
			return true;
	return false;
}

/* By words that are the same in all languages, as those of HTML are. */
static enum obstacle
judge_bare_page(const struct obstacle_view *view)
{
	static const char *const captchas[] = {"captcha", "/turnstile/", NULL};
	static const char *const passwords[] = {
	    "type=\"password\"", "type='password'", "type=password", NULL};
	static const char *const buttons[] = {
	    "<button", "<form", "<input", NULL};
	static const char *const consents[] = {"cookie", "__tcfapi", "__cmp",
	    "didomi", "onetrust", "usercentrics", NULL};

	if (holds_any(view, captchas))
		return OBSTACLE_WALL;
	if (holds_any(view, passwords))
		return OBSTACLE_LOGIN;
	if (holds_any(view, buttons) && holds_any(view, consents))
		return OBSTACLE_CONSENT;
	return wants_script(view) ? OBSTACLE_SCRIPT : OBSTACLE_NONE;
}

/* ---- all pages ----------------------------------------------------------- */

static enum obstacle
find_word(const struct obstacle_view *view, bool weak, const char **shield)
{
	for (size_t i = 0; i < LENGTH(words); i++) {
		if ((words[i].weak && !weak) ||
		    !holds(view->page, view->page_len, words[i].word))
			continue;
		if (words[i].shield != NULL)
			*shield = words[i].shield;
		return words[i].kind;
	}
	return OBSTACLE_NONE;
}

/* Pages of errors have much that pages in the way have: of these, only what is
 * clear counts, as of a page that names feeds. A part (206) or a choice (300)
 * is told by its status, whatever it holds. */
static enum obstacle
judge_page(const struct obstacle_view *view, const char **shield)
{
	bool honest =
	    view->names_feeds || view->status >= 300 || view->status == 206;
	enum obstacle kind = find_word(view, !honest, shield);

	if (kind != OBSTACLE_NONE || honest)
		return kind;
	if (is_consent_address(view->url))
		return OBSTACLE_CONSENT;
	if (view->titled_wall)
		return OBSTACLE_WALL;
	if (is_bare(view))
		kind = judge_bare_page(view);
	if (kind != OBSTACLE_NONE)
		return kind;
	if (is_reload_page(view))
		return OBSTACLE_SCRIPT;
	return is_elsewhere(view->asked, view->url) ? OBSTACLE_ELSEWHERE
						    : OBSTACLE_PAGE;
}

/* A refusal by a shield is its own word, not the outlet's; an error of the
 * server behind it (5xx) is not. */
static enum obstacle
judge(const struct obstacle_view *view, const char **shield)
{
	enum obstacle kind = OBSTACLE_NONE;

	*shield = view->signs.shield;
	if (view->status == 511) /* RFC 6585 section 6 */
		return OBSTACLE_PORTAL;
	if (view->signs.challenged)
		return OBSTACLE_WALL;
	if (view->page != NULL)
		kind = judge_page(view, shield);
	if (kind == OBSTACLE_NONE && view->signs.shield != NULL &&
	    (view->status == 401 || view->status == 403 || view->status == 405))
		return OBSTACLE_WALL;
	return kind;
}

static void
describe_elsewhere(const char *url, char *sentence, size_t size)
{
	size_t len;
	const char *host = host_of(url, &len);

	snprintf(sentence, size,
	    "a page of another site, %.*s, answers in place of the feed: where "
	    "that is the login page of a network (captive portal) log this "
	    "machine in, else look for another official address of the outlet",
	    len < 100 ? (int)len : 100, host);
}

static void
describe_page(const char *title, char *sentence, size_t size)
{
	char *line = clean_str(title, CLEAN_LINE);

	if (line != NULL)
		line[utf8_cut(line, strlen(line), 100)] = '\0';
	snprintf(sentence, size,
	    "an HTML page%s%s%s that names no feed: look at it in a browser; "
	    "where it asks to agree or to log in take another official address "
	    "of the outlet, else find where the feed has gone",
	    line != NULL ? " (\"" : "", line != NULL ? line : "",
	    line != NULL ? "\")" : "");
	free(line);
}

/* In small letters, as the words are; NULL: there is none. */
static char *
small_page(const struct obstacle_view *view)
{
	char *page = view->page != NULL ? xmalloc(view->page_len + 1) : NULL;

	for (size_t i = 0; page != NULL && i < view->page_len; i++)
		page[i] = small(view->page[i]);
	return page;
}

enum obstacle
obstacle_find(const struct obstacle_view *view, char *sentence, size_t size)
{
	struct obstacle_view small_view = *view;
	char *page = small_page(view);
	const char *shield;
	enum obstacle kind;

	small_view.page = page;
	kind = judge(&small_view, &shield);
	free(page);

	switch (kind) {
	case OBSTACLE_NONE:
		break;
	case OBSTACLE_WALL:
		snprintf(sentence, size,
		    "a bot wall%s%s%s answers in place of the feed: " ADVICE,
		    shield != NULL ? " (" : "", shield != NULL ? shield : "",
		    shield != NULL ? ")" : "");
		break;
	case OBSTACLE_SCRIPT:
		snprintf(sentence, size,
		    "a page that wants JavaScript answers in place of the "
		    "feed: " ADVICE);
		break;
	case OBSTACLE_CONSENT:
		snprintf(sentence, size,
		    "a consent page answers in place of the feed: " ADVICE);
		break;
	case OBSTACLE_PORTAL:
		snprintf(sentence, size,
		    "the login page of a network (captive portal) answers in "
		    "place of the feed: log this machine in, or set a proxy");
		break;
	case OBSTACLE_LOGIN:
		snprintf(sentence, size,
		    "a login page answers in place of the feed: where it is "
		    "that of a network (captive portal) log this machine in, "
		    "else look for another official address of the outlet");
		break;
	case OBSTACLE_PARKED:
		snprintf(sentence, size,
		    "a page that sells the domain answers in place of the "
		    "feed: find out where the outlet has gone");
		break;
	case OBSTACLE_PAGE:
		describe_page(view->title, sentence, size);
		break;
	case OBSTACLE_ELSEWHERE:
		describe_elsewhere(view->url, sentence, size);
		break;
	}
	return kind;
}
