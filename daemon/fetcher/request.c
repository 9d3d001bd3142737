/*
 * The headers of a GET: ours, the validators, and what the configuration gives
 * for the feed.
 */
#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "fetcher/exchange.h"
#include "fetcher/request.h"
#include "frame/access.h"

/* We inflate ourselves, so libcurl must not: this header is ours, too. It
 * writes headers byte by byte, a third of a poll's work: so they are short. */
#define ACCEPT_ENCODING "Accept-Encoding: gzip"
#define HEAD_BYTES 400 /* more than most need: secrets do not move then */
#define ACCEPT "Accept: application/rss+xml,application/atom+xml,*/*;q=0.8"

static void
add_line(struct request_head *head, const char *line)
{
	buf_add(&head->text, line, strlen(line) + 1);
}

static void
add_pair(struct request_head *head, const char *name, const char *value)
{
	buf_add_str(&head->text, name);
	buf_add_str(&head->text, ": ");
	buf_add(&head->text, value, strlen(value) + 1);
}

static bool
gives_header(const struct access *access, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; access != NULL && i < access->headers.len; i++)
		if (strncasecmp(access->headers.at[i], name, len) == 0 &&
		    access->headers.at[i][len] == ':')
			return true;
	return false;
}

static void
add_access(struct request_head *head, const struct access *access)
{
	for (size_t i = 0; i < access->headers.len; i++)
		add_line(head, access->headers.at[i]);
	if (access->authorization != NULL)
		add_pair(head, "Authorization", access->authorization);
}

const char *
request_agent(const struct exchange_request *request, const char *user_agent)
{
	const struct access *access = request->access;

	return access != NULL && access->user_agent != NULL ? access->user_agent
							    : user_agent;
}

bool
request_is_conditional(const struct exchange_request *request)
{
	return request->etag != NULL || request->modified != NULL;
}

/* Validators go back byte by byte as they came; RFC 3229 builds on the one
 * that is strong by nature. libcurl would write User-Agent twice, were it told
 * by its own option. */
static void
add_lines(struct request_head *head, const struct exchange_request *request,
    const char *user_agent, const struct access *access)
{
	if (!gives_header(access, "User-Agent"))
		add_pair(head, "User-Agent", user_agent);
	add_line(head, ACCEPT_ENCODING);
	if (!gives_header(access, "Accept"))
		add_line(head, ACCEPT);
	if (request->etag != NULL) {
		add_pair(head, "If-None-Match", request->etag);
		add_line(head, "A-IM: feed");
	}
	if (request->modified != NULL)
		add_pair(head, "If-Modified-Since", request->modified);
	if (access != NULL)
		add_access(head, access);
}

struct curl_slist *
request_head_write(struct request_head *head,
    const struct exchange_request *request, const char *user_agent,
    bool at_home)
{
	struct curl_slist *line = head->lines;
	char *end;

	request_head_clear(head);
	buf_reserve(&head->text, HEAD_BYTES);
	add_lines(head, request, user_agent, at_home ? request->access : NULL);
	end = head->text.data + head->text.len;
	for (char *at = head->text.data; at < end; at += strlen(at) + 1) {
		assert(line < head->lines + REQUEST_LINES_MAX);
		line->data = at;
		line->next = line + 1;
		line++;
	}
	line[-1].next = NULL;
	return head->lines;
}

void
request_head_clear(struct request_head *head)
{
	if (head->text.data != NULL)
		explicit_bzero(head->text.data, head->text.len);
	buf_clear(&head->text);
}

bool
request_same_origin(const char *a, const char *b)
{
	static const CURLUPart parts[] = {
	    CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
	CURLU *url[2] = {curl_url(), curl_url()};
	bool same = curl_url_set(url[0], CURLUPART_URL, a, 0) == CURLUE_OK &&
		    curl_url_set(url[1], CURLUPART_URL, b, 0) == CURLUE_OK;

	for (size_t i = 0; i < 3 && same; i++) {
		char *part[2] = {NULL, NULL};

		same = curl_url_get(url[0], parts[i], &part[0],
			   CURLU_DEFAULT_PORT) == CURLUE_OK &&
		       curl_url_get(url[1], parts[i], &part[1],
			   CURLU_DEFAULT_PORT) == CURLUE_OK &&
		       strcasecmp(part[0], part[1]) == 0;
		curl_free(part[0]);
		curl_free(part[1]);
	}
	curl_url_cleanup(url[0]);
	curl_url_cleanup(url[1]);
	return same;
}

bool
request_is_secure(const char *url)
{
	return strncasecmp(url, "https:", 6) == 0;
}

uint64_t
request_server(const char *url)
{
	const char *host = strstr(url, "://");

	host = host != NULL ? host + 3 : url;
	return hash_bytes(0, url, (size_t)(host - url) + strcspn(host, "/?#"));
}
