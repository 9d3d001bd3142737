/*
 * The wall against addresses inside: what may be connected to. Judged on the
 * numeric address at connect time, so that no spelling, redirect or changed
 * answer of a name server gets around it.
 */
#ifndef FRAME_ADDRESS_H
#define FRAME_ADDRESS_H

#include <stdbool.h>

struct address_wall;
struct strings;
struct sockaddr;

/* A range of addresses; version 4 ones stand as ::ffff:a.b.c.d. */
struct address_range {
	unsigned char net[16];
	unsigned bits; /* of net that count, 0 to 128 */
};

/* Reads "10.0.0.0/8", "fd00::/8", "127.0.0.1"; returns 0, or -1 when it is no
 * range or has bits set beyond its length. */
int address_range_parse(const char *text, struct address_range *);

/* allow: ranges admitted beside public addresses (network.allow); bad ones,
 * which the configuration check refuses, are left out. */
struct address_wall *address_wall_new(const struct strings *allow);
void address_wall_free(struct address_wall *);
/* Whether an AF_INET or AF_INET6 address may be connected to. Public ones, as
 * the registries of RFC 6890 have them, on ports 80, 443 and from 1024 on;
 * allowed ranges on any port. Addresses that carry one of version 4 (mapped,
 * 6to4, NAT64) are judged by that one. */
bool address_wall_admits(const struct address_wall *, const struct sockaddr *);

#endif
