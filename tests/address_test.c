/*
 * daemon/frame/address: which addresses may be connected to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/strings.h"
#include "frame/address.h"

static bool
admits(const struct address_wall *wall, const char *text, int port)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	in.sin_port = in6.sin6_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		return address_wall_admits(wall, (struct sockaddr *)&in);
	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return address_wall_admits(wall, (struct sockaddr *)&in6);
}

static void
check_all(const struct address_wall *wall, const char *const *list, bool want)
{
	for (; *list != NULL; list++)
		if (admits(wall, *list, 443) != want)
			fail_msg("%s should%s be admitted", *list,
			    want ? "" : " not");
}

static void
only_public_addresses_are_admitted(void **state)
{
	static const char *const public[] = {"8.8.8.8", "1.1.1.1", "11.0.0.1",
	    "172.15.255.255", "172.32.0.1", "100.63.0.1", "100.128.0.1",
	    "198.17.255.255", "198.20.0.0", "223.255.255.255",
	    "2a00:1450:4001::1", "2001:4860:4860::8888", "::ffff:8.8.8.8",
	    "64:ff9b::8.8.8.8", "2002:808:808::1", NULL};
	static const char *const inside[] = {"0.0.0.0", "0.1.2.3", "10.1.2.3",
	    "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255",
	    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
	    "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
	    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1",
	    "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
	    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1",
	    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1", "2001:1ff::1",
	    "2001:db8::1", "3fff::1", "fc00::1", "fd12::1", "fe80::1",
	    "fec0::1", "ff02::1", "64:ff9b:1::1", "4000::1", NULL};
	struct address_wall *wall = address_wall_new(&(struct strings){0});

	check_all(wall, public, true);
	check_all(wall, inside, false);
	address_wall_free(wall);
}

static void
low_ports_are_refused_but_those_of_the_web(void **state)
{
	struct address_wall *wall = address_wall_new(&(struct strings){0});

	assert_true(admits(wall, "8.8.8.8", 80));
	assert_true(admits(wall, "8.8.8.8", 8080));
	assert_false(admits(wall, "8.8.8.8", 22));
	assert_false(admits(wall, "8.8.8.8", 25));
	assert_false(admits(wall, "8.8.8.8", 1023));
	address_wall_free(wall);
}

static void
listed_ranges_are_admitted_and_no_more(void **state)
{
	char ranges[][16] = {
	    "127.0.0.0/8", "fd00:1::/33", "10.1.2.3", "172.16.0.0/15"};
	char *list[] = {ranges[0], ranges[1], ranges[2], ranges[3]};
	struct address_wall *wall =
	    address_wall_new(&(struct strings){.at = list, .len = 4});

	assert_true(admits(wall, "127.9.9.9", 22));
	assert_true(admits(wall, "::ffff:127.0.0.1", 22));
	assert_true(admits(wall, "10.1.2.3", 80));
	assert_false(admits(wall, "10.1.2.4", 80));
	assert_true(admits(wall, "172.17.255.255", 80));
	assert_false(admits(wall, "172.18.0.0", 80));
	assert_true(admits(wall, "fd00:1:7fff::1", 80));
	assert_false(admits(wall, "fd00:1:8000::1", 80));
	assert_false(admits(wall, "::1", 80));
	address_wall_free(wall);
}

static void
other_families_are_refused(void **state)
{
	struct address_wall *wall = address_wall_new(&(struct strings){0});

	assert_false(address_wall_admits(
	    wall, &(struct sockaddr){.sa_family = AF_UNIX}));
	address_wall_free(wall);
}

static void
malformed_ranges_are_told(void **state)
{
	static const char *const bad[] = {"", "/", "10.0.0.0/", "10.0.0.0/33",
	    "10.0.0.1/8", "10.0.0/8", "::/129", "fd00::1/8", "host/8",
	    "10.0.0.0/8 ", "10.0.0.0/-8", "10.0.0.0/0x8", "::1/64", NULL};
	struct address_range range;

	for (const char *const *b = bad; *b != NULL; b++)
		if (address_range_parse(*b, &range) == 0)
			fail_msg("%s was taken", *b);
	assert_int_equal(address_range_parse("0.0.0.0/0", &range), 0);
	assert_int_equal(range.bits, 96);
	assert_int_equal(address_range_parse("::/0", &range), 0);
	assert_int_equal(range.bits, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_public_addresses_are_admitted),
	    cmocka_unit_test(low_ports_are_refused_but_those_of_the_web),
	    cmocka_unit_test(listed_ranges_are_admitted_and_no_more),
	    cmocka_unit_test(other_families_are_refused),
	    cmocka_unit_test(malformed_ranges_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
