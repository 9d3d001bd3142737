/*
 * daemon/frame/config*: values, slices, whole configurations. The texts of
 * errors are in tests/data/config (check_test.py).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "frame/config.h"
#include "frame/config_folder.h"
#include "frame/config_load.h"
#include "frame/config_secret.h"
#include "frame/config_match.h"
#include "frame/config_record.h"
#include "frame/config_schema.h"
#include "frame/config_value.h"
#include "frame/config_wire.h"
#include "rule/rule.h"

/* A folder for one test, with the files put into it. */
static char *
make_folder(void **state)
{
	char template[] = "/tmp/wirewatch-config-XXXXXX";

	assert_non_null(mkdtemp(template));
	return xstrdup(template);
}

static void
put_file(const char *folder, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(path, 0600);
	free(path);
}

static void
remove_folder(char *folder)
{
	char *command = xasprintf("rm -r '%s'", folder);

	assert_int_equal(system(command), 0);
	free(command);
	free(folder);
}

/* Loads FOLDER/wirewatch.yaml, which must be without errors. */
static struct config *
load(const char *folder)
{
	struct config_problems problems;
	char *path = xasprintf("%s/wirewatch.yaml", folder);
	struct config *config = config_load(path, &problems);

	if (config == NULL)
		fail_msg("%s", problems.at[0].message);
	config_problems_clear(&problems);
	free(path);
	return config;
}

static void
durations_and_sizes_need_units(void **state)
{
	assert_int_equal(value_duration("90s"), 90000);
	assert_int_equal(value_duration("1h30m"), 5400000);
	assert_int_equal(value_duration("1h 30m"), 5400000);
	assert_int_equal(value_duration("250ms"), 250);
	assert_int_equal(value_duration("2w"), 1209600000);
	assert_int_equal(value_duration("0"), 0);
	assert_int_equal(value_duration("60"), -1);
	assert_int_equal(value_duration(""), -1);
	assert_int_equal(value_duration("1x"), -1);
	assert_int_equal(value_duration("-1s"), -1);
	assert_int_equal(value_duration("99999999999999999999s"), -1);
	assert_int_equal(value_duration("9223372036854775807d"), -1);
	assert_int_equal(value_size("64MiB"), 67108864);
	assert_int_equal(value_size("64 MB"), 64000000);
	assert_int_equal(value_size("4096"), 4096);
	assert_int_equal(value_size("1M"), -1);
}

static void
addresses_are_checked(void **state)
{
	char long_url[8194] = "https://a/";

	assert_null(value_check_url("https://tass.com/rss/v2.xml"));
	assert_null(value_check_url("HTTP://[2001:db8::1]:8080/a?b#c"));
	assert_null(value_check_url("http://пример.рф/лента"));
	assert_non_null(value_check_url("tass.com/rss"));
	assert_non_null(value_check_url("https://"));
	assert_non_null(value_check_url("https:///rss"));
	assert_non_null(value_check_url("https://a b/"));
	assert_non_null(value_check_url("https://me:pw@tass.com/"));
	assert_non_null(value_check_url("https://tass.com:99999/"));
	assert_non_null(value_check_url("https://tass.com:0/"));
	memset(long_url + 10, 'a', sizeof(long_url) - 11);
	assert_non_null(value_check_url(long_url));
	assert_non_null(value_check_text(long_url));
	long_url[8192] = '\0';
	assert_null(value_check_url(long_url));
	assert_null(value_check_text(long_url));
	assert_non_null(value_check_url("https://tass.com:/"));
	assert_non_null(value_check_url("https://[::1/"));
	assert_null(value_check_cidr("127.0.0.0/8"));
	assert_null(value_check_cidr("fd00::/8"));
	assert_null(value_check_cidr("10.1.2.3"));
	assert_non_null(value_check_cidr("10.0.0.0/33"));
	assert_non_null(value_check_cidr("10.0.0/8"));
	assert_non_null(value_check_cidr("10.0.0.1/8"));
	assert_null(value_check_listen("[::1]:0"));
	assert_null(value_check_listen("off"));
	assert_non_null(value_check_listen("localhost:8610"));
	assert_non_null(value_check_listen("::1:8610"));
	assert_null(value_check_language("zh-Hans"));
	assert_non_null(value_check_language("english"));
	assert_non_null(value_check_language("en_GB"));
}

static const char sample[] =
    "defaults: {interval: 5m, contact: desk@example.org}\n"
    "fetchers: 3\n"
    "feeds:\n"
    "  - {id: tass-en, outlet: TASS, url: 'https://tass.com/rss', "
    "language: en, tags: [state]}\n"
    "  - {id: rt, url: 'https://rt.com/rss', interval: 30s}\n"
    "entities:\n"
    "  - id: macron\n"
    "    type: person\n"
    "    names: {ru: Макрон, en: [Emmanuel Macron, {name: Macron, case: "
    "true}]}\n"
    "    exclude: [Macron Software]\n"
    "    near: {words: [president], within: 5}\n"
    "    require: [fsb]\n"
    "  - {id: fsb, exact: true, names: [FSB, {regex: 'ФСБ'}]}\n"
    "rules:\n"
    "  - {id: crocus, entities: [fsb], words: [attack], in: [title], "
    "level: flash, not: {languages: [de]}}\n"
    "sinks:\n"
    "  - {id: desk, type: webhook, url: 'https://desk.example/token', "
    "secret_file: key, types: [story.new]}\n"
    "  - {id: log, type: log, path: a.jsonl, rotate: {size: 1MiB}}\n"
    "  - {id: sys, type: syslog, facility: local4}\n"
    "routes: [{levels: [urgent, flash], rules: [crocus, macron], to: desk}]\n"
    "network: {allow: 127.0.0.0/8}\n"
    "desk: {listen: '127.0.0.1:0', hosts: [x.example]}\n";

static void
an_interval_is_a_promise_or_two_bounds(void **state)
{
	char *folder = make_folder(state);
	struct config *config;

	put_file(folder, "wirewatch.yaml",
	    "defaults: {interval: {min: 30s, max: 15m}, budget: 50/s}\n"
	    "feeds:\n"
	    "  - {id: a, url: 'https://a.example/', interval: 60s}\n"
	    "  - {id: b, url: 'https://b.example/',"
	    " interval: {min: 1m, max: 1h}}\n"
	    "  - {id: c, url: 'https://c.example/'}\n");
	config = load(folder);
	assert_int_equal(config->defaults.interval.min_ms, 30000);
	assert_int_equal(config->defaults.interval.max_ms, 900000);
	assert_int_equal(config->defaults.budget, 50 * 3600);
	assert_int_equal(config->feeds[0].interval.min_ms, 60000);
	assert_int_equal(config->feeds[0].interval.max_ms, 60000);
	assert_int_equal(config->feeds[1].interval.max_ms, 3600000);
	assert_int_equal(config->feeds[2].interval.max_ms, 0);
	config_free(config);
	remove_folder(folder);
}

static void
all_sections_are_read(void **state)
{
	char *folder = make_folder(state);
	struct config *config;

	put_file(folder, "wirewatch.yaml", sample);
	put_file(folder, "key", "whsec_c2VjcmV0\n");
	config = load(folder);
	assert_int_equal(config->defaults.interval.max_ms, 300000);
	assert_int_equal(config->defaults.fresh_ms, 6 * 3600000);
	assert_int_equal(config->feeds_len, 2);
	assert_string_equal(config->feeds[1].outlet, "rt");
	assert_int_equal(config->feeds[1].interval.max_ms, 30000);
	assert_int_equal(config->feeds[0].mark.line, 4);
	assert_string_equal(config->entities[0].label, "Emmanuel Macron");
	assert_int_equal(config->entities[0].names_len, 3);
	assert_int_equal(
	    config->entities[0].names[2].letter_case, MATCH_CASE_EXACT);
	assert_int_equal(config->entities[0].near_words, 5);
	assert_true(config->entities[1].names[0].exact);
	assert_true(config->entities[1].names[1].regex);
	assert_int_equal(config->rules[0].level, LEVEL_FLASH);
	assert_int_equal(config->rules[0].when.in, 1 << ITEM_TITLE);
	assert_string_equal(
	    config->rules[0].when.none[0].languages.at[0], "de");
	assert_string_equal(config->sinks[0].secret, "whsec_c2VjcmV0");
	assert_int_equal(config->sinks[0].types, 1 << ALERT_STORY_NEW);
	assert_int_equal(config->sinks[1].rotate.size, 1048576);
	assert_int_equal(config->sinks[1].rotate.keep, 14);
	assert_int_equal(config->routes[0].levels, 6);
	config_free(config);
	remove_folder(folder);
}

static struct config *
slice(const struct config *config, enum role_kind role)
{
	struct buf bytes = BUF_INIT;
	struct config *copy;

	config_encode(config, role, &bytes);
	copy = config_decode(bytes.data, bytes.len);
	assert_non_null(copy);
	for (size_t i = 0; i < bytes.len; i++)
		assert_null(config_decode(bytes.data, i));
	buf_clear(&bytes);
	return copy;
}

static void
roles_get_what_they_need_and_no_more(void **state)
{
	char *folder = make_folder(state);
	struct config *config, *engine, *fetcher, *courier, *desk;

	put_file(folder, "wirewatch.yaml", sample);
	put_file(folder, "key", "whsec_c2VjcmV0\n");
	config = load(folder);
	engine = slice(config, ROLE_ENGINE);
	fetcher = slice(config, ROLE_FETCHER);
	courier = slice(config, ROLE_COURIER);
	desk = slice(config, ROLE_DESK);
	assert_string_equal(courier->sinks[0].secret, "whsec_c2VjcmV0");
	assert_string_equal(
	    courier->sinks[0].url, "https://desk.example/token");
	assert_null(engine->sinks[0].secret);
	assert_null(engine->sinks[0].url);
	assert_null(desk->sinks[0].url);
	assert_int_equal(fetcher->sinks_len, 0);
	assert_int_equal(fetcher->feeds_len, 0);
	assert_int_equal(courier->entities_len, 0);
	assert_string_equal(
	    fetcher->entities[0].names[1].text, "Emmanuel Macron");
	assert_true(fetcher->entities[1].names[1].regex);
	assert_string_equal(fetcher->rules[0].when.words.at[0], "attack");
	assert_string_equal(fetcher->network.allow.at[0], "127.0.0.0/8");
	assert_string_equal(engine->feeds[0].url, "https://tass.com/rss");
	assert_string_equal(engine->rules[0].when.entities.at[0], "fsb");
	assert_int_equal(engine->sinks[1].rotate.size, 1048576);
	assert_int_equal(engine->rules[0].when.none_len, 1);
	assert_string_equal(desk->entities[0].label, "Emmanuel Macron");
	assert_string_equal(desk->desk.hosts.at[0], "x.example");
	config_free(engine);
	config_free(fetcher);
	config_free(courier);
	config_free(desk);
	config_free(config);
	remove_folder(folder);
}

static void
without_sinks_there_is_the_log(void **state)
{
	char *folder = make_folder(state);
	struct config *config;

	put_file(folder, "wirewatch.yaml", "sinks:\n");
	config = load(folder);
	assert_int_equal(config->sinks_len, 1);
	assert_string_equal(config->sinks[0].id, "log");
	assert_string_equal(config->sinks[0].path, "alerts.jsonl");
	assert_int_equal(config->sinks[0].rotate.every_ms, 86400000);
	config_free(config);
	put_file(folder, "wirewatch.yaml", "sinks: []\n");
	config = load(folder);
	assert_int_equal(config->sinks_len, 0);
	config_free(config);
	remove_folder(folder);
}

static void
drop_ins_follow_in_byte_order(void **state)
{
	char *folder = make_folder(state);
	char *sub = xasprintf("%s/conf.d", folder);
	struct config *config;

	assert_int_equal(mkdir(sub, 0700), 0);
	put_file(folder, "wirewatch.yaml",
	    "defaults: {interval: 1m}\n"
	    "feeds: [{id: a, url: 'http://a.example/'}]\n");
	put_file(sub, "b.yaml",
	    "defaults: {interval: 2m}\n"
	    "feeds: [{id: b, url: 'http://b.example/'}]\n");
	put_file(sub, "C.yaml", "defaults: {interval: 3m, timeout: 9s}\n");
	put_file(sub, "d.yaml~", "not read: {\n");
	put_file(sub, ".e.yaml", "not read: {\n");
	config = load(folder);
	assert_int_equal(config->feeds_len, 2);
	assert_int_equal(config->defaults.interval.max_ms, 120000);
	assert_int_equal(config->defaults.timeout_ms, 9000);
	assert_string_equal(config->feeds[1].id, "b");
	config_free(config);
	free(sub);
	remove_folder(folder);
}

static void
packs_are_read_once_and_may_name_packs(void **state)
{
	char *folder = make_folder(state);
	struct config *config;

	put_file(folder, "wirewatch.yaml",
	    "entities: [{pack: a.yaml}, {pack: b.yaml}]\n");
	put_file(folder, "a.yaml",
	    "entities: [{pack: b.yaml}, {id: a, names: [Alpha]}]\n");
	put_file(folder, "b.yaml",
	    "entities: [{pack: a.yaml}, {id: b, names: [Beta]}]\n");
	config = load(folder);
	assert_int_equal(config->entities_len, 2);
	config_free(config);
	remove_folder(folder);
}

static void
configuration_replaces_what_a_pack_brings(void **state)
{
	char *folder = make_folder(state);
	struct config *config;

	put_file(folder, "wirewatch.yaml",
	    "entities: [{pack: a.yaml}, {id: a, names: [Mine]}]\n");
	put_file(folder, "a.yaml",
	    "entities: [{id: a, names: [Alpha]}, {id: b, names: [Beta]}]\n");
	config = load(folder);
	assert_int_equal(config->entities_len, 2);
	assert_string_equal(config->entities[0].names[0].text, "Mine");
	assert_string_equal(config->entities[1].id, "b");
	config_free(config);
	remove_folder(folder);
}

static void
feeds_of_opml_get_ids_and_tags(void **state)
{
	char *folder = make_folder(state);
	struct config *config;

	put_file(folder, "wirewatch.yaml",
	    "feeds:\n"
	    "  - {opml: list.opml, language: ru, interval: 5m, tags: [x]}\n"
	    "  - {id: own, url: 'http://c.example/'}\n");
	put_file(folder, "list.opml",
	    "<opml version='2.0'><body><outline text='state'>\n"
	    "<outline text='TASS' xmlUrl='http://a.example/' language='en'\n"
	    " category='/news/world,top'/>\n"
	    "<outline text='TASS' xmlUrl='http://b.example/'/>\n"
	    "<outline text='again' xmlUrl='http://c.example/'/>\n"
	    "<outline text='Медуза' xmlUrl='https://www.meduza.example/'/>\n"
	    "<outline text='TASS' xmlUrl='http://d.example/'/>\n"
	    "</outline></body></opml>\n");
	config = load(folder);
	assert_int_equal(config->feeds_len, 5);
	assert_string_equal(config->feeds[1].id, "tass-en");
	assert_string_equal(config->feeds[1].outlet, "TASS");
	assert_int_equal(config->feeds[1].tags.len, 5);
	assert_string_equal(config->feeds[1].tags.at[0], "x");
	assert_string_equal(config->feeds[1].tags.at[1], "state");
	assert_string_equal(config->feeds[1].tags.at[4], "top");
	assert_int_equal(config->feeds[1].interval.max_ms, 300000);
	assert_string_equal(config->feeds[2].id, "tass-ru");
	assert_string_equal(config->feeds[2].language, "ru");
	assert_string_equal(config->feeds[3].id, "meduza-example-ru");
	assert_string_equal(config->feeds[3].outlet, "Медуза");
	assert_int_equal(strncmp(config->feeds[4].id, "tass-ru-", 8), 0);
	config_free(config);
	remove_folder(folder);
}

static void
entities_load_without_the_rest(void **state)
{
	char *folder = make_folder(state);
	char *path = xasprintf("%s/wirewatch.yaml", folder);
	struct config_problems problems;
	struct config *config;

	put_file(folder, "wirewatch.yaml",
	    "{\"entities\": [{\"id\":\"a\", \"names\":\n"
	    "\t[{\"name\":\"\\u0410nna\\/Sorsk\"}]}],\n"
	    "\"sinks\": [{\"id\": \"s\", \"secret_file\": \"none\"}],\n"
	    "\"rules\": [{\"id\": \"r\", \"feeds\": [\"none\"]}]}\n");
	config = config_load_entities(path, &problems);
	assert_non_null(config);
	assert_int_equal(problems.len, 0);
	assert_string_equal(config->entities[0].names[0].text, "Аnna/Sorsk");
	config_free(config);
	config_problems_clear(&problems);
	free(path);
	remove_folder(folder);
}

static void
json_is_read_with_its_escapes(void **state)
{
	char *folder = make_folder(state);
	struct config *config;

	put_file(folder, "wirewatch.yaml",
	    "\xef\xbb\xbf{\"entities\":[{\"id\":\"a\",\"names\":"
	    "[\"\\uD83D\\uDE00 Nizhny \\\\uD83D Sorsk\"]}]}\r\n");
	config = load(folder);
	assert_string_equal(config->entities[0].names[0].text,
	    "\xf0\x9f\x98\x80 Nizhny \\uD83D Sorsk");
	config_free(config);
	remove_folder(folder);
}

static void
match_entities_end_with_the_words_of_rules(void **state)
{
	char *folder = make_folder(state);
	struct config_match match;
	struct config *config;

	put_file(folder, "wirewatch.yaml",
	    "entities: [{id: a, names: [A b, C d]}, {id: e, names: [E f]}]\n"
	    "rules:\n"
	    "  - {id: r, words: [x, y], any: [{words: [z, x]}]}\n");
	config = load(folder);
	config_match_init(&match, config);
	assert_int_equal(match.len, 5);
	assert_string_equal(match.entities[1].names[0].text, "E f");
	assert_string_equal(match.entities[2].id, RULE_WORD_PREFIX "x");
	assert_string_equal(match.entities[4].names[0].text, "z");
	config_match_clear(&match);
	config_free(config);
	remove_folder(folder);
}

static void
a_hundred_thousand_feeds_load(void **state)
{
	char *folder = make_folder(state);
	struct buf text = BUF_INIT;
	struct config *config;

	buf_add_str(&text, "feeds:\n");
	for (int i = 0; i < 100000; i++)
		buf_addf(&text,
		    "  - {id: f%d, outlet: O%d, url: 'http://h%d.example/f'}\n",
		    i, i % 1000, i);
	buf_add_str(&text, "entities:\n");
	for (int i = 0; i < 10000; i++)
		buf_addf(&text,
		    "  - {id: e%d, names: {en: [Name %d, Other name %d]}}\n", i,
		    i, i);
	put_file(folder, "wirewatch.yaml", buf_str(&text));
	config = load(folder);
	assert_int_equal(config->feeds_len, 100000);
	assert_int_equal(config->entities_len, 10000);
	config_free(config);
	buf_clear(&text);
	remove_folder(folder);
}

static void
secrets_are_found_as_systemd_passes_a_folder(void **state)
{
	char *folder = make_folder(NULL), *secret, *why = NULL;
	char *config = xasprintf("%s/config/", folder);
	bool exposed;

	put_file(folder, "secrets_key", "first\nsecond\n");
	mkdir(config, 0700);
	put_file(config, "other", "third\n");
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	secret = secret_read(config, "key", &exposed, &why);
	assert_string_equal(secret, "first\nsecond");
	assert_false(exposed);
	free(secret);
	secret = secret_read(config, "other", &exposed, &why);
	assert_string_equal(secret, "third");
	free(secret);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_null(secret_read(config, "key", &exposed, &why));
	assert_non_null(strstr(why, "/key: No such file"));
	free(why);
	free(config);
	remove_folder(folder);
}

static void
folders_are_those_of_systemd(void **state)
{
	char *path;

	setenv("STATE_DIRECTORY", "/var/lib/a:/var/lib/b", 1);
	path = config_path(FOLDER_STATE, "x.db");
	assert_string_equal(path, "/var/lib/a/x.db");
	free(path);
	path = config_path(FOLDER_STATE, "/y.db");
	assert_string_equal(path, "/y.db");
	free(path);
	unsetenv("STATE_DIRECTORY");
	path = config_folder(FOLDER_STATE);
	assert_string_equal(path, LOCALSTATEDIR "/lib/wirewatch");
	free(path);
}

/* Records that were looked at; the table refers to itself. */
static void
check_record(const struct schema_record *record,
    const struct schema_record **seen, size_t *len)
{
	size_t fields = 0;

	for (size_t i = 0; i < *len; i++)
		if (seen[i] == record)
			return;
	seen[(*len)++] = record;
	for (const struct schema_field *f = record->fields; f->key; f++) {
		size_t doc = f->doc != NULL ? strlen(f->doc) : 0;

		if (doc == 0 || f->doc[doc - 1] != '.')
			fail_msg("%s of %s has no doc", f->key, record->name);
		assert_ptr_equal(record_find(record, f->key), f);
		fields++;
		if (f->record != NULL)
			check_record(f->record, seen, len);
		if (f->include != NULL)
			check_record(f->include, seen, len);
	}
	assert_true(fields <= SCHEMA_FIELDS_MAX);
}

static void
every_key_is_documented_and_found(void **state)
{
	const struct schema_record *seen[64];
	size_t len = 0;

	check_record(&schema_config, seen, &len);
	check_record(&schema_pack, seen, &len);
	assert_true(len > 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(durations_and_sizes_need_units),
	    cmocka_unit_test(addresses_are_checked),
	    cmocka_unit_test(an_interval_is_a_promise_or_two_bounds),
	    cmocka_unit_test(all_sections_are_read),
	    cmocka_unit_test(roles_get_what_they_need_and_no_more),
	    cmocka_unit_test(without_sinks_there_is_the_log),
	    cmocka_unit_test(drop_ins_follow_in_byte_order),
	    cmocka_unit_test(packs_are_read_once_and_may_name_packs),
	    cmocka_unit_test(configuration_replaces_what_a_pack_brings),
	    cmocka_unit_test(feeds_of_opml_get_ids_and_tags),
	    cmocka_unit_test(entities_load_without_the_rest),
	    cmocka_unit_test(json_is_read_with_its_escapes),
	    cmocka_unit_test(match_entities_end_with_the_words_of_rules),
	    cmocka_unit_test(a_hundred_thousand_feeds_load),
	    cmocka_unit_test(secrets_are_found_as_systemd_passes_a_folder),
	    cmocka_unit_test(folders_are_those_of_systemd),
	    cmocka_unit_test(every_key_is_documented_and_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
