/*
 * Messages between roles: the table of who may say what to whom, and the
 * typed fields.
 */
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "frame/message.h"

#define BIT(role) (1u << (role))
#define PARENT BIT(ROLE_PARENT)
#define ENGINE BIT(ROLE_ENGINE)
#define FETCHER BIT(ROLE_FETCHER)
#define COURIER BIT(ROLE_COURIER)
#define DESK BIT(ROLE_DESK)
#define CHILDREN (ENGINE | FETCHER | COURIER | DESK)
#define KIB 1024u

static const struct {
	const char *name;
	uint32_t max; /* bytes of payload */
	uint16_t from;
	uint16_t to;
} types[MESSAGE_TYPES] = {
    [MESSAGE_HELLO] = {"hello", 64, CHILDREN, PARENT},
    [MESSAGE_READY] = {"ready", 64, CHILDREN, PARENT},
    [MESSAGE_PONG] = {"pong", 64, CHILDREN, PARENT},
    [MESSAGE_FINISHED] = {"finished", 0, ENGINE, PARENT},
    [MESSAGE_CUT_OFF] = {"cut off", 64, ENGINE, PARENT},
    [MESSAGE_CONFIG] = {"config", 64, PARENT, CHILDREN},
    [MESSAGE_PEER] = {"peer", 64, PARENT, CHILDREN},
    [MESSAGE_PING] = {"ping", 64, PARENT, CHILDREN},
    [MESSAGE_STOP] = {"stop", 0, PARENT, CHILDREN},
    [MESSAGE_MATCH_SET] = {"match set", 64, PARENT, FETCHER | DESK},
    [MESSAGE_LISTENER] = {"listener", 0, PARENT, DESK},
    [MESSAGE_REOPEN] = {"reopen", 0, PARENT, ENGINE},
    [MESSAGE_RELOAD] = {"reload", 64, DESK, PARENT},
    [MESSAGE_RELOAD_RESULT] = {"reload result", 256 * KIB, PARENT, DESK},
    [MESSAGE_BENCH] = {"bench", 64, PARENT, ENGINE | FETCHER},
    [MESSAGE_ROLE_STATE] = {"role state", 4 * KIB, PARENT, DESK},
    [MESSAGE_FETCH_START] = {"fetch start", 256 * KIB, ENGINE, FETCHER},
    [MESSAGE_FETCH_CANCEL] = {"fetch cancel", 64, ENGINE, FETCHER},
    [MESSAGE_FETCH_PUSHED] = {"fetch pushed", 2400 * KIB, ENGINE, FETCHER},
    [MESSAGE_HUB_ASK] = {"hub ask", 64 * KIB, ENGINE, FETCHER},
    [MESSAGE_HUB_ANSWER] = {"hub answer", 4 * KIB, FETCHER, ENGINE},
    [MESSAGE_NAMES] = {"names", 64, FETCHER, ENGINE},
    [MESSAGE_ITEM] = {"item", 512 * KIB, FETCHER, ENGINE},
    [MESSAGE_FETCH_DONE] = {"fetch done", 64 * KIB, FETCHER, ENGINE},
    [MESSAGE_DELIVER] = {"deliver", 256 * KIB, ENGINE, COURIER},
    [MESSAGE_DELIVERED] = {"delivered", 16 * KIB, COURIER, ENGINE},
    [MESSAGE_ALERT] = {"alert", 256 * KIB, ENGINE, DESK},
    [MESSAGE_FEED_STATE] = {"feed state", 32 * KIB, ENGINE, DESK},
    [MESSAGE_SINK_STATE] = {"sink state", 16 * KIB, ENGINE, DESK},
    [MESSAGE_STATS] = {"stats", 4096 * KIB, ENGINE, DESK},
    [MESSAGE_ACTION_RESULT] = {"action result", 16 * KIB, ENGINE, DESK},
    [MESSAGE_POLL] = {"poll", 4 * KIB, DESK, ENGINE},
    [MESSAGE_FEED_ADD] = {"feed add", 16 * KIB, DESK, ENGINE},
    [MESSAGE_FEED_REMOVE] = {"feed remove", 4 * KIB, DESK, ENGINE},
    [MESSAGE_FEED_UNDO] = {"feed undo", 0, DESK, ENGINE},
    [MESSAGE_WEBSUB_STATE] = {"websub state", 32 * KIB, ENGINE, DESK},
    [MESSAGE_WEBSUB_VERIFY] = {"websub verify", 32 * KIB, DESK, ENGINE},
    [MESSAGE_WEBSUB_PUSH] = {"websub push", 2100 * KIB, DESK, ENGINE},
};

size_t
message_max(enum message_type type)
{
	return types[type].max;
}

bool
message_may_send(enum role_kind from, enum role_kind to, enum message_type type)
{
	return type > MESSAGE_NONE && type < MESSAGE_TYPES &&
	       (types[type].from & BIT(from)) && (types[type].to & BIT(to));
}

const char *
message_name(enum message_type type)
{
	if (type <= MESSAGE_NONE || type >= MESSAGE_TYPES)
		return "unknown";
	return types[type].name;
}

const char *
role_name(enum role_kind kind)
{
	static const char *const names[ROLE_KINDS] = {
	    [ROLE_PARENT] = "parent",
	    [ROLE_ENGINE] = "engine",
	    [ROLE_FETCHER] = "fetcher",
	    [ROLE_COURIER] = "courier",
	    [ROLE_DESK] = "desk",
	};

	return kind < ROLE_KINDS ? names[kind] : "unknown";
}

void
message_put_u32(struct buf *buf, uint32_t value)
{
	buf_add(buf, &value, sizeof(value));
}

void
message_put_u64(struct buf *buf, uint64_t value)
{
	buf_add(buf, &value, sizeof(value));
}

void
message_put_i64(struct buf *buf, int64_t value)
{
	buf_add(buf, &value, sizeof(value));
}

void
message_put_bytes(struct buf *buf, const void *bytes, size_t len)
{
	message_put_u32(buf, (uint32_t)len);
	buf_add(buf, bytes, len);
}

void
message_put_str(struct buf *buf, const char *string)
{
	if (string == NULL)
		message_put_u32(buf, UINT32_MAX);
	else
		message_put_bytes(buf, string, strlen(string));
}

void
message_reader_init(
    struct message_reader *reader, const void *payload, size_t len)
{
	*reader = (struct message_reader){
	    .at = payload, .end = (const char *)payload + len, .fd = -1};
}

/* Copies the next len bytes out, or zeroes on failure. */
static void
get(struct message_reader *reader, void *out, size_t len)
{
	if (reader->failed || (size_t)(reader->end - reader->at) < len) {
		reader->failed = true;
		memset(out, 0, len);
		return;
	}
	memcpy(out, reader->at, len);
	reader->at += len;
}

uint32_t
message_get_u32(struct message_reader *reader)
{
	uint32_t value;

	get(reader, &value, sizeof(value));
	return value;
}

uint64_t
message_get_u64(struct message_reader *reader)
{
	uint64_t value;

	get(reader, &value, sizeof(value));
	return value;
}

int64_t
message_get_i64(struct message_reader *reader)
{
	int64_t value;

	get(reader, &value, sizeof(value));
	return value;
}

/* The next string as a view; NULL for a NULL string or a failure. */
static const char *
get_view(struct message_reader *reader, size_t *len)
{
	uint32_t announced = message_get_u32(reader);
	const char *view = reader->at;

	*len = 0;
	if (reader->failed || announced == UINT32_MAX)
		return NULL;
	if ((size_t)(reader->end - reader->at) < announced) {
		reader->failed = true;
		return NULL;
	}
	reader->at += announced;
	*len = announced;
	return view;
}

const char *
message_get_bytes(struct message_reader *reader, size_t *len)
{
	const char *view = get_view(reader, len);

	return view != NULL ? view : "";
}

char *
message_take_str(struct message_reader *reader)
{
	size_t len;
	const char *view = get_view(reader, &len);

	if (view == NULL)
		return NULL;
	if (memchr(view, '\0', len) != NULL || !utf8_is_valid(view, len)) {
		reader->failed = true;
		return NULL;
	}
	return xstrndup(view, len);
}

char *
message_take_text(struct message_reader *reader)
{
	char *text = message_take_str(reader);

	return text != NULL ? text : xstrdup("");
}

int
message_take_fd(struct message_reader *reader)
{
	int fd = reader->fd;

	if (fd == -1)
		reader->failed = true;
	reader->fd = -1;
	return fd;
}

bool
message_end(struct message_reader *reader)
{
	return !reader->failed && reader->at == reader->end;
}
