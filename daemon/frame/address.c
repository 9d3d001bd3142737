/*
 * The wall against addresses inside. All comparing is done on 16 bytes, with
 * version 4 addresses in their mapped form.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strings.h"
#include "frame/address.h"

struct address_wall {
	struct address_range *allow;
	size_t allow_len;
};

static const unsigned char mapped_prefix[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* RFC 6890 and its registry: special-purpose blocks that are not for us. */
static const struct {
	uint32_t net;
	unsigned bits;
} special_v4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared, carrier NAT */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link local, cloud metadata */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 3},  /* multicast, reserved, broadcast */
};

static bool
is_in_range(const unsigned char *address, const struct address_range *range)
{
	unsigned whole = range->bits / 8, rest = range->bits % 8;

	if (memcmp(address, range->net, whole) != 0)
		return false;
	return rest == 0 ||
	       ((address[whole] ^ range->net[whole]) >> (8 - rest)) == 0;
}

static bool
is_public_v4(uint32_t address)
{
	for (size_t i = 0; i < sizeof(special_v4) / sizeof(*special_v4); i++)
		if ((address ^ special_v4[i].net) >>
			(32 - special_v4[i].bits) ==
		    0)
			return false;
	return true;
}

static uint32_t
read_v4(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Only 2000::/3 is handed out; the special blocks inside it are left out. */
static bool
is_public(const unsigned char *a)
{
	static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};

	if (memcmp(a, mapped_prefix, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return is_public_v4(read_v4(a + 12));
	if ((a[0] & 0xe0) != 0x20)
		return false;
	if (a[0] == 0x20 && a[1] == 0x02) /* 6to4, RFC 3056 */
		return is_public_v4(read_v4(a + 2));
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02) /* 2001::/23 */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8)
		return false; /* documentation, RFC 3849 */
	if (a[0] == 0x3f && a[1] == 0xff && (a[2] & 0xf0) == 0)
		return false; /* documentation, RFC 9637 */
	return true;
}

/* The address in 16 bytes and its port; false: of another family. */
static bool
take_apart(const struct sockaddr *sa, unsigned char *address, unsigned *port)
{
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		memcpy(address, mapped_prefix, 12);
		memcpy(address + 12, &in.sin_addr, 4);
		*port = ntohs(in.sin_port);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof(in6));
		memcpy(address, &in6.sin6_addr, 16);
		*port = ntohs(in6.sin6_port);
		return true;
	}
	return false;
}

/* Reads the part behind the slash; -1: not a number up to max. */
static int
parse_bits(const char *text, unsigned max)
{
	unsigned bits = 0;

	if (*text == '\0' || strlen(text) > 3)
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		bits = bits * 10 + (unsigned)(*text - '0');
	}
	return bits <= max ? (int)bits : -1;
}

static bool
has_bits_beyond(const struct address_range *range)
{
	for (unsigned bit = range->bits; bit < 128; bit++)
		if (range->net[bit / 8] & (0x80 >> bit % 8))
			return true;
	return false;
}

int
address_range_parse(const char *text, struct address_range *range)
{
	char address[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");
	struct address_range r;
	unsigned max = 128;
	int bits;

	if (len >= sizeof(address))
		return -1;
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(AF_INET6, address, r.net) != 1) {
		memcpy(r.net, mapped_prefix, 12);
		if (inet_pton(AF_INET, address, r.net + 12) != 1)
			return -1;
		max = 32;
	}
	bits = text[len] == '/' ? parse_bits(text + len + 1, max) : (int)max;
	if (bits < 0)
		return -1;
	r.bits = (unsigned)bits + (128 - max);
	if (has_bits_beyond(&r))
		return -1;
	*range = r;
	return 0;
}

struct address_wall *
address_wall_new(const struct strings *allow)
{
	struct address_wall *wall = xcalloc(1, sizeof(*wall));

	wall->allow = xcalloc(allow->len + 1, sizeof(*wall->allow));
	for (size_t i = 0; i < allow->len; i++)
		if (address_range_parse(
			allow->at[i], &wall->allow[wall->allow_len]) == 0)
			wall->allow_len++;
	return wall;
}

void
address_wall_free(struct address_wall *wall)
{
	if (wall == NULL)
		return;
	free(wall->allow);
	free(wall);
}

bool
address_wall_admits(const struct address_wall *wall, const struct sockaddr *sa)
{
	unsigned char address[16];
	unsigned port;

	if (!take_apart(sa, address, &port))
		return false;
	for (size_t i = 0; i < wall->allow_len; i++)
		if (is_in_range(address, &wall->allow[i]))
			return true;
	return is_public(address) &&
	       (port == 80 || port == 443 || port >= 1024);
}
