/*
 * The sockets that the desk listens on: that of the command line, opened before
 * its sandbox, and that of the page and the API, which the parent lends it.
 */
#ifndef DESK_LISTEN_H
#define DESK_LISTEN_H

/* Listens on a unix socket that its owner and group may use (0660). A socket
 * that nobody answers on is replaced; one that somebody does is an error.
 * Returns the descriptor; or -1 with a reason in *error, which the caller
 * frees. */
int listen_unix(const char *path, char **error);
/* The address that a TCP socket is bound to, "127.0.0.1:8610" or
 * "[::1]:8610"; the caller frees. */
char *listen_name(int fd);

#endif
