/*
 * The socket of the page and the API. The parent holds it and lends it to the
 * desk: so a reload can move it, or find that it cannot, while the desk stays
 * in its sandbox.
 */
#ifndef PARENT_LISTENER_H
#define PARENT_LISTENER_H

struct listener {
	int fd;        /* -1: none */
	char *address; /* as configured; NULL: not asked for yet */
};

#define LISTENER_INIT    \
	{                \
		.fd = -1 \
	}

/* Listens on "127.0.0.1:8610" or "[::1]:8610" (port 0: any that is free), or
 * with "off" on none, in place of what was before; the same address again
 * changes nothing. Returns 0; or -1 with a reason in *error, which the caller
 * frees, and everything is as it was. */
int listener_move(struct listener *, const char *address, char **error);

#endif
