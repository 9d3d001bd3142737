/*
 * feeds/text/html: what is left out of an article and what never is. Ordinary
 * conversion is held by the golden feeds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "text/html.h"

#define TEXT_MAX 65536

static void
expect_article(const char *html, const char *text)
{
	struct buf out = BUF_INIT;

	html_to_article(&out, html, strlen(html), TEXT_MAX);
	assert_string_equal(buf_str(&out), text);
	buf_clear(&out);
}

/* The article is all the text there is. */
static void
expect_all(const char *html)
{
	struct buf out = BUF_INIT;

	html_to_text(&out, html, strlen(html), TEXT_MAX);
	expect_article(html, buf_str(&out));
	buf_clear(&out);
}

static void
a_list_of_links_below_such_a_heading_goes(void **state)
{
	static const char *const headings[] = {"Read also",
	    "READ MORE:", "Related articles", "Читайте также:", "ЧИТАЙТЕ ТАКЖЕ",
	    "Ещё по теме", "Еще по теме:", "Читайте також",
	    "Lire aussi :", "À LIRE AUSSI", "Lesen Sie auch",
	    "Czytaj też:", "CZYTAJ TAKŻE", "Leer también", "Leia também",
	    "Leggi anche", "Διαβάστε επίσης", "اقرأ أيضًا",
	    "קראו גם:", "相关阅读：", "関連記事", "관련 기사", "სხვა სიახლეები",
	    "Կարդացեք նաև", "à lire", "a lire", "यह भी पढ़ें", "» Read&nbsp;also",
	    "— Čtěte také —"};

	for (size_t i = 0; i < sizeof(headings) / sizeof(*headings); i++) {
		struct buf html = BUF_INIT;

		buf_addf(&html,
		    "<p>Prose.</p><h4>%s</h4><ul><li><a href='/1'>Macron</a>"
		    "<li><a href='/2'>Putin</a> (12.05.2024)</ul><p>More.</p>",
		    headings[i]);
		expect_article(html.data, "Prose.\nMore.");
		buf_clear(&html);
	}
}

static void
paragraphs_of_links_below_such_a_heading_go(void **state)
{
	expect_article("A<p><b>Read also</b>:</p>\n<p><a href=1>Macron</a></p>"
		       "<p><a href=2>Putin</a>, <a href=3>Xi</a></p><p>B",
	    "A\nB");
	expect_article("A<br>Read also:<br><a href=1>Macron</a><br>"
		       "<a href=2>Putin</a><br><br>B",
	    "A\nB");
	expect_article("<p>Read also<p><a href=1>Macron</a>", "");
}

static void
one_line_that_says_so_and_links_goes(void **state)
{
	expect_article(
	    "<p>A</p><p><strong>Lire aussi :</strong> <a href=1>Macron</a></p>"
	    "<p><a href=1><b>Читайте также:</b> Макрон в Киеве</a></p><p>B",
	    "A\nB");
}

static void
links_in_elements_made_for_them_go(void **state)
{
	expect_article(
	    "A<nav><a href=1>Macron</a> | <a href=2>Xi</a></nav>B", "A\nB");
	expect_article("A<aside><h3>Our choice</h3><p><a href=1>Macron</a></p>"
		       "</aside>B",
	    "A\nB");
	expect_article("A<div class='post yarpp-related'><div><h3>Top</h3>"
		       "</div><h4><a href=1>Macron</a></h4></div>B",
	    "A\nB");
}

static void
ordinary_text_stays(void **state)
{
	expect_all("<h2>Read also</h2><p>Macron read a poem to Xi.</p>");
	expect_all("<p>Related to <a href=1>Macron</a> is Xi.</p>");
	expect_all("<p>Read more about Macron <a href=1>here</a>.</p>");
	expect_all("<p>По теме <a href=1>Макрон</a> не высказался.</p>");
	expect_all("<p>Read also</p><p>He met <a href=1>Macron</a>.</p>"
		   "<p><a href=2>Xi</a></p>");
	expect_all("<p><a href=1>Macron</a></p><p><a href=2>Xi</a></p>");
	expect_all("<p>Related.</p><p><a name=1>Macron in Kyiv</a></p>");
	expect_all("<aside><p>Macron is 46.</p><ul><li>Born in Amiens</ul>"
		   "<p>See <a href=1>him</a></p></aside>");
	expect_all("<p class=related>Macron met Xi.</p>");
	expect_all("<p>Unrelated:</p><p><a href=1>Macron</a></p>");
}

static void
what_follows_a_list_stays(void **state)
{
	expect_article("<p>Read also</p><p><a href=1>X</a></p><p>Macron</p>"
		       "<p><a href=2>Xi</a></p>",
	    "Macron\nXi");
	expect_article("<p>Read also</p><p><a href=1>X</a></p>"
		       "<h2><a href=2>Macron in Kyiv</a></h2><p>He came.</p>",
	    "Macron in Kyiv\nHe came.");
	expect_article(
	    "<nav><a href=1>X</a></nav><p><a href=2>Xi</a></p>", "Xi");
}

static void
digests_keep_their_titles(void **state)
{
	expect_all("<p><a href=1>Macron in Kyiv</a></p><p>He came by train.</p>"
		   "<p><a href=1>Read more</a></p>"
		   "<p><a href=2>Xi in Paris</a></p><p>He flew.</p>"
		   "<p>Read more</p><h3><a href=3>Modi in Rome</a></h3>");
}

static void
a_link_never_closed_takes_no_prose(void **state)
{
	struct buf html = BUF_INIT, text = BUF_INIT;

	expect_article(
	    "<ul><li>Read also<li><a href=1>X</ul><p>Macron</p>", "Macron");
	buf_add_str(&html, "<p>Read also</p><p><a href=1>X ");
	for (int i = 0; i < 200; i++)
		buf_add_str(&html, "Macron ");
	html_to_article(&text, html.data, html.len, TEXT_MAX);
	assert_true(text.len > 1400);
	buf_clear(&html);
	buf_clear(&text);
}

static uint64_t
next_random(void)
{
	static uint64_t random = 88172645463325252ULL;

	random ^= random << 13;
	random ^= random >> 7;
	random ^= random << 17;
	return random;
}

/* Words and blanks, links and line breaks, with blanks of one kind. */
static void
make_html(struct buf *html, uint64_t seed, char blank)
{
	static const char *const parts[] = {" ", " ", " ", " ", "  ", "a",
	    "word", "слово", "extraordinarily", "–", "&nbsp;", "&amp;", "<b>",
	    "</b>", "<a href='/'>", "</a>", "<br>", "<p>", "sixteen_of_them_"};

	for (int i = 0; i < 60; i++, seed = seed * 6364136223846793005ULL + 1) {
		const char *part =
		    parts[(seed >> 33) % (sizeof(parts) / sizeof(*parts))];

		if (*part == ' ')
			for (; *part != '\0'; part++)
				buf_add_char(html, blank);
		else
			buf_add_str(html, part);
	}
}

/* Words go over in one go between spaces, one by one between tabs. */
static void
words_are_the_same_whatever_blanks_part_them(void **state)
{
	for (int i = 0; i < 20000; i++) {
		struct buf spaced = BUF_INIT, tabbed = BUF_INIT;
		struct buf a = BUF_INIT, b = BUF_INIT;
		uint64_t seed = next_random();
		size_t max = i % 3 == 0 ? 1 + seed % 200 : TEXT_MAX;

		make_html(&spaced, seed, ' ');
		make_html(&tabbed, seed, '\t');
		html_to_text(&a, spaced.data, spaced.len, max);
		html_to_text(&b, tabbed.data, tabbed.len, max);
		assert_string_equal(buf_str(&a), buf_str(&b));
		buf_reset(&a);
		buf_reset(&b);
		html_to_article(&a, spaced.data, spaced.len, max);
		html_to_article(&b, tabbed.data, tabbed.len, max);
		assert_string_equal(buf_str(&a), buf_str(&b));
		buf_clear(&spaced);
		buf_clear(&tabbed);
		buf_clear(&a);
		buf_clear(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_of_links_below_such_a_heading_goes),
	    cmocka_unit_test(paragraphs_of_links_below_such_a_heading_go),
	    cmocka_unit_test(one_line_that_says_so_and_links_goes),
	    cmocka_unit_test(links_in_elements_made_for_them_go),
	    cmocka_unit_test(ordinary_text_stays),
	    cmocka_unit_test(what_follows_a_list_stays),
	    cmocka_unit_test(digests_keep_their_titles),
	    cmocka_unit_test(a_link_never_closed_takes_no_prose),
	    cmocka_unit_test(words_are_the_same_whatever_blanks_part_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
