/*
 * feeds/parse/parser: what a program sees of it beyond the golden documents.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "parse/item.h"
#include "parse/parser.h"
#include "parse/raw.h"
#include "text/clean.h"

struct seen {
	size_t items;
	size_t stop_after; /* 0: never */
	struct item last;
};

static bool
on_item(void *arg, const struct raw_item *raw)
{
	struct seen *seen = arg;

	item_clear(&seen->last);
	raw_item_to_plain(raw, &seen->last);
	return ++seen->items != seen->stop_after;
}

static struct parser *
begin(struct seen *seen)
{
	static const struct parser_options options = {
	    .url = "https://h/feed", .language = "en", .zone_s = 10800};

	seen->items = 0;
	item_init(&seen->last);
	return parser_new(&options, on_item, seen);
}

static void
push(struct parser *parser, const char *text)
{
	parser_push(parser, text, strlen(text));
}

#define HEAD                                                        \
	"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'>" \
	"<channel><title>H</title>"
#define TAIL "</channel></rss>"

static void
items_leave_as_soon_as_they_are_complete(void **state)
{
	struct seen seen;
	struct parser *parser = begin(&seen);
	char blanks[20000];

	memset(blanks, '\n', sizeof(blanks));
	push(parser, HEAD "<item><title>one</title></item>");
	parser_push(parser, blanks, sizeof(blanks));
	assert_int_equal(seen.items, 1);
	push(parser, TAIL);
	assert_int_equal(parser_finish(parser), PARSER_OK);
	assert_int_equal(parser_format(parser), PARSER_RSS);
	assert_string_equal(parser_feed(parser)->title, "H");
	assert_string_equal(seen.last.title, "one");
	assert_string_equal(seen.last.language, "en");
	item_clear(&seen.last);
	parser_free(parser);
}

static void
the_handler_may_stop_it(void **state)
{
	struct seen seen = {.stop_after = 1};
	struct parser *parser = begin(&seen);

	push(parser,
	    HEAD "<item><title>1</title></item><item><title>2</title></item>");
	push(parser, TAIL);
	assert_int_equal(parser_finish(parser), PARSER_STOPPED);
	assert_int_equal(seen.items, 1);
	item_clear(&seen.last);
	parser_free(parser);
}

static void
only_a_thousand_items_are_taken(void **state)
{
	struct seen seen = {0};
	struct parser *parser = begin(&seen);

	push(parser, HEAD);
	for (int i = 0; i < 3000; i++)
		push(parser, "<item><title>x</title></item>");
	push(parser, TAIL);
	assert_int_equal(parser_finish(parser), PARSER_OK);
	assert_int_equal(seen.items, 1000);
	assert_string_not_equal(parser_problem(parser), "");
	item_clear(&seen.last);
	parser_free(parser);
}

static void
documents_past_16_mib_end_there(void **state)
{
	struct seen seen = {0};
	struct parser *parser = begin(&seen);
	char *text = malloc(1 << 20);

	memset(text, 'x', 1 << 20);
	push(parser, HEAD "<item><title>a</title></item><item><description>");
	for (int i = 0; i < 20; i++)
		parser_push(parser, text, 1 << 20);
	assert_int_equal(parser_finish(parser), PARSER_TRUNCATED);
	assert_int_equal(seen.items, 1);
	free(text);
	item_clear(&seen.last);
	parser_free(parser);
}

static void
a_text_of_12_mb_is_cut(void **state)
{
	struct seen seen = {0};
	struct parser *parser = begin(&seen);
	char *text = malloc(1 << 20);

	memset(text, 'x', 1 << 20);
	push(parser, HEAD "<item><title>a</title><description>");
	for (int i = 0; i < 12; i++)
		parser_push(parser, text, 1 << 20);
	push(parser, "</description><link>/1</link></item>" TAIL);
	assert_int_equal(parser_finish(parser), PARSER_OK);
	assert_int_equal(strlen(seen.last.summary), ITEM_FIELD_MAX);
	assert_string_equal(seen.last.url, "https://h/1");
	free(text);
	item_clear(&seen.last);
	parser_free(parser);
}

/* A document with an element of many of the same pieces; of its item. */
static struct item
parse_many(const char *before, const char *piece, size_t count)
{
	struct seen seen = {0};
	struct parser *parser = begin(&seen);
	struct buf text = BUF_INIT;

	buf_add_str(&text, before);
	for (size_t i = 0; i < count; i++)
		buf_add_str(&text, piece);
	buf_add_str(&text, "</x></item></entry>");
	parser_push(parser, text.data, text.len);
	parser_finish(parser);
	assert_int_equal(seen.items, 1);
	buf_clear(&text);
	parser_free(parser);
	return seen.last;
}

static void
the_author_of_a_source_drives_out_none_of_the_item(void **state)
{
	struct item item = parse_many(
	    "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'>"
	    "<channel>"
	    "<item><title>a</title>"
	    "<media:credit role='author' xmlns:media="
	    "'http://search.yahoo.com/mrss/'>Ann</media:credit>"
	    "<itunes:author xmlns:itunes="
	    "'http://www.itunes.com/dtds/podcast-1.0.dtd'>Bob</itunes:author>"
	    "<atom:source><atom:author><atom:name>Eve</atom:name>"
	    "</atom:author></atom:source>",
	    "", 0);

	assert_int_equal(item.authors.len, 2);
	assert_string_equal(item.authors.at[0], "Bob");
	item_clear(&item);
}

/* What is of no use may be long: all of these were read again and again, which
 * took a fetcher minutes. */
static void
nothing_is_looked_at_for_each_of_many_others(void **state)
{
	struct item item;

	item = parse_many(HEAD "<item><title>a</title><author>"
			       "ann@desk.example (Ann), bob@desk.example",
	    ",", 1000000);
	assert_int_equal(item.authors.len, 2);
	assert_string_equal(item.authors.at[0], "Ann");
	item_clear(&item);
	item = parse_many(HEAD "<item><title>a</title><author>"
			       "ann@desk.example (Ann)",
	    ",", 1000000);
	assert_int_equal(item.authors.len, 1);
	item_clear(&item);
	item = parse_many("<feed xmlns='http://www.w3.org/2005/Atom'>"
			  "<entry><id>1</id><title>a</title>"
			  "<content type='xhtml'>",
	    "     <div/>     ", 60000);
	assert_string_equal(item.content, "");
	item_clear(&item);
	item = parse_many(HEAD "<item><title>a</title><description>"
			       "\xD0\x9C\xD0\xB8\xD1\x80",
	    "\xE9", 1000000);
	assert_int_equal(strlen(item.summary), ITEM_FIELD_MAX);
	item_clear(&item);
}

/* ---- what lies between items --------------------------------------------- */

#define ITEM "<item><guid>1</guid></item>"
#define RDF                                                                \
	"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'" \
	" xmlns='http://purl.org/rss/1.0/'>"
#define ATOM "<feed xmlns='http://www.w3.org/2005/Atom'>"
#define X16 "<x><x><x><x><x><x><x><x><x><x><x><x><x><x><x><x>"

/* Reads a document so far, and whether it is at rest there. */
static bool
rests(const char *document, uint64_t *context)
{
	struct seen seen;
	struct parser *parser = begin(&seen);
	bool at_rest;

	parser_foresee(parser, document, strlen(document));
	push(parser, document);
	parser_settle(parser);
	at_rest = parser_is_at_rest(parser, context);
	parser_finish(parser);
	parser_free(parser);
	item_clear(&seen.last);
	return at_rest;
}

static void
a_document_is_at_rest_between_items_alone(void **state)
{
	static const char *const at_rest[] = {HEAD, HEAD ITEM, HEAD ITEM "\n",
	    HEAD "<!-- no -->", "<rss><x>", RDF, RDF ITEM, ATOM,
	    "<!DOCTYPE rss>" HEAD};
	static const char *const not_at_rest[] = {"", " ", "<x/>",
	    "{\"items\": [", HEAD "<item>", HEAD "<it", HEAD "&am", HEAD "<!--",
	    HEAD "<?", HEAD "<![CDATA[", HEAD "\xD0\xB0\xD0", HEAD "<items>",
	    HEAD ITEM TAIL, HEAD X16 X16 X16 X16 X16 X16 X16 X16 "<item/>",
	    RDF "<item>", ATOM "<title>", ATOM "<description>", ATOM "<entry>",
	    "<!DOCTYPE rss [<!ENTITY b 'c'>]>" HEAD,
	    "<?xml version='1.0' encoding='iso-2022-jp'?><rss><channel>"};
	uint64_t context;

	for (size_t i = 0; i < sizeof(at_rest) / sizeof(*at_rest); i++)
		if (!rests(at_rest[i], &context))
			fail_msg("not at rest: %s", at_rest[i]);
	for (size_t i = 0; i < sizeof(not_at_rest) / sizeof(*not_at_rest); i++)
		if (rests(not_at_rest[i], &context))
			fail_msg("at rest: %s", not_at_rest[i]);
}

static void
nothing_is_at_rest_that_was_not_foreseen_and_settled(void **state)
{
	struct seen seen;
	struct parser *parser = begin(&seen);
	uint64_t context;

	push(parser, HEAD);
	parser_settle(parser);
	assert_false(parser_is_at_rest(parser, &context));
	parser_finish(parser);
	parser_free(parser);
	parser = begin(&seen);
	parser_foresee(parser, HEAD, strlen(HEAD));
	push(parser, HEAD);
	assert_false(parser_is_at_rest(parser, &context));
	parser_settle(parser);
	assert_true(parser_is_at_rest(parser, &context));
	push(parser, "x");
	assert_false(parser_is_at_rest(parser, &context));
	parser_finish(parser);
	parser_free(parser);
}

static void
many_different_names_stay_within_memory(void **state)
{
	struct seen seen;
	struct parser *parser = begin(&seen);
	uint64_t context;
	struct buf tags = BUF_INIT;
	bool more = true;

	parser_foresee(parser, HEAD, strlen(HEAD));
	push(parser, HEAD);
	for (int i = 0; i < 1000000 && more; i++) {
		buf_addf(&tags, "<name-%d/>", i);
		if (i % 100 != 0)
			continue;
		more = parser_push(parser, tags.data, tags.len);
		parser_settle(parser);
		buf_reset(&tags);
	}
	assert_false(more);
	assert_false(parser_is_at_rest(parser, &context));
	assert_int_equal(parser_finish(parser), PARSER_REFUSED);
	buf_clear(&tags);
	parser_free(parser);
}

/* All that the same bytes may mean something else by. */
static void
contexts_differ_by_encoding_and_open_tags(void **state)
{
	static const char *const heads[] = {"<rss><channel>", "<channel>",
	    "<rss><x>", "<rss><channel a='b'>", "<rss a='b'><channel>",
	    "<rss xml:base='http://b/'><channel>",
	    "<rss xml:lang='ru'><channel>", RDF, ATOM, "<feed>",
	    "<?xml version='1.0' encoding='koi8-r'?><rss><channel>\xC4",
	    "<?xml version='1.0' encoding='cp1251'?><rss><channel>\xC4"};
	uint64_t contexts[sizeof(heads) / sizeof(*heads)], same;

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		if (!rests(heads[i], &contexts[i]))
			fail_msg("not at rest: %s", heads[i]);
		for (size_t k = 0; k < i; k++)
			if (contexts[i] == contexts[k])
				fail_msg("alike: %s, %s", heads[i], heads[k]);
	}
	assert_true(rests("<rss><channel><title>Other</title>" ITEM, &same));
	assert_true(same == contexts[0]);
}

static void
dates_without_zone_take_the_configured_one(void **state)
{
	struct seen seen = {0};
	struct parser *parser = begin(&seen);

	push(parser,
	    HEAD "<item><pubDate>2026-03-02 10:00:00</pubDate></item>" TAIL);
	parser_finish(parser);
	assert_int_equal(seen.last.published_at, 1772434800LL * 1000000);
	item_clear(&seen.last);
	parser_free(parser);
}

static void
what_is_no_tag_of_a_language_is_none(void **state)
{
	static const char *const tags[][2] = {{"en_GB", "en-GB"}, {" ", "und"},
	    {"\xe2\x80\x8b", "und"}, {"\xc3\xa9", "und"}, {"e n", "und"},
	    {"ru", "ru"}, {NULL, "und"}};

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++) {
		struct raw_item raw = {.language = tags[i][0]};
		struct item item;

		item_init(&item);
		raw_item_to_plain(&raw, &item);
		assert_string_equal(item.language, tags[i][1]);
		item_clear(&item);
	}
}

static void
feed_facts_for_the_schedule_are_read(void **state)
{
	struct seen seen = {0};
	struct parser *parser = begin(&seen);
	const struct parser_feed *feed;

	push(parser,
	    HEAD "<ttl>15</ttl><skipHours><hour>0</hour><hour>24</hour>"
		 "<hour>5</hour><hour>99</hour></skipHours><skipDays>"
		 "<day>Sunday</day><day>sat</day></skipDays>" TAIL);
	parser_finish(parser);
	feed = parser_feed(parser);
	assert_int_equal(feed->ttl_s, 900);
	assert_int_equal(feed->skip_hours, 1U | 1U << 5);
	assert_int_equal(feed->skip_days, 1U | 1U << 6);
	parser_free(parser);
	parser = begin(&seen);
	push(parser,
	    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
	    "xmlns='http://purl.org/rss/1.0/' "
	    "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>"
	    "<sy:updatePeriod>hourly</sy:updatePeriod>"
	    "<sy:updateFrequency>4</sy:updateFrequency></channel></rdf:RDF>");
	parser_finish(parser);
	assert_int_equal(parser_feed(parser)->ttl_s, 900);
	parser_free(parser);
}

static void
keys_come_from_guid_then_address_then_text(void **state)
{
	struct raw_item a = {.guid = "x", .url = "u"}, b = {.guid = "x"};
	struct raw_item c = {.url = "x"}, d = {0}, e = {0};

	d.title = (struct raw_text){.bytes = "t", .len = 1};
	e.title = (struct raw_text){.bytes = "s", .len = 1};
	assert_true(raw_item_key(&a) == raw_item_key(&b));
	assert_true(raw_item_key(&a) != raw_item_key(&c));
	assert_true(raw_item_key(&d) != raw_item_key(&e));
	assert_true(raw_item_revision(&a) == raw_item_revision(&b));
	assert_true(raw_item_revision(&d) != raw_item_revision(&e));
}

static void
guids_that_say_nothing_identify_nothing(void **state)
{
	struct raw_item a = {.guid = "N/A", .url = "u"};
	struct raw_item b = {.guid = "N/A", .url = "v"};

	assert_true(raw_item_key(&a) != raw_item_key(&b));
	b.url = "u";
	assert_true(raw_item_key(&a) == raw_item_key(&b));
}

static void
fields_of_an_item_go_by_their_names(void **state)
{
	struct item item = {.title = (char *)(uintptr_t) "t",
	    .content = (char *)(uintptr_t) "c"};

	assert_string_equal(item_field_text(&item, ITEM_TITLE), "t");
	assert_string_equal(item_field_text(&item, ITEM_SUMMARY), "");
	assert_string_equal(item_field_text(&item, ITEM_CONTENT), "c");
	assert_string_equal(item_field_name(ITEM_SUMMARY), "summary");
}

static void
cleaning_twice_changes_nothing(void **state)
{
	static const char dirty[] =
	    "a\x1b[1m\xc2\x9b"
	    "b\xe2\x80\xae\xff\r\n\xe2\x80\xa8 c\t\xc2\xa0 d"
	    "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9 x\xe2\x80\x8dy ";

	for (int form = CLEAN_TEXT; form <= CLEAN_LINE; form++) {
		char *once = clean_str(dirty, (enum clean_form)form);
		char *twice = clean_str(once, (enum clean_form)form);

		assert_string_equal(once, twice);
		assert_null(strchr(once, '\x1b'));
		free(once);
		free(twice);
	}
	assert_null(clean_str(NULL, CLEAN_LINE));
}

static void
plain_texts_are_told_from_those_that_need_cleaning(void **state)
{
	assert_true(clean_is_plain("", CLEAN_LINE));
	assert_true(clean_is_plain("a \xc2\xabx\xc2\xbb \xe2\x80\x94 "
				   "\xd0\xb6 \xe4\xb8\x96, and a block more",
	    CLEAN_LINE));
	assert_true(clean_is_plain("two\nlines ", CLEAN_TEXT));
	assert_false(clean_is_plain("two\nlines", CLEAN_LINE));
	assert_false(clean_is_plain("two  blanks", CLEAN_LINE));
	assert_false(clean_is_plain("at the end ", CLEAN_LINE));
	assert_false(clean_is_plain("\xe2\x80\xae", CLEAN_TEXT));
	assert_false(clean_is_plain("\xe2\x80", CLEAN_TEXT));
	assert_false(clean_is_plain("\xd0", CLEAN_TEXT));
}

static void
a_line_end_of_two_characters_is_one(void **state)
{
	char *text = clean_str("one\r\ntwo and more than 16", CLEAN_TEXT);

	assert_string_equal(text, "one\ntwo and more than 16");
	free(text);
}

/* A character that is dropped ends a run of such as are copied in one go; so
 * texts with and without it go different ways to the same result. */
static void
dropped_characters_part_nothing(void **state)
{
	static const char *const letters[] = {"a", "Z", "~", " ", " ",
	    "\xc3\xa9", "\xd0\xb6", "\xd7\xaa", "\n", "\t", "\xcd\x8f",
	    "\xcd\xb0", "\xe4\xb8\x96", "\xec\xbf\xbf", "\xed\x95\x9c",
	    "\xe2\x80\x99", "\xe2\x80\x93", "\xe2\x80\xa8", "\xc2\xab",
	    "\xc2\xa0", "\xc2\xad", "\xf0\x9f\x91\xa8", "\x7f", "\xff", "\xd0",
	    "\xe4\xb8"};
	const size_t all_len = sizeof(letters) / sizeof(*letters);
	const size_t plain_len = 8;
	uint32_t random = 1;

	for (int round = 0; round < 5000; round++) {
		struct buf whole = BUF_INIT, parted = BUF_INIT;

		for (int i = 0; i < 12 + round % 60; i++) {
			size_t letters_len =
			    i % 40 < round % 40 ? plain_len : all_len;

			random = random * 1664525 + 1013904223;
			buf_add_str(
			    &whole, letters[(random >> 8) % letters_len]);
			buf_add_str(
			    &parted, letters[(random >> 8) % letters_len]);
			buf_add_str(&parted, "\xe2\x80\x8b");
		}
		for (int form = CLEAN_TEXT; form <= CLEAN_LINE; form++) {
			char *one =
			    clean_str(buf_str(&whole), (enum clean_form)form);
			char *other =
			    clean_str(buf_str(&parted), (enum clean_form)form);

			assert_string_equal(one, other);
			if (clean_is_plain(
				buf_str(&whole), (enum clean_form)form))
				assert_string_equal(one, buf_str(&whole));
			free(one);
			free(other);
		}
		buf_clear(&whole);
		buf_clear(&parted);
	}
}

static void
related_links_are_left_out_of_the_content_alone(void **state)
{
	static const char related[] = "<p>A</p><p>Read also: <a href=1>X</a>";
	struct raw_item raw = {.summary = {.bytes = related, .type = RAW_HTML},
	    .content = {.bytes = related, .type = RAW_HTML}};
	struct item item;

	raw.summary.len = raw.content.len = strlen(related);
	item_init(&item);
	raw_item_to_plain(&raw, &item);
	assert_string_equal(item.summary, "A\nRead also: X");
	assert_string_equal(item.content, "A");
	item_clear(&item);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(items_leave_as_soon_as_they_are_complete),
	    cmocka_unit_test(the_handler_may_stop_it),
	    cmocka_unit_test(only_a_thousand_items_are_taken),
	    cmocka_unit_test(documents_past_16_mib_end_there),
	    cmocka_unit_test(a_text_of_12_mb_is_cut),
	    cmocka_unit_test(nothing_is_looked_at_for_each_of_many_others),
	    cmocka_unit_test(
		the_author_of_a_source_drives_out_none_of_the_item),
	    cmocka_unit_test(many_different_names_stay_within_memory),
	    cmocka_unit_test(a_document_is_at_rest_between_items_alone),
	    cmocka_unit_test(
		nothing_is_at_rest_that_was_not_foreseen_and_settled),
	    cmocka_unit_test(contexts_differ_by_encoding_and_open_tags),
	    cmocka_unit_test(dates_without_zone_take_the_configured_one),
	    cmocka_unit_test(what_is_no_tag_of_a_language_is_none),
	    cmocka_unit_test(feed_facts_for_the_schedule_are_read),
	    cmocka_unit_test(keys_come_from_guid_then_address_then_text),
	    cmocka_unit_test(guids_that_say_nothing_identify_nothing),
	    cmocka_unit_test(fields_of_an_item_go_by_their_names),
	    cmocka_unit_test(cleaning_twice_changes_nothing),
	    cmocka_unit_test(
		plain_texts_are_told_from_those_that_need_cleaning),
	    cmocka_unit_test(a_line_end_of_two_characters_is_one),
	    cmocka_unit_test(dropped_characters_part_nothing),
	    cmocka_unit_test(related_links_are_left_out_of_the_content_alone),
	};

	parser_init_process();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
