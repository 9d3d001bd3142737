/*
 * The fetcher role and the network: TLS and names, inside the sandbox.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "certificates.h"
#include "fetcher_world.h"

#define DAY 86400L

/* ---- TLS ------------------------------------------------------------------
 */

/* Fetches over TLS from a server with such a certificate. */
static void
expect_tls(struct world *world, bool signed_by_us, const char *name,
    long from_s, long until_s, enum fetch_outcome outcome, const char *error)
{
	char *key = world_path(world, "key.pem");
	char *cert = world_path(world, "cert.pem"), *url;
	struct feed_server server;

	certificate_write(signed_by_us ? world->authority : NULL, name, from_s,
	    until_s, key, cert);
	feed_server_start(
	    &server, (const char *const[]){"-k", key, "-c", cert, NULL});
	url = xasprintf("https://127.0.0.1:%u/chain/0", server.tls_port);
	world_expect(world, url, outcome, error);
	feed_server_stop(&server);
	free(url);
	free(key);
	free(cert);
}

static void
verified_tls_works_inside_the_sandbox(void **state)
{
	expect_tls(*state, true, "127.0.0.1", -DAY, DAY, FETCH_OK, NULL);
}

static void
bad_certificates_are_refused_in_plain_words(void **state)
{
	struct world *world = *state;
	char *url;

	expect_tls(world, true, "127.0.0.1", -2 * DAY, -DAY, FETCH_TLS,
	    "has expired: its owner has to renew it");
	expect_tls(world, true, "127.0.0.1", DAY, 2 * DAY, FETCH_TLS,
	    "not yet valid: look at this machine's clock");
	expect_tls(world, true, "other.example", -DAY, DAY, FETCH_TLS,
	    "is for another host");
	expect_tls(world, false, "127.0.0.1", -DAY, DAY, FETCH_TLS,
	    "name the authority in ca_file");
	url = xasprintf("https://127.0.0.1:%u/chain/0", world->server.port);
	world_expect(world, url, FETCH_TLS, "speaks no TLS at this port");
	free(url);
}

/* ---- names ----------------------------------------------------------------
 */

static void
expect_name(struct world *world, const char *name, enum fetch_outcome outcome)
{
	char *url = xasprintf("http://%s:%u/chain/0", name, world->server.port);

	world_expect(world, url, outcome, NULL);
	free(url);
}

static void
names_are_resolved_inside_the_sandbox(void **state)
{
	struct world *world = *state;
	unsigned asked;

	expect_name(world, "lo.test", FETCH_OK);
	asked = world->names.asked;
	expect_name(world, "lo.test", FETCH_OK);
	expect_name(world, "LO.test.", FETCH_OK);
	assert_int_equal(world->names.asked, asked); /* from the cache */
	expect_name(world, "localhost", FETCH_OK);
}

static void
names_of_inside_addresses_are_refused(void **state)
{
	struct world *world = *state;

	expect_name(world, "meta.test", FETCH_REFUSED);
	expect_name(world, "both.test", FETCH_OK);   /* the allowed one */
	expect_name(world, "mapped.test", FETCH_OK); /* 127/8 is allowed */
	expect_name(world, "rebind.test", FETCH_OK);
}

static void
refused_connections_are_told_once(void **state)
{
	world_expect(*state, "http://127.0.0.1:1/rss", FETCH_CONNECT,
	    "failed to connect to 127.0.0.1 port 1");
}

static void
failing_name_servers_are_told_as_such(void **state)
{
	struct world *world = *state;

	expect_name(world, "fail.test", FETCH_DNS);
	expect_name(world, "none.test", FETCH_DNS);
	expect_name(world, "junk.test", FETCH_DNS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verified_tls_works_inside_the_sandbox),
	    cmocka_unit_test(bad_certificates_are_refused_in_plain_words),
	    cmocka_unit_test(names_are_resolved_inside_the_sandbox),
	    cmocka_unit_test(names_of_inside_addresses_are_refused),
	    cmocka_unit_test(refused_connections_are_told_once),
	    cmocka_unit_test(failing_name_servers_are_told_as_such),
	};

	return cmocka_run_group_tests(tests, world_set_up, world_tear_down);
}
