/*
 * Signs of bot walls and their kin, by what such services send by themselves:
 * a header or a word in the page.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fetcher/obstacle.h"

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

/* Whether the bytes hold the word, which is in small letters. */
static bool
holds(const char *bytes, size_t len, const char *word)
{
	size_t word_len = strlen(word), k;

	if (word_len > len)
		return false;
	for (size_t i = 0; i <= len - word_len; i++) {
		for (k = 0; k < word_len && small(bytes[i + k]) == word[k]; k++)
			continue;
		if (k == word_len)
			return true;
	}
	return false;
}

void
obstacle_note_field(struct obstacle_signs *signs, const char *name,
    size_t name_len, const char *value, size_t len)
{
	for (size_t i = 0; i < LENGTH(fields); i++) {
		if (strlen(fields[i].name) != name_len ||
		    strncasecmp(name, fields[i].name, name_len) != 0 ||
		    !holds(value, len, fields[i].value))
			continue;
		if (signs->shield == NULL || fields[i].challenged)
			signs->shield = fields[i].shield;
		signs->challenged |= fields[i].challenged;
		return;
	}
}

bool
obstacle_is_page(const char *bytes, size_t len)
{
	size_t skip = 0;

	if (len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		skip = 3;
	while (skip < len && strchr(" \t\r\n", bytes[skip]) != NULL)
		skip++;
	bytes += skip;
	len -= skip;
	return (len >= 14 && strncasecmp(bytes, "<!doctype html", 14) == 0) ||
	       (len >= 5 && strncasecmp(bytes, "<html", 5) == 0);
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

static enum obstacle
judge_page(const struct obstacle_view *view, const char **shield)
{
	for (size_t i = 0; i < LENGTH(words); i++) {
		if (words[i].weak && view->names_feeds)
			continue;
		if (!holds(view->page, view->page_len, words[i].word))
			continue;
		if (words[i].shield != NULL)
			*shield = words[i].shield;
		return words[i].kind;
	}
	if (view->names_feeds)
		return OBSTACLE_NONE;
	if (is_consent_address(view->url))
		return OBSTACLE_CONSENT;
	if (view->titled_wall)
		return OBSTACLE_WALL;
	return is_reload_page(view) ? OBSTACLE_SCRIPT : OBSTACLE_NONE;
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

enum obstacle
obstacle_find(const struct obstacle_view *view, char *sentence, size_t size)
{
	const char *shield;
	enum obstacle kind = judge(view, &shield);

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
	}
	return kind;
}
