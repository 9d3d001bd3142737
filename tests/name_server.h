/*
 * A name server for tests, on loopback, honest or not. The first label of the
 * name that is asked for says what it answers:
 *
 *	lo...		127.0.0.1
 *	meta		169.254.169.254
 *	both		10.0.0.1 and 127.0.0.1
 *	mapped		::ffff:127.0.0.1
 *	rebind		127.0.0.1 the first time, then 10.0.0.1
 *	alias		another name for no time, of which 127.0.0.1 is the
 *			address for an hour
 *	fail		SERVFAIL	none	NXDOMAIN
 *	junk		bytes that are no answer
 *	silent		nothing
 *	lo-but-six	127.0.0.1, and nothing when asked for IPv6
 *
 * All other answers have a time to live of 0 seconds.
 */
#ifndef TESTS_NAME_SERVER_H
#define TESTS_NAME_SERVER_H

struct event_base;

enum name_server_mood {
	NAME_SERVER_WELL,
	NAME_SERVER_SILENT, /* whatever the label, as the next ones */
	NAME_SERVER_FAILS,  /* SERVFAIL */
	NAME_SERVER_DENIES, /* NXDOMAIN */
	NAME_SERVER_EMPTY,  /* the name is there, without addresses */
};

struct name_server {
	enum name_server_mood mood;
	int fd;
	unsigned port;
	struct event *event;
	unsigned asked; /* queries so far */
	unsigned rebinds;
};

/* Opens it; queries wait until it is served by a loop. */
void name_server_open(struct name_server *);
void name_server_serve(struct name_server *, struct event_base *);
void name_server_stop(struct name_server *);

#endif
