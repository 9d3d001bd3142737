/*
 * daemon/fetcher/obstacle: answers of bot walls and their kin, and honest ones
 * that look a little like them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "fetcher/header.h"
#include "fetcher/obstacle.h"

struct answer {
	const char *head; /* lines, each ended by a newline */
	const char *page; /* NULL: none that is looked at */
	const char *url;
	enum obstacle kind;
	const char *word; /* of the sentence */
};

static const struct answer walls[] = {
    {"HTTP/2 403\nserver: cloudflare\ncf-mitigated: challenge\n", NULL, NULL,
	OBSTACLE_WALL, "(Cloudflare)"},
    {"HTTP/1.1 403 Forbidden\nServer: ddos-guard\nSet-Cookie: __ddg1_=x\n",
	NULL, NULL, OBSTACLE_WALL, "(DDoS-Guard)"},
    {"HTTP/1.1 401 x\nserver: QRATOR\n", NULL, NULL, OBSTACLE_WALL, "(Qrator)"},
    {"HTTP/1.1 202 x\nx-amzn-waf-action: challenge\n", NULL, NULL,
	OBSTACLE_WALL, "(AWS WAF)"},
    {"HTTP/1.1 403 x\nset-cookie: a=b; datadome=xyz\n", NULL, NULL,
	OBSTACLE_WALL, "(DataDome)"},
    {"HTTP/1.1 200 OK\n",
	"<!DOCTYPE html><title>x</title><script>window._cf_chl_opt={}</script>",
	NULL, OBSTACLE_WALL, "(Cloudflare)"},
    {"HTTP/1.1 200 OK\n",
	"<html><script src=\"https://check.DDoS-Guard.net/check.js\"></script>",
	NULL, OBSTACLE_WALL, "(DDoS-Guard)"},
    {"HTTP/1.1 200 OK\n",
	"<html><script>document.cookie='k=1';location.reload()</script></html>",
	NULL, OBSTACLE_SCRIPT, "JavaScript"},
    {"HTTP/1.1 200 OK\n", "<html>Please enable JavaScript to view this", NULL,
	OBSTACLE_SCRIPT, "JavaScript"},
    {"HTTP/1.1 200 OK\n", "<html>Agree", "https://consent.example/x?next=y",
	OBSTACLE_CONSENT, "consent page"},
    {"HTTP/1.1 200 OK\n", "<html><!-- <WISPAccessGatewayParam> -->",
	"http://10.1.1.1/login", OBSTACLE_PORTAL, "captive portal"},
    {"HTTP/2 503\nserver: cloudflare\n",
	"<!DOCTYPE html><title>Just a moment...</title>"
	"<form action=\"/rss?__cf_chl_f_tk=x\">",
	NULL, OBSTACLE_WALL, "(Cloudflare)"},
    {"HTTP/1.1 200 OK\n", "<html><title>Hotel WiFi</title>",
	"https://login.hotel.example/?from=rss", OBSTACLE_ELSEWHERE,
	"login.hotel.example"},
    {"HTTP/1.1 200 OK\n", "<html><title>Hotel WiFi</title>",
	"http://192.0.2.1:8080/login", OBSTACLE_ELSEWHERE, " 192.0.2.1,"},
    {"HTTP/1.1 200 OK\n",
	"<html lang=de><p>Wir und 187 Partner setzen Cookies</p>"
	"<button>Alle akzeptieren</button>",
	NULL, OBSTACLE_CONSENT, "consent page"},
    {"HTTP/1.1 200 OK\n",
	"<html lang=ru><p>\320\244\320\260\320\271\320\273\321\213 cookie"
	"</p><BUTTON>\320\237\321\200\320\270\320\275\321\217\321\202\321"
	"\214</BUTTON>",
	NULL, OBSTACLE_CONSENT, "consent page"},
    {"HTTP/1.1 200 OK\n",
	"<html><script>window.__tcfapi=f</script><button>OK</button>", NULL,
	OBSTACLE_CONSENT, "consent page"},
    {"HTTP/1.1 200 OK\n",
	"<html><script src=\"https://challenges.example/turnstile/v0/api.js\">",
	NULL, OBSTACLE_WALL, "a bot wall"},
    {"HTTP/1.1 200 OK\n", "<html><a href=/showCaptcha>", NULL, OBSTACLE_WALL,
	"a bot wall"},
    {"HTTP/1.1 200 OK\n",
	"<html><noscript>Bitte aktivieren Sie JavaScript</noscript>", NULL,
	OBSTACLE_SCRIPT, "JavaScript"},
    {"HTTP/1.1 200 OK\n",
	"<html><form><input name=room><INPUT TYPE='password'></form>", NULL,
	OBSTACLE_LOGIN, "log this machine in"},
    {"HTTP/1.1 200 OK\n",
	"<html><script src=\"//www.google.com/adsense/domains/caf.js\">", NULL,
	OBSTACLE_PARKED, "sells the domain"},
    {"HTTP/1.1 511 Network Authentication Required\n", NULL, NULL,
	OBSTACLE_PORTAL, "log this machine in"},
};

static const struct answer others[] = {
    {"HTTP/2 404\nserver: cloudflare\n", NULL, NULL, OBSTACLE_NONE, NULL},
    {"HTTP/2 503\nserver: cloudflare\n", NULL, NULL, OBSTACLE_NONE, NULL},
    {"HTTP/2 429\nserver: cloudflare\n", NULL, NULL, OBSTACLE_NONE, NULL},
    {"HTTP/1.1 403 Forbidden\nserver: nginx\n", NULL, NULL, OBSTACLE_NONE,
	NULL},
    {"HTTP/2 404\nserver: cloudflare\n",
	"<html><noscript>Please enable JavaScript</noscript><script>"
	"document.cookie='seen=1';a=location</script>",
	NULL, OBSTACLE_NONE, NULL},
};

/* Nothing is said to be in the way, but what may be done is. */
static const struct answer pages[] = {
    {"HTTP/2 200\nserver: cloudflare\n", "<html>News of the day", NULL,
	OBSTACLE_PAGE, "(\"A title\")"},
    {"HTTP/1.1 200 OK\n", "<html>About cookies and locations", NULL,
	OBSTACLE_PAGE, "browser"},
    {"HTTP/1.1 200 OK\n", "<html><title>News</title>",
	"https://www.feeds.example/news", OBSTACLE_PAGE, "browser"},
    {"HTTP/1.1 200 OK\n", "<html><form><button>Tryk</button></form>", NULL,
	OBSTACLE_PAGE, "to agree"},
    {"HTTP/1.1 200 OK\n",
	"<html><a href=1></a><a href=2></a><a href=3></a><a href=4></a>"
	"<a href=5></a><a href=6></a><a href=7></a><a href=8></a><a href=9>"
	"</a><button>Cookies</button><script src=recaptcha.js></script>"
	"<noscript>JavaScript</noscript><input type=password>",
	NULL, OBSTACLE_PAGE, "browser"},
    {"HTTP/1.1 200 OK\n", "<br />\n<b>Fatal error</b>", NULL, OBSTACLE_PAGE,
	"browser"},
};

static enum obstacle
find(const struct answer *answer, bool names_feeds, char *sentence, size_t size)
{
	struct header header;
	const char *line = answer->head;
	struct obstacle_view view = {.asked = "https://feeds.example/rss",
	    .url = "https://feeds.example/rss",
	    .title = "A title",
	    .names_feeds = names_feeds};
	struct buf page = BUF_INIT;
	enum obstacle kind;

	header_init(&header);
	for (; *line != '\0'; line += strcspn(line, "\n") + 1)
		header_take_line(&header, line, strcspn(line, "\n") + 1);
	view.status = header.status;
	view.signs = header.signs;
	if (answer->url != NULL)
		view.url = answer->url;
	if (answer->page != NULL)
		obstacle_keep_page(&page, answer->page, strlen(answer->page));
	view.page = page.data;
	view.page_len = page.len;
	kind = obstacle_find(&view, sentence, size);
	buf_clear(&page);
	header_clear(&header);
	return kind;
}

static void
walls_and_their_kin_are_told_with_advice(void **state)
{
	char sentence[512];

	for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		if (find(&walls[i], false, sentence, sizeof(sentence)) !=
		    walls[i].kind)
			fail_msg("answer %zu is not told", i);
		if (strstr(sentence, walls[i].word) == NULL ||
		    strstr(sentence, ": ") == NULL)
			fail_msg("answer %zu: %s", i, sentence);
	}
}

static void
other_refusals_and_pages_are_not(void **state)
{
	char sentence[512];

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (find(&others[i], false, sentence, sizeof(sentence)) !=
		    OBSTACLE_NONE)
			fail_msg("answer %zu: %s", i, sentence);
}

static void
other_pages_are_told_with_advice(void **state)
{
	char sentence[512];

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		if (find(&pages[i], false, sentence, sizeof(sentence)) !=
		    OBSTACLE_PAGE)
			fail_msg("page %zu is said to be in the way: %s", i,
			    sentence);
		if (strstr(sentence, pages[i].word) == NULL)
			fail_msg("page %zu: %s", i, sentence);
	}
}

static void
page_that_names_feeds_is_honest_unless_it_is_clear(void **state)
{
	struct answer page = {"HTTP/1.1 200 OK\n",
	    "<html>Please enable JavaScript to view this", NULL, 0, NULL};
	char sentence[512];

	assert_int_equal(
	    find(&page, true, sentence, sizeof(sentence)), OBSTACLE_NONE);
	page.page = "<html><script>_cf_chl_opt</script>";
	assert_int_equal(
	    find(&page, true, sentence, sizeof(sentence)), OBSTACLE_WALL);
}

static bool
is_kept(const char *bytes, size_t len)
{
	struct buf page = BUF_INIT;
	size_t kept;

	obstacle_keep_page(&page, bytes, len);
	kept = page.len;
	buf_clear(&page);
	return kept == len && len > 0;
}

static void
html_is_known_by_its_beginning(void **state)
{
	assert_true(is_kept("\xef\xbb\xbf\n <!DOCTYPE HTML>", 20));
	assert_true(is_kept("<HTML lang=ru>", 14));
	assert_true(is_kept("<?xml version=\"1.0\"?><html>", 27));
	assert_true(is_kept("<!-- 1 -->\n<!-- 2 --><head>", 27));
	assert_true(is_kept("<script>location='/'", 20));
	assert_false(is_kept("<?xml version=\"1.0\"?><rss>", 26));
	assert_false(is_kept("<!-- <html> ", 12));
	assert_false(is_kept("<?xml <html>", 12));
	assert_false(is_kept("<rss>", 5));
	assert_false(is_kept("", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(walls_and_their_kin_are_told_with_advice),
	    cmocka_unit_test(other_pages_are_told_with_advice),
	    cmocka_unit_test(other_refusals_and_pages_are_not),
	    cmocka_unit_test(
		page_that_names_feeds_is_honest_unless_it_is_clear),
	    cmocka_unit_test(html_is_known_by_its_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
