/*
 * What stands between us and a feed: bot walls, consent pages, login pages of
 * networks. Told apart so that nobody takes them for a feed without news, and
 * never got around. Pure.
 */
#ifndef FETCHER_OBSTACLE_H
#define FETCHER_OBSTACLE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

#define OBSTACLE_PAGE_MAX 16384 /* bytes of a page that are looked at */

enum obstacle {
	OBSTACLE_NONE,
	OBSTACLE_WALL,      /* against programs */
	OBSTACLE_SCRIPT,    /* a page that wants to run in a browser */
	OBSTACLE_CONSENT,   /* asks to agree to cookies */
	OBSTACLE_PORTAL,    /* of the network that this machine is in */
	OBSTACLE_LOGIN,     /* asks for a password */
	OBSTACLE_PARKED,    /* the domain is for sale */
	OBSTACLE_ELSEWHERE, /* a page of another site, whatever it wants */
	OBSTACLE_PAGE,      /* any other page: perhaps nothing is in the way */
};

/* What the head of an answer says. Zero is a good start. */
struct obstacle_signs {
	const char *shield; /* whose service stands before it; or NULL */
	bool challenged;    /* that service says that this is its own page */
};

/* An answer that is no feed. */
struct obstacle_view {
	unsigned status;
	struct obstacle_signs signs;
	const char *asked; /* the feed's own address */
	const char *url;   /* that it came from */
	const char *page;  /* first bytes, of HTML or a refusal; or NULL */
	size_t page_len;
	const char *title; /* of the page, or NULL */
	bool titled_wall;  /* by the title of the page */
	bool names_feeds;  /* an honest page, then, unless it is clear */
};

/* Takes one header field. */
void obstacle_note_field(struct obstacle_signs *, const char *name,
    size_t name_len, const char *value, size_t len);
/* Appends the first bytes of a document when it begins like an HTML page. */
void obstacle_keep_page(struct buf *page, const char *bytes, size_t len);
/* Says what it is, and writes a sentence with advice when it is anything. */
enum obstacle obstacle_find(
    const struct obstacle_view *, char *sentence, size_t size);

#endif
