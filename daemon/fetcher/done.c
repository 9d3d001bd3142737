/*
 * FETCH_DONE filled: what the answer, its body and its document say of a feed.
 * Runs in the fetcher.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "fetcher/done.h"
#include "fetcher/exchange.h"
#include "fetcher/header.h"
#include "fetcher/reason.h"
#include "fetcher/scan.h"
#include "frame/job.h"
#include "frame/websub.h"
#include "parse/url.h"
#include "text/clean.h"

#define TITLE_MAX 1024
#define URL_MAX 8192

/* Text that may stem from strangers, as one line of at most max bytes. */
static char *
clean_text(const char *text, size_t max)
{
	char *clean = clean_str(text, CLEAN_LINE);

	clean[utf8_cut(clean, strlen(clean), max)] = '\0';
	return clean;
}

void
done_end(struct fetch_done *done, enum fetch_outcome outcome, const char *error)
{
	done->outcome = outcome;
	free(done->error);
	done->error = error != NULL ? clean_text(error, REASON_MAX) : NULL;
}

void
done_set(char **to, const char *from)
{
	free(*to);
	*to = xstrdup_null(from);
}

void
done_set_address(char **to, const char *base, const char *ref)
{
	char *url = *to == NULL && ref != NULL ? url_resolve(base, ref) : NULL;

	if (url != NULL && url_is_web(url) && strlen(url) <= WEBSUB_TOPIC_MAX &&
	    utf8_is_valid(url, strlen(url)))
		done_set(to, url);
	free(url);
}

void
done_take_answer(struct fetch_done *done, const struct exchange_result *result,
    int64_t now_at)
{
	const struct header *header = result->header;

	done->http_status = header->status;
	done->retry_after_s = header_retry_after(header, now_at);
	done->fresh_s = header_fresh(header);
	done->bytes = result->bytes;
	done->duration_ms = result->duration_ms;
	done_set(&done->etag, header->etag);
	done_set(&done->modified,
	    header->etag != NULL || header_modified_is_strong(header)
		? header->modified
		: NULL);
	if (result->moved_to != NULL &&
	    utf8_is_valid(result->moved_to, strlen(result->moved_to)))
		done_set(&done->moved_to, result->moved_to);
	done_end(done, result->outcome, result->error);
}

void
done_take_body(struct fetch_done *done, enum body_result result)
{
	const char *problem = body_problem(result);

	if (problem != NULL)
		done_end(done,
		    result == BODY_TOO_LARGE ? FETCH_TOO_LARGE
					     : FETCH_NOT_A_FEED,
		    problem);
}

/* A cloud (rssCloud) is asked in another way than a hub, and knows the feed by
 * the address that we give. */
static void
set_cloud(struct fetch_done *done, const char *url, const char *asked)
{
	if (done->hub != NULL || url == NULL || !url_is_web(url) ||
	    strlen(url) > WEBSUB_TOPIC_MAX - strlen(CLOUD_PREFIX) ||
	    !utf8_is_valid(url, strlen(url)))
		return;
	done->hub = xasprintf(CLOUD_PREFIX "%s", url);
	done_set(&done->topic, asked);
}

void
done_take_document(struct fetch_done *done, const struct scan_result *result,
    const char *asked, const char *url)
{
	const char *problem = *result->problem != '\0' ? result->problem : NULL;

	done->items = result->items;
	done->known = result->known;
	if (result->older != NULL && strlen(result->older) <= URL_MAX)
		done_set(&done->older, result->older);
	memcpy(done->present, result->present, sizeof(done->present));
	done->ttl_s = result->ttl_s;
	done_set_address(&done->hub, url, result->hub);
	done_set_address(&done->topic, url, result->self);
	set_cloud(done, result->cloud, asked);
	done->skip_hours = result->skip_hours;
	done->skip_days = result->skip_days;
	if (result->title != NULL)
		done->title = clean_text(result->title, TITLE_MAX);
	switch (result->result) {
	case PARSER_OK:
	case PARSER_STOPPED:
		done_end(done, FETCH_OK, problem);
		break;
	case PARSER_TRUNCATED:
		done_end(done, FETCH_OK,
		    problem != NULL ? problem : "the document breaks off");
		done_set(&done->etag, NULL);
		done_set(&done->modified, NULL);
		break;
	case PARSER_EMPTY:
		done_end(done, FETCH_NOT_A_FEED, REASON_EMPTY);
		break;
	case PARSER_NOT_A_FEED:
		done_end(done, FETCH_NOT_A_FEED,
		    problem != NULL ? problem : "not a feed");
		break;
	case PARSER_REFUSED:
		done_end(done, FETCH_HOSTILE,
		    problem != NULL ? problem : "refused as hostile");
		break;
	}
}
