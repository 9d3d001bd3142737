/*
 * daemon/engine/alert: the shape of an alert, byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/alert.h"
#include "parse/item.h"

/* Texts of a mention are its own; here they are literals. */
#define MENTION(entity, name, field, offset)                                   \
	{                                                                      \
		(char *)entity, (char *)name, field, offset, sizeof(name) - 1, \
		    (char *)"base form"                                        \
	}

static const struct job_mention mentions[] = {
    MENTION("macron", "Macron", ITEM_TITLE, 0),
    MENTION("crocus", "Crocus City Hall", ITEM_SUMMARY, 3),
    MENTION("macron", "Macron", ITEM_SUMMARY, 21),
};
static const struct alert_entity entities[] = {
    {"macron", "Emmanuel Macron"}, {"crocus", "Crocus City Hall"}};

static void
make_item(struct item *item, const char *title, const char *summary)
{
	item_init(item);
	free(item->title);
	free(item->summary);
	item->title = xstrdup(title);
	item->summary = xstrdup(summary);
	item->url = xstrdup("https://example.org/1");
}

static void
write_alert(struct buf *out, const struct item *item)
{
	struct strings rules = {0};
	struct alert_facts facts = {.id = "00c0ffee-7",
	    .seq = 7,
	    .type = "item",
	    .level = LEVEL_URGENT,
	    .rules = &rules,
	    .entities = entities,
	    .entities_len = 2,
	    .mentions = mentions,
	    .mentions_len = 3,
	    .item_id = 12,
	    .item = item,
	    .feed = "tass-en",
	    .outlet = "TASS",
	    .why_new = "new id in feed tass-en",
	    .text = "rule crocus",
	    .published_at = ITEM_NO_DATE,
	    .seen_at = 1711111111000000,
	    .matched_at = 1711111111001000,
	    .alerted_at = 1711111111002000};

	strings_add(&rules, "crocus");
	strings_add(&rules, "macron");
	alert_add_json(out, &facts);
	strings_clear(&rules);
}

static void
an_alert_has_the_keys_of_the_contract_in_order(void **state)
{
	struct buf out = BUF_INIT;
	struct item item;

	make_item(&item, "Macron speaks", "At Crocus City Hall, Macron");
	write_alert(&out, &item);
	assert_string_equal(buf_str(&out),
	    "{\"id\":\"00c0ffee-7\",\"seq\":7,\"type\":\"item\","
	    "\"level\":\"urgent\",\"rules\":[\"crocus\",\"macron\"],"
	    "\"entities\":[{\"id\":\"macron\",\"name\":\"Emmanuel Macron\","
	    "\"mentions\":[{\"field\":\"title\",\"offset\":0,\"length\":6,"
	    "\"text\":\"Macron\"},{\"field\":\"summary\",\"offset\":21,"
	    "\"length\":6,\"text\":\"Macron\"}]},{\"id\":\"crocus\","
	    "\"name\":\"Crocus City Hall\",\"mentions\":[{\"field\":"
	    "\"summary\",\"offset\":3,\"length\":16,\"text\":"
	    "\"Crocus City Hall\"}]}],\"item\":{\"id\":12,"
	    "\"feed\":\"tass-en\",\"outlet\":\"TASS\","
	    "\"url\":\"https://example.org/1\",\"title\":\"Macron speaks\","
	    "\"summary\":\"At Crocus City Hall, Macron\","
	    "\"published\":null,\"language\":\"und\"},\"story\":null,"
	    "\"reason\":{\"why_new\":\"new id in feed tass-en\","
	    "\"text\":\"rule crocus\",\"held\":null},\"times\":{\"published\":null,"
	    "\"seen\":\"2024-03-22T12:38:31.000Z\","
	    "\"matched\":\"2024-03-22T12:38:31.001Z\","
	    "\"alerted\":\"2024-03-22T12:38:31.002Z\"}}");
	item_clear(&item);
	buf_clear(&out);
}

static void
long_texts_are_cut_between_characters(void **state)
{
	struct buf out = BUF_INIT, text = BUF_INIT;
	struct item item;
	json_t *alert;

	for (int i = 0; i < 20000; i++)
		buf_add_str(&text, "щ");
	make_item(&item, buf_str(&text), buf_str(&text));
	write_alert(&out, &item);
	assert_true(out.len < 8192);
	alert = json_loads(buf_str(&out), 0, NULL);
	assert_int_equal(strlen(json_string_value(json_object_get(
			     json_object_get(alert, "item"), "title"))),
	    ALERT_TITLE_MAX);
	json_decref(alert);
	item_clear(&item);
	buf_clear(&text);
	buf_clear(&out);
}

static void
only_web_addresses_are_links(void **state)
{
	assert_non_null(alert_link("https://a/"));
	assert_non_null(alert_link("HTTP://a/"));
	assert_null(alert_link("javascript:alert(1)"));
	assert_null(alert_link("httpx://a"));
	assert_null(alert_link(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_alert_has_the_keys_of_the_contract_in_order),
	    cmocka_unit_test(long_texts_are_cut_between_characters),
	    cmocka_unit_test(only_web_addresses_are_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
