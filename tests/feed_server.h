/*
 * The project's feed server (bench/feedserver) as a child of a test.
 */
#ifndef TESTS_FEED_SERVER_H
#define TESTS_FEED_SERVER_H

#include <stddef.h>
#include <sys/types.h>

struct feed_server {
	pid_t pid;
	unsigned port;
	unsigned tls_port; /* 0: none */
};

/* arguments: further ones, ended by NULL; NULL: none. Dies with the test. */
void feed_server_start(struct feed_server *, const char *const *arguments);
void feed_server_stop(struct feed_server *);
/* "http://127.0.0.1:PORT" + path; the caller frees. */
char *feed_server_url(const struct feed_server *, const char *path);
/* A control request ("POST", "/control/publish?feed=0&title=x"), blocking.
 * Returns the answer's body; the caller frees. */
char *feed_server_ask(
    const struct feed_server *, const char *method, const char *path);
/* Creates or replaces a document. */
void feed_server_put(const struct feed_server *, const char *path,
    const char *type, const char *bytes, size_t len);

#endif
