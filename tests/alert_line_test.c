/*
 * daemon/frame/alert_line: alerts as lines for people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/buf.h"
#include "frame/alert_line.h"
#include "frame/config.h"

static const char alert[] =
    "{\"id\":\"a1\",\"type\":\"item\",\"level\":\"urgent\","
    "\"entities\":[{\"id\":\"macron\",\"name\":\"Emmanuel Macron\","
    "\"mentions\":[{\"field\":\"title\",\"offset\":0,\"length\":6},"
    "{\"field\":\"content\",\"offset\":2,\"length\":6}]},"
    "{\"id\":\"crocus\",\"name\":\"Crocus City Hall\","
    "\"mentions\":[{\"field\":\"title\",\"offset\":17,\"length\":11}]}],"
    "\"item\":{\"outlet\":\"TASS\",\"url\":\"https://t.example/1\","
    "\"title\":\"Macron speaks \xc2\xb7 Crocus City reopens\"},"
    "\"times\":{\"published\":\"2026-11-22T10:00:00.000Z\","
    "\"alerted\":\"2026-11-22T10:00:35.250Z\"}}";

static void
check(const char *json, struct alert_line_options options, int level,
    const char *want)
{
	struct buf out = BUF_INIT;

	assert_int_equal(
	    alert_line_add(&out, json, strlen(json), &options), level);
	assert_string_equal(buf_str(&out), want);
	buf_clear(&out);
}

static void
plain_line_has_level_outlet_headline_names_age_url(void **state)
{
	check(alert, (struct alert_line_options){0}, LEVEL_URGENT,
	    "urgent TASS: Macron speaks \xc2\xb7 Crocus City reopens "
	    "[Emmanuel Macron, Crocus City Hall] 35 s https://t.example/1");
}

static void
colored_line_marks_mentions_in_the_headline(void **state)
{
	check(alert,
	    (struct alert_line_options){.color = true,
		.time = true,
		.now_at = 1795341600000000 + 300 * 1000000LL},
	    LEVEL_URGENT,
	    "\033[2m15:45:35\033[0m \033[1;33murgent\033[0m "
	    "\033[36mTASS\033[0m: \033[1;4mMacron\033[0m speaks \xc2\xb7 "
	    "\033[1;4mCrocus City\033[0m reopens "
	    "[Emmanuel Macron, Crocus City Hall]\033[2m 5 min\033[0m "
	    "\033[2mhttps://t.example/1\033[0m");
}

static void
an_alert_of_another_day_has_its_date(void **state)
{
	struct buf out = BUF_INIT;
	struct alert_line_options options = {
	    .time = true, .now_at = 1795341600000000 + 86400 * 1000000LL};

	alert_line_add(&out, alert, strlen(alert), &options);
	assert_memory_equal(
	    buf_str(&out), "2026-11-22 15:45:35 urgent TASS: ", 33);
	buf_clear(&out);
}

static void
strangers_controls_reach_no_terminal(void **state)
{
	check("{\"level\":\"flash\",\"item\":{\"outlet\":\"A\\u001b[2J\","
	      "\"title\":\"one\\ntwo\\u0000\\u202ethree\\u0007\"}}",
	    (struct alert_line_options){0}, -1, "");
	check("{\"level\":\"flash\",\"item\":{\"outlet\":\"A\\u001b[2J\","
	      "\"title\":\"one\\ntwo\\u202ethree\\u0007\\u009b\"}}",
	    (struct alert_line_options){0}, LEVEL_FLASH,
	    "flash A[2J: one twothree");
}

static void
health_of_a_feed_tells_its_type_and_reason(void **state)
{
	check("{\"type\":\"feed.down\",\"level\":\"routine\","
	      "\"reason\":{\"text\":\"no answer since 10:00\"}}",
	    (struct alert_line_options){.color = false}, LEVEL_ROUTINE,
	    "routine feed.down no answer since 10:00");
}

#define STORY(type, item, reason)                                            \
	"{\"type\":\"" type "\",\"level\":\"urgent\",\"item\":{\"id\":" item \
	",\"outlet\":\"RT\",\"title\":\"Macron speaks\"},"                   \
	"\"story\":{\"id\":\"17\"},\"reason\":{\"text\":\"" reason "\"}}"

static void
a_story_tells_why_on_a_line_of_its_own(void **state)
{
	check(STORY("story.grown", "4", "second outlet: RT"),
	    (struct alert_line_options){0}, LEVEL_URGENT,
	    "urgent story.grown RT: Macron speaks (second outlet: RT)");
	check(STORY("story.new", "4", "rule macron"),
	    (struct alert_line_options){0}, LEVEL_URGENT,
	    "urgent story.new RT: Macron speaks");
}

static void
a_story_is_short_after_the_item_that_it_tells(void **state)
{
	int64_t last = 3;
	struct alert_line_options options = {.last_item = &last};

	check(STORY("story.grown", "4", "second outlet: RT"), options,
	    LEVEL_URGENT,
	    "urgent story.grown RT: Macron speaks (second outlet: RT)");
	assert_int_equal(last, 4);
	check(STORY("story.new", "4", "rule macron"), options, LEVEL_URGENT,
	    "new story 17");
	check(STORY("story.update", "4", "after 7 h of quiet"), options,
	    LEVEL_URGENT, "story 17: after 7 h of quiet");
	check(STORY("item", "4", "rule macron"), options, LEVEL_URGENT,
	    "urgent RT: Macron speaks");
}

static void
a_story_of_another_headline_is_named(void **state)
{
	static const char json[] =
	    "{\"type\":\"story.update\",\"level\":\"flash\",\"item\":{"
	    "\"id\":4,\"outlet\":\"RT\",\"title\":\"Macron speaks\"},"
	    "\"story\":{\"id\":\"17\",\"headline\":\"Fire in Paris\"},"
	    "\"reason\":{\"text\":\"new in the story: Macron\"}}";
	int64_t last = 3;
	struct alert_line_options options = {.last_item = &last};

	check(json, options, LEVEL_FLASH,
	    "flash story.update RT: Macron speaks "
	    "(new in the story: Macron “Fire in Paris”)");
	check(json, options, LEVEL_FLASH,
	    "story 17: new in the story: Macron “Fire in Paris”");
}

static void
an_item_that_was_held_back_says_why(void **state)
{
	check("{\"type\":\"item\",\"item\":{\"title\":\"Macron\"},"
	      "\"reason\":{\"text\":\"rule macron\",\"held\":\"story 5 is "
	      "told\"}}",
	    (struct alert_line_options){0}, LEVEL_ROUTINE,
	    "routine Macron (not pushed: story 5 is told)");
}

static void
a_digest_says_how_many_it_stands_for(void **state)
{
	check("{\"id\":\"a-4\",\"type\":\"digest\",\"level\":\"routine\","
	      "\"item\":{\"id\":7,\"title\":\"Macron\"},\"story\":null,"
	      "\"reason\":{\"text\":\"20 items, rule a: Macron | Shoigu\","
	      "\"digest\":20,\"held\":null}}",
	    (struct alert_line_options){0}, LEVEL_ROUTINE,
	    "routine digest Macron (20 items, rule a: Macron | Shoigu)");
}

static void
long_texts_are_cut_inside_the_line(void **state)
{
	struct buf json = BUF_INIT, out = BUF_INIT;

	buf_add_str(&json, "{\"item\":{\"title\":\"");
	for (int i = 0; i < 20000; i++)
		buf_add_str(&json, "\xd1\x8f");
	buf_add_str(&json, "\",\"url\":\"https://x.example/");
	for (int i = 0; i < 20000; i++)
		buf_add_str(&json, "u");
	buf_add_str(&json, "\"},\"entities\":[");
	for (int i = 0; i < 100; i++)
		buf_addf(&json, "%s{\"name\":\"E%d\"}", i ? "," : "", i);
	buf_add_str(&json, "]}");
	assert_int_equal(alert_line_add(&out, json.data, json.len,
			     &(struct alert_line_options){0}),
	    LEVEL_ROUTINE);
	assert_in_range(out.len, 1000, ALERT_LINE_MAX);
	assert_non_null(strstr(out.data, "\xd1\x8f…"));
	assert_non_null(strstr(out.data, "E7, 92 more]"));
	buf_clear(&json);
	buf_clear(&out);
}

static void
what_is_no_alert_adds_nothing(void **state)
{
	check("", (struct alert_line_options){0}, -1, "");
	check("[1]", (struct alert_line_options){0}, -1, "");
	check("{\"entities\":[1,{\"mentions\":[{\"field\":\"title\","
	      "\"offset\":-1,\"length\":9}]}],\"item\":{\"title\":\"t\"}}",
	    (struct alert_line_options){.color = true}, LEVEL_ROUTINE,
	    "\033[32mroutine\033[0m t [, ]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		plain_line_has_level_outlet_headline_names_age_url),
	    cmocka_unit_test(colored_line_marks_mentions_in_the_headline),
	    cmocka_unit_test(an_alert_of_another_day_has_its_date),
	    cmocka_unit_test(strangers_controls_reach_no_terminal),
	    cmocka_unit_test(health_of_a_feed_tells_its_type_and_reason),
	    cmocka_unit_test(a_story_tells_why_on_a_line_of_its_own),
	    cmocka_unit_test(a_story_is_short_after_the_item_that_it_tells),
	    cmocka_unit_test(a_story_of_another_headline_is_named),
	    cmocka_unit_test(an_item_that_was_held_back_says_why),
	    cmocka_unit_test(a_digest_says_how_many_it_stands_for),
	    cmocka_unit_test(long_texts_are_cut_inside_the_line),
	    cmocka_unit_test(what_is_no_alert_adds_nothing),
	};

	setenv("TZ", "Asia/Kathmandu", 1); /* UTC+5:45 */
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
