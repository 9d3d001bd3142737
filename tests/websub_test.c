/*
 * The parts of WebSub and rssCloud that are pure: subscriptions, signatures,
 * forms, the desk's list, Link headers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "desk/websub.h"
#include "engine/hub_form.h"
#include "engine/subscription.h"
#include "engine/websub_signature.h"
#include "frame/websub.h"
#include "parse/link_header.h"

#define SECOND INT64_C(1000000)
#define NOW (INT64_C(1711134000) * SECOND)
#define TOPIC "https://feeds.example/wire.xml"

static struct subscription
wanted(void)
{
	static char topic[] = TOPIC;
	struct subscription subscription = {.record = {.topic = topic}};

	subscription_want(&subscription, true, NOW);
	return subscription;
}

static struct subscription
active(int64_t lease_s)
{
	struct subscription subscription = wanted();

	subscription_ask(&subscription, WEBSUB_SUBSCRIBE, NOW, 0);
	assert_true(subscription_confirm(
	    &subscription, WEBSUB_SUBSCRIBE, TOPIC, lease_s, NOW, 0));
	return subscription;
}

/* ---- subscriptions ------------------------------------------------------ */

static void
a_hub_is_confirmed_only_what_was_asked(void **state)
{
	struct subscription s = wanted();

	assert_int_equal(subscription_due(&s, NOW), WEBSUB_SUBSCRIBE);
	assert_false(
	    subscription_confirm(&s, WEBSUB_SUBSCRIBE, TOPIC, 60, NOW, 0));
	subscription_ask(&s, WEBSUB_SUBSCRIBE, NOW, 0);
	assert_false(
	    subscription_confirm(&s, WEBSUB_UNSUBSCRIBE, TOPIC, 60, NOW, 0));
	assert_false(subscription_confirm(
	    &s, WEBSUB_SUBSCRIBE, "http://x/", 60, NOW, 0));
	assert_false(
	    subscription_confirm(&s, WEBSUB_SUBSCRIBE, TOPIC, 0, NOW, 0));
	assert_int_equal(subscription_state(&s, NOW), SUBSCRIPTION_PENDING);
	assert_true(
	    subscription_confirm(&s, WEBSUB_SUBSCRIBE, TOPIC, 60, NOW, 0));
	assert_int_equal(subscription_state(&s, NOW), SUBSCRIPTION_ACTIVE);
	/* Once. */
	assert_false(
	    subscription_confirm(&s, WEBSUB_SUBSCRIBE, TOPIC, 60, NOW, 0));
}

static void
a_lease_is_renewed_before_it_runs_out(void **state)
{
	for (uint32_t chance = 0; chance < 100; chance++) {
		struct subscription s = wanted();

		subscription_ask(&s, WEBSUB_SUBSCRIBE, NOW, chance);
		subscription_confirm(
		    &s, WEBSUB_SUBSCRIBE, TOPIC, 1000, NOW, chance);
		assert_int_equal(
		    subscription_due(&s, NOW + 599 * SECOND), WEBSUB_NONE);
		assert_int_equal(
		    subscription_due(&s, NOW + 800 * SECOND), WEBSUB_SUBSCRIBE);
		assert_int_equal(
		    s.record.next_at, NOW + (600 + chance % 20 * 10) * SECOND);
	}
}

static void
a_renewal_that_fails_is_tried_again_within_the_lease(void **state)
{
	struct subscription s = active(864000);
	int64_t now = s.record.next_at;
	int tries = 0;

	for (; now < s.record.lease_at; now = s.record.next_at, tries++)
		subscription_ask(&s, subscription_due(&s, now), now, 1023);
	assert_true(tries > 5);
	assert_int_equal(subscription_state(&s, now), SUBSCRIPTION_PENDING);
	assert_int_equal(subscription_due(&s, now), WEBSUB_SUBSCRIBE);
}

static void
no_lease_is_counted_on_for_longer_than_asked(void **state)
{
	struct subscription s = active(INT64_MAX);

	assert_int_equal(
	    s.record.lease_at, NOW + SUBSCRIPTION_LEASE_S * SECOND);
}

static void
a_silent_hub_is_asked_ever_more_rarely(void **state)
{
	struct subscription s = wanted();
	int64_t now = NOW, wait = 0;

	for (int i = 0; i < 30; i++) {
		subscription_ask(&s, WEBSUB_SUBSCRIBE, now, 512);
		wait = s.record.next_at - now;
		assert_true(wait >= 60 * SECOND);
		now = s.record.next_at;
	}
	assert_int_equal(wait, 21600 * SECOND);
}

static void
only_what_was_asked_is_confirmed(void **state)
{
	struct subscription s = wanted();

	assert_false(subscription_confirm(&s, WEBSUB_NONE, TOPIC, 60, NOW, 0));
	subscription_ask(&s, WEBSUB_SUBSCRIBE, NOW, 0);
	subscription_want(&s, true, NOW); /* as before */
	assert_true(
	    subscription_confirm(&s, WEBSUB_SUBSCRIBE, TOPIC, 60, NOW, 0));
	subscription_want(&s, false, NOW);
	subscription_ask(&s, WEBSUB_UNSUBSCRIBE, NOW, 0);
	assert_true(
	    subscription_confirm(&s, WEBSUB_UNSUBSCRIBE, TOPIC, 60, NOW, 0));
	assert_int_equal(subscription_state(&s, NOW), SUBSCRIPTION_IDLE);
	subscription_want(&s, true, NOW);
	subscription_ask(&s, WEBSUB_SUBSCRIBE, NOW, 0);
	subscription_want(&s, false, NOW); /* too late for the hub's question */
	assert_false(
	    subscription_confirm(&s, WEBSUB_SUBSCRIBE, TOPIC, 60, NOW, 0));
	subscription_want(&s, true, NOW);
	subscription_ask(&s, WEBSUB_SUBSCRIBE, NOW, 0);
	assert_true(subscription_deny(&s, TOPIC, NOW));
	assert_false(
	    subscription_confirm(&s, WEBSUB_SUBSCRIBE, TOPIC, 60, NOW, 0));
}

/* A record is read back before anyone says that the feed is wanted. */
static void
denials_and_renewals_hold_over_a_restart_retries_do_not(void **state)
{
	int64_t next_at = NOW + 500 * SECOND;
	struct subscription denied = {
	    .record = {.next_at = next_at, .denied = true}};
	struct subscription leased = {
	    .record = {.next_at = next_at, .lease_at = next_at}};
	struct subscription tried = {.record = {.next_at = next_at}};

	subscription_want(&denied, true, NOW);
	subscription_want(&leased, true, NOW);
	subscription_want(&tried, true, NOW);
	assert_int_equal(subscription_state(&denied, NOW), SUBSCRIPTION_DENIED);
	assert_int_equal(subscription_due(&denied, NOW), WEBSUB_NONE);
	assert_int_equal(subscription_due(&leased, NOW), WEBSUB_NONE);
	assert_int_equal(subscription_due(&tried, NOW), WEBSUB_SUBSCRIBE);
	subscription_want(&denied, false, NOW);
	subscription_want(&denied, true, NOW);
	assert_int_equal(
	    subscription_state(&denied, NOW), SUBSCRIPTION_PENDING);
	assert_int_equal(subscription_due(&denied, NOW), WEBSUB_SUBSCRIBE);
}

#define MEAN 512 /* the chance of no spread */

static int64_t
wait_s(struct subscription *s)
{
	subscription_ask(s, WEBSUB_SUBSCRIBE, NOW, MEAN);
	return (s->record.next_at - NOW) / SECOND;
}

static void
waits_double_up_to_six_hours_and_never_outlast_a_lease(void **state)
{
	struct subscription s = wanted();

	for (int64_t wait = 60; wait < 21600; wait *= 2)
		assert_int_equal(wait_s(&s), wait);
	for (int i = 0; i < 100; i++)
		assert_int_equal(wait_s(&s), 21600);
	s = active(800);
	assert_int_equal(wait_s(&s), 60);
	assert_int_equal(wait_s(&s), 101);
	s = active(800);
	s.record.lease_at = NOW - 8 * SECOND;
	assert_int_equal(wait_s(&s), 60);
}

static void
tries_for_another_wish_do_not_count(void **state)
{
	struct subscription s = active(800000);

	for (int i = 0; i < 5; i++) /* to renew */
		subscription_ask(&s, WEBSUB_SUBSCRIBE, NOW, MEAN);
	subscription_want(&s, false, NOW);
	assert_int_equal(subscription_due(&s, NOW), WEBSUB_UNSUBSCRIBE);
	for (int i = 0; i < 3; i++)
		subscription_ask(&s, WEBSUB_UNSUBSCRIBE, NOW, MEAN);
	subscription_want(&s, true, NOW);
	assert_int_equal(
	    subscription_due(&s, s.record.next_at), WEBSUB_SUBSCRIBE);
	assert_int_equal(wait_s(&s), 60);
}

static void
a_callback_that_moves_is_told_at_once(void **state)
{
	struct subscription s = active(800000);

	for (int i = 0; i < 5; i++)
		subscription_ask(&s, WEBSUB_SUBSCRIBE, NOW, MEAN);
	assert_int_equal(subscription_due(&s, NOW), WEBSUB_NONE);
	subscription_move(&s);
	assert_int_equal(subscription_due(&s, NOW), WEBSUB_SUBSCRIBE);
	assert_int_equal(wait_s(&s), 60);
}

static void
a_hub_that_does_not_answer_is_left_after_three_tries(void **state)
{
	struct subscription s = active(100000);

	assert_false(subscription_is_over(&s, NOW + 100001 * SECOND));
	subscription_want(&s, false, NOW);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    subscription_due(&s, s.record.next_at), WEBSUB_UNSUBSCRIBE);
		subscription_ask(&s, WEBSUB_UNSUBSCRIBE, NOW, MEAN);
	}
	assert_int_equal(subscription_due(&s, s.record.next_at), WEBSUB_NONE);
	assert_false(subscription_is_over(&s, s.record.next_at - 1));
	assert_true(subscription_is_over(&s, s.record.next_at));
	s.tries = 0;
	assert_int_equal(
	    subscription_due(&s, NOW + 100000 * SECOND), WEBSUB_NONE);
}

static void
a_denial_ends_the_lease_and_holds_for_a_day(void **state)
{
	struct subscription s = active(1000);

	assert_false(subscription_deny(&s, "http://other/", NOW));
	assert_int_equal(subscription_state(&s, NOW), SUBSCRIPTION_ACTIVE);
	assert_true(subscription_deny(&s, TOPIC, NOW));
	assert_int_equal(subscription_state(&s, NOW), SUBSCRIPTION_DENIED);
	assert_int_equal(
	    subscription_due(&s, NOW + 86399 * SECOND), WEBSUB_NONE);
	assert_int_equal(
	    subscription_due(&s, NOW + 86400 * SECOND), WEBSUB_SUBSCRIBE);
	subscription_ask(&s, WEBSUB_SUBSCRIBE, NOW, 0);
	assert_true(
	    subscription_confirm(&s, WEBSUB_SUBSCRIBE, TOPIC, 60, NOW, 0));
	assert_int_equal(subscription_state(&s, NOW), SUBSCRIPTION_ACTIVE);
}

static void
a_denial_to_who_leaves_holds_for_nobody(void **state)
{
	struct subscription s = active(1000);

	subscription_want(&s, false, NOW);
	assert_false(subscription_is_over(&s, NOW));
	assert_true(subscription_deny(&s, TOPIC, NOW));
	assert_true(subscription_is_over(&s, NOW));
	subscription_want(&s, true, NOW);
	assert_int_equal(subscription_due(&s, NOW), WEBSUB_SUBSCRIBE);
}

static void
who_is_wanted_no_more_is_unsubscribed(void **state)
{
	struct subscription s = active(100000);

	subscription_want(&s, false, NOW);
	assert_int_equal(subscription_state(&s, NOW), SUBSCRIPTION_LEAVING);
	assert_int_equal(subscription_due(&s, NOW), WEBSUB_UNSUBSCRIBE);
	assert_false(subscription_is_over(&s, NOW));
	subscription_ask(&s, WEBSUB_UNSUBSCRIBE, NOW, 0);
	assert_true(
	    subscription_confirm(&s, WEBSUB_UNSUBSCRIBE, TOPIC, 0, NOW, 0));
	assert_true(subscription_is_over(&s, NOW));
	assert_int_equal(subscription_state(&s, NOW), SUBSCRIPTION_IDLE);
}

static void
a_hub_that_lets_nobody_go_is_left_after_three_tries(void **state)
{
	struct subscription s = active(800000);
	int64_t now = NOW;

	subscription_want(&s, false, NOW);
	for (int i = 0; i < 3; i++) {
		assert_false(subscription_is_over(&s, now));
		assert_int_equal(subscription_due(&s, now), WEBSUB_UNSUBSCRIBE);
		subscription_ask(&s, WEBSUB_UNSUBSCRIBE, now, 0);
		now = s.record.next_at;
	}
	assert_true(subscription_is_over(&s, now));
}

static void
a_lease_is_still_good_after_a_restart(void **state)
{
	struct subscription before = active(1000), s = {0};

	s.record = before.record;
	subscription_want(&s, true, NOW + SECOND);
	assert_int_equal(
	    subscription_state(&s, NOW + SECOND), SUBSCRIPTION_ACTIVE);
	assert_int_equal(subscription_due(&s, NOW + SECOND), WEBSUB_NONE);
	assert_int_equal(
	    subscription_state(&s, NOW + 1000 * SECOND), SUBSCRIPTION_PENDING);
	subscription_want(&s, false, NOW);
	assert_false(subscription_is_over(&s, NOW + 999 * SECOND));
	assert_true(subscription_is_over(&s, NOW + 1000 * SECOND));
}

/* ---- signatures --------------------------------------------------------- */

/* RFC 4231, test case 2. */
#define KEY "Jefe"
#define BODY "what do ya want for nothing?"
#define SHA256                             \
	"5bdcc146bf60754e6a042426089575c7" \
	"5a003f089d2739839dec58b964ec3843"
#define SHA384                             \
	"af45d2e376484031617f78d2b58a6b1b" \
	"9c7ef464f5a01b47e42ec3736322445e" \
	"8e2240ca5e69e2c78b3239ecfab21649"

static bool
is_good(const char *header)
{
	return websub_signature_is_good(header, KEY, BODY, strlen(BODY));
}

static void
signatures_are_those_of_rfc_4231(void **state)
{
	assert_true(is_good("sha256=" SHA256));
	assert_true(is_good("SHA384=" SHA384));
	assert_true(is_good("sha256=5BDCC146BF60754E6A042426089575C7"
			    "5A003F089D2739839DEC58B964EC3843"));
}

static void
wrong_and_weak_signatures_are_refused(void **state)
{
	assert_false(is_good(NULL));
	assert_false(is_good(""));
	assert_false(is_good(SHA256));
	assert_false(is_good("sha256="));
	assert_false(is_good("sha512=" SHA256));
	assert_false(is_good("sha2=" SHA256));
	assert_false(is_good("=" SHA256));
	assert_false(is_good("sha256=" SHA256 "0"));
	assert_false(is_good("sha256=" SHA384));
	/* sha1 is right but weak. */
	assert_false(is_good("sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
	assert_false(websub_signature_is_good(
	    "sha256=" SHA256, KEY, BODY, strlen(BODY) - 1));
	assert_false(websub_signature_is_good(
	    "sha256=" SHA256, "jefe", BODY, strlen(BODY)));
}

/* ---- hubs --------------------------------------------------------------- */

#define CALLBACK "hub.callback=http%3A%2F%2Fme%2F1&"

static void
a_hub_is_told_a_lease_and_a_secret_by_who_subscribes(void **state)
{
	char hub[] = "https://hub/", topic[] = "http://feed/?a&b";
	char callback[] = "http://me/1", secret[] = "s";
	struct websub_record record = {
	    .hub = hub, .topic = topic, .callback = callback};
	char *form = hub_form_make(&record, WEBSUB_SUBSCRIBE);

	assert_string_equal(hub_form_url(&record), "https://hub/");
	assert_string_equal(form,
	    CALLBACK "hub.mode=subscribe&hub.topic=http%3A%2F%2Ffeed%2F%3Fa%26b"
		     "&hub.lease_seconds=864000");
	free(form);
	record.secret = secret;
	form = hub_form_make(&record, WEBSUB_SUBSCRIBE);
	assert_non_null(strstr(form, "=864000&hub.secret=s"));
	free(form);
	form = hub_form_make(&record, WEBSUB_UNSUBSCRIBE);
	assert_string_equal(form, CALLBACK
	    "hub.mode=unsubscribe&hub.topic=http%3A%2F%2Ffeed%2F%3Fa%26b");
	free(form);
}

/* ---- clouds ------------------------------------------------------------- */

static void
check_form(const char *callback, const char *want)
{
	char hub[] = CLOUD_PREFIX "http://cloud/ask";
	char topic[] = "http://feed/?a&b";
	struct websub_record record = {
	    .hub = hub, .topic = topic, .callback = (char *)callback};
	char *form = hub_form_make(&record, WEBSUB_SUBSCRIBE);

	assert_string_equal(hub_form_url(&record), "http://cloud/ask");
	assert_string_equal(form, want);
	free(form);
}

static void
a_cloud_is_given_the_callback_in_pieces(void **state)
{
	check_form("https://h.example/websub/00ff",
	    "notifyProcedure=&protocol=https-post&domain=h.example&port=443"
	    "&path=%2Fwebsub%2F00ff&url1=http%3A%2F%2Ffeed%2F%3Fa%26b");
	check_form("http://[2001:db8::1]:8610/x/1",
	    "notifyProcedure=&protocol=http-post&domain=%5B2001%3Adb8%3A%3A1%5D"
	    "&port=8610&path=%2Fx%2F1&url1=http%3A%2F%2Ffeed%2F%3Fa%26b");
}

/* ---- what the desk is told ---------------------------------------------- */

static void
tell(struct websub_list *list, const char *token, const char *state, bool gone)
{
	websub_list_set(list, &(struct websub_state){.token = xstrdup(token),
				  .feed = xstrdup("wire"),
				  .state = xstrdup(state),
				  .hub = xstrdup("https://hub/"),
				  .topic = xstrdup(TOPIC),
				  .gone = gone});
}

static const char *
shown(struct websub_list *list)
{
	const struct websub_state *state = websub_list_of_feed(list, "wire");

	return state != NULL ? state->token : "none";
}

/* In whatever order they are told of, as to a desk that starts anew. */
static void
the_hub_that_is_not_left_shows(void **state)
{
	struct websub_list *list = websub_list_new();

	tell(list, "old", "leaving", false);
	assert_string_equal(shown(list), "none");
	tell(list, "new", "active", false);
	assert_string_equal(shown(list), "new");
	assert_int_equal(websub_list_count(list, "leaving"), 1);
	tell(list, "old", "leaving", true);
	tell(list, "old", "leaving", true); /* is not even known */
	assert_string_equal(shown(list), "new");
	tell(list, "next", "pending", false);
	tell(list, "new", "leaving", false);
	assert_string_equal(shown(list), "next");
	tell(list, "next", "active", false);
	tell(list, "new", "leaving", true);
	assert_string_equal(websub_list_of_feed(list, "wire")->state, "active");
	tell(list, "next", "active", true);
	assert_string_equal(shown(list), "none");
	assert_int_equal(websub_list_count(list, "active"), 0);
	websub_list_free(list);
}

/* ---- Link headers ------------------------------------------------------- */

/* Targets of the relation, with blanks between; the caller frees. */
static char *
targets(const char *value, const char *rel)
{
	const char *end = value + strlen(value);
	char *all = xstrdup("");
	struct link_header link;

	while (link_header_next(&value, end, &link)) {
		char *more;

		if (!link_header_has_rel(&link, rel))
			continue;
		more = xasprintf("%s%s%.*s", all, *all != '\0' ? " " : "",
		    (int)link.target_len, link.target);
		free(all);
		all = more;
	}
	return all;
}

static void
check_link(const char *value, const char *rel, const char *want)
{
	char *got = targets(value, rel);

	assert_string_equal(got, want);
	free(got);
}

static void
links_are_found_by_relation(void **state)
{
	static const char two[] =
	    "<https://hub/>; rel=\"hub\", </feed>; rel=self";

	check_link(two, "hub", "https://hub/");
	check_link(two, "self", "/feed");
	check_link(two, "next", "");
	check_link("<a>;rel=\"x HUB self\"", "hub", "a");
	check_link("<a>; title=\"b, <c>; rel=hub\"; rel=hub", "hub", "a");
	check_link("<a,b>; rel=hub , <c> ; x ; rel = \"hub\"", "hub", "a,b c");
	check_link("<a>; title=\"\\\"\"; rel=hub", "hub", "a");
}

static void
links_of_other_documents_are_left_out(void **state)
{
	check_link("<a>; rel=hub; anchor=\"/other\", <b>; rel=hub", "hub", "b");
	check_link("<a>; rel=alternate; rel=hub", "hub", "");
}

static void
broken_links_harm_nobody(void **state)
{
	check_link("", "hub", "");
	check_link("<", "hub", "");
	check_link("<a", "hub", "");
	check_link("<a>", "hub", "");
	check_link("<a>;", "hub", "");
	check_link("<a>; rel", "hub", "");
	check_link("<a>; rel=", "hub", "");
	check_link("<a>; rel=\"hub", "hub", "a");
	check_link("<a>; rel=\"hub\\", "hub", "");
	check_link(",,, ;; rel=hub", "hub", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_was_asked_is_confirmed),
	    cmocka_unit_test(
		denials_and_renewals_hold_over_a_restart_retries_do_not),
	    cmocka_unit_test(
		waits_double_up_to_six_hours_and_never_outlast_a_lease),
	    cmocka_unit_test(
		a_hub_that_does_not_answer_is_left_after_three_tries),
	    cmocka_unit_test(a_hub_is_confirmed_only_what_was_asked),
	    cmocka_unit_test(a_lease_is_renewed_before_it_runs_out),
	    cmocka_unit_test(
		a_renewal_that_fails_is_tried_again_within_the_lease),
	    cmocka_unit_test(no_lease_is_counted_on_for_longer_than_asked),
	    cmocka_unit_test(a_silent_hub_is_asked_ever_more_rarely),
	    cmocka_unit_test(tries_for_another_wish_do_not_count),
	    cmocka_unit_test(a_callback_that_moves_is_told_at_once),
	    cmocka_unit_test(a_denial_ends_the_lease_and_holds_for_a_day),
	    cmocka_unit_test(a_denial_to_who_leaves_holds_for_nobody),
	    cmocka_unit_test(who_is_wanted_no_more_is_unsubscribed),
	    cmocka_unit_test(
		a_hub_that_lets_nobody_go_is_left_after_three_tries),
	    cmocka_unit_test(a_lease_is_still_good_after_a_restart),
	    cmocka_unit_test(signatures_are_those_of_rfc_4231),
	    cmocka_unit_test(wrong_and_weak_signatures_are_refused),
	    cmocka_unit_test(
		a_hub_is_told_a_lease_and_a_secret_by_who_subscribes),
	    cmocka_unit_test(a_cloud_is_given_the_callback_in_pieces),
	    cmocka_unit_test(the_hub_that_is_not_left_shows),
	    cmocka_unit_test(links_are_found_by_relation),
	    cmocka_unit_test(links_of_other_documents_are_left_out),
	    cmocka_unit_test(broken_links_harm_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
