/*
 * What the roles say to one another: typed messages, fields put and got one
 * by one in a fixed order, never a struct copied raw. A reader that finds a
 * field short, long or left over has failed, and its peer is cut off.
 *
 * Wire form: u32 length of the payload, u16 type, u16 1 when a descriptor
 * rides along (host order: both ends are the same machine), the payload.
 * Strings are a u32 length and bytes; NULL strings have the length UINT32_MAX.
 */
#ifndef FRAME_MESSAGE_H
#define FRAME_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define MESSAGE_VERSION 5 /* bumped with any change of a field */

enum role_kind {
	ROLE_PARENT,
	ROLE_ENGINE,
	ROLE_FETCHER,
	ROLE_COURIER,
	ROLE_DESK,
	ROLE_KINDS
};

/*
 * Fields in order. id: u64, at: i64 epoch us, str: string or NULL.
 * (fd): a descriptor rides on the message.
 */
enum message_type {
	MESSAGE_NONE,
	/* any role -> parent */
	MESSAGE_HELLO, /* u32 version, u32 role, u32 index, u32 pid */
	MESSAGE_READY, /* u64 epoch of the configuration now in force */
	MESSAGE_PONG,  /* u64 number of the ping */
	/* engine -> parent */
	MESSAGE_FINISHED, /* (none): --once, all is done */
	MESSAGE_CUT_OFF,  /* u32 role, u32 index: it went wrong, end it */
	/* parent -> any role */
	MESSAGE_CONFIG, /* (fd: slice) u64 epoch, u32 once: 1 for --once */
	MESSAGE_PEER,   /* (fd: socket) u32 role, u32 index */
	MESSAGE_PING,   /* u64 number */
	MESSAGE_STOP,   /* (none): drain and exit */
	/* parent -> fetcher, desk, before CONFIG */
	MESSAGE_MATCH_SET, /* (fd: compiled block) u64 epoch */
	/* parent -> desk, before CONFIG, unless it is to have none */
	MESSAGE_LISTENER, /* (fd: listening socket) of the page and the API */
	/* parent -> engine */
	MESSAGE_REOPEN, /* (none): open the rolling logs anew */
	/* desk -> parent, parent -> desk */
	MESSAGE_RELOAD,        /* u64 request */
	MESSAGE_RELOAD_RESULT, /* u64 request (0: a signal's), u32 ok, str text
				*/
	/* parent -> engine, fetcher: (fd: shared page) the bench of a fetcher:
	 * its first u64 is the job whose bytes are being parsed, 0 when none */
	MESSAGE_BENCH, /* u32 index */
	/* parent -> desk, for status and metrics */
	MESSAGE_ROLE_STATE, /* u32 role, u32 index, u32 pid, u32 restarts, str
			       state ("up", "starting", "backed off 8 s"; NULL:
			       it is no more) */
	/* engine -> fetcher */
	MESSAGE_FETCH_START,  /* see frame/job.h */
	MESSAGE_FETCH_CANCEL, /* u64 job */
	MESSAGE_FETCH_PUSHED, /* str content type, bytes body, and all of
				 FETCH_START: to be parsed, not fetched */
	MESSAGE_HUB_ASK,      /* see frame/websub.h */
	/* fetcher -> engine */
	MESSAGE_ITEM,       /* see frame/job.h */
	MESSAGE_FETCH_DONE, /* see frame/job.h */
	MESSAGE_HUB_ANSWER, /* see frame/websub.h */
	MESSAGE_NAMES,      /* u32 1: name servers answer; since the last one:
			       u64 queries answered, u64 failed, u64 addresses used
			       although their time was over */
	/* engine -> courier */
	MESSAGE_DELIVER, /* u64 delivery, str sink id, str webhook-id, str alert
			    type, i64 alerted at, u32 attempt from 1, str alert
			    JSON */
	/* courier -> engine */
	MESSAGE_DELIVERED, /* u64 delivery, u32 enum delivery_outcome, u32 HTTP
			      status or 0, i64 retry after us or 0, str error */
	/* engine -> desk */
	MESSAGE_ALERT,         /* u64 seq, str alert JSON */
	MESSAGE_FEED_STATE,    /* see frame/state.h */
	MESSAGE_SINK_STATE,    /* see frame/state.h */
	MESSAGE_STATS,         /* see frame/state.h */
	MESSAGE_ACTION_RESULT, /* u64 request, u32 ok, str text */
	MESSAGE_WEBSUB_STATE,  /* see frame/websub.h */
	/* desk -> engine */
	MESSAGE_POLL,          /* u64 request, str feed id */
	MESSAGE_FEED_ADD,      /* u64 request, str id, str URL, str outlet or
				  NULL, str language or NULL */
	MESSAGE_FEED_REMOVE,   /* u64 request, str feed id */
	MESSAGE_FEED_UNDO,     /* (none): the last of these is put back */
	MESSAGE_WEBSUB_VERIFY, /* see frame/websub.h */
	MESSAGE_WEBSUB_PUSH,   /* see frame/websub.h */
	MESSAGE_TYPES
};

enum delivery_outcome {
	DELIVERY_OK,
	DELIVERY_RETRY, /* try again later: 5xx, 429, no answer */
	DELIVERY_DEAD,  /* the message itself was refused: 400, 413 ... */
	DELIVERY_GONE,  /* 410: the sink is to be disabled */
	DELIVERY_HELD,  /* not tried: the receiver asked to wait */
};

/* The largest payload of a type; a longer one ends the peer. */
size_t message_max(enum message_type);
/* Whether `from` may send the type to `to`. */
bool message_may_send(
    enum role_kind from, enum role_kind to, enum message_type);
const char *message_name(enum message_type);
const char *role_name(enum role_kind);

/* Putting: appends to the payload under way. */
void message_put_u32(struct buf *, uint32_t);
void message_put_u64(struct buf *, uint64_t);
void message_put_i64(struct buf *, int64_t);
void message_put_bytes(struct buf *, const void *bytes, size_t len);
void message_put_str(struct buf *, const char *string); /* NULL may be put */

/* Getting: after the first failure every get returns zero, "" or NULL. */
struct message_reader {
	enum message_type type;
	const char *at;
	const char *end;
	int fd; /* that came along, or -1; closed after the handler unless
		   taken */
	bool failed;
};

void message_reader_init(
    struct message_reader *, const void *payload, size_t len);
uint32_t message_get_u32(struct message_reader *);
uint64_t message_get_u64(struct message_reader *);
int64_t message_get_i64(struct message_reader *);
/* A view into the message, len bytes; not NUL-terminated. */
const char *message_get_bytes(struct message_reader *, size_t *len);
/* A copy, the caller frees; NULL for a NULL string. Fails on a NUL inside or
 * on invalid UTF-8. */
char *message_take_str(struct message_reader *);
/* The same, but "" for NULL or failure: never NULL. */
char *message_take_text(struct message_reader *);
/* Hands the descriptor to the caller; fails when there is none. */
int message_take_fd(struct message_reader *);
/* True when all was read, no more and no less. */
bool message_end(struct message_reader *);

#endif
