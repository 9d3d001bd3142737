/*
 * The sockets that the desk listens on, opened before its sandbox.
 */
#ifndef DESK_LISTEN_H
#define DESK_LISTEN_H

/* Listens on "HOST:PORT" or "[V6]:PORT" (port 0: any). Returns the descriptor
 * and the address as bound, which the caller frees; or -1 with a reason in
 * *error, which the caller frees. */
int listen_tcp(const char *address, char **bound, char **error);
/* Listens on a unix socket that its owner and group may use (0660). A socket
 * that nobody answers on is replaced; one that somebody does is an error. */
int listen_unix(const char *path, char **error);

#endif
