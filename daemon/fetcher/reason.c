/*
 * Sentences for failed fetches.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "fetcher/header.h"
#include "fetcher/reason.h"
#include "frame/curl_loop.h"

static const struct {
	unsigned status;
	const char *text;
} statuses[] = {
    {204, "No Content: an empty answer"},
    {206, "Partial Content: a part, although the whole was asked for"},
    {300, "Multiple Choices: the feed is at one of several addresses, look at "
	  "this one in a browser"},
    {304, "Not Modified, although nothing to compare with was sent"},
    {400, "Bad Request"},
    {401, "Unauthorized: the feed asks for a password"},
    {402, "Payment Required: the feed is for subscribers"},
    {403, "Forbidden: the server refuses us, perhaps as a robot"},
    {404, "Not Found: no feed at this address"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required: the proxy asks for a password"},
    {408, "Request Timeout"},
    {410, "Gone: the feed was given up for good"},
    {418, "I'm a teapot: the server refuses us, perhaps as a robot"},
    {421, "Misdirected Request"},
    {429, "Too Many Requests: the server asks for fewer polls"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {511, "Network Authentication Required"},
    {520, "unknown error at the server's shield"},
    {521, "the server behind its shield is down"},
    {522, "the server behind its shield does not answer"},
    {525, "the server behind its shield fails at TLS"},
};

void
reason_status(char *out, size_t size, unsigned status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status) {
			snprintf(
			    out, size, "HTTP %u %s", status, statuses[i].text);
			return;
		}
	snprintf(out, size, "HTTP %u", status);
}

void
reason_timeout(char *out, size_t size, int64_t timeout_ms, bool answer_began)
{
	snprintf(out, size, "%s within %g s",
	    answer_began ? "answer not complete" : "no answer",
	    (double)timeout_ms / 1000);
}

void
reason_wait(char *out, size_t size, int wait_s)
{
	snprintf(out, size,
	    "no turn at its host within %d s: too many feeds are there, or it "
	    "answers too slowly",
	    wait_s);
}

static const char *
reason_too_large(const struct header *header)
{
	if (header->lines > HEADER_LINES_MAX)
		return "answer with more than 200 header lines";
	if (header->bytes > HEADER_BYTES_MAX)
		return "answer with more than 64 kB of headers";
	return "body larger than 16 MiB";
}

/* What goes wrong in TLS: words of libcurl or OpenSSL, and what is told. */
static const struct {
	const char *word;
	const char *text;
} tls_problems[] = {
    {"certificate has expired",
	"the server's certificate has expired: its owner has to renew it, "
	"unless this machine's clock is wrong"},
    {"certificate is not yet valid",
	"the server's certificate is not yet valid: look at this machine's "
	"clock"},
    {"self-signed certificate",
	"the server's certificate is self-signed or of an unknown authority: "
	"where that is right, name the authority in ca_file; else a network's "
	"login page (captive portal) may have answered"},
    {"unable to get",
	"the server's certificate is of an unknown authority, or its chain is "
	"not whole: where that is right, name the authority in ca_file"},
    {"target host name",
	"the server's certificate is for another host: the address may have "
	"changed, or a network's login page (captive portal) answered"},
    {"wrong version number",
	"the server speaks no TLS at this port: see whether the address "
	"should begin with http://"},
    {"protocol version", "the server speaks only TLS older than 1.2"},
    {"unsupported protocol", "the server speaks only TLS older than 1.2"},
};

static bool
reason_of_tls(char *out, size_t size, const char *error)
{
	for (size_t i = 0; i < sizeof(tls_problems) / sizeof(tls_problems[0]);
	     i++)
		if (strstr(error, tls_problems[i].word) != NULL) {
			snprintf(out, size, "%s", tls_problems[i].text);
			return true;
		}
	return false;
}

/* What libcurl or c-ares says, as our own sentences are: "Failed to connect to
 * HOST port N after 0 ms: Couldn't connect to server" says it twice. */
static void
reason_of_library(char *out, size_t size, const char *error)
{
	const char *after = strstr(error, " after ");
	bool twice = strncmp(error, "Failed to connect to ", 21) == 0;
	size_t len =
	    twice && after != NULL ? (size_t)(after - error) : strlen(error);

	snprintf(out, size, "%.*s", (int)len, error);
	/* Not of "SSL". */
	if (isupper((unsigned char)out[0]) && islower((unsigned char)out[1]))
		out[0] = (char)tolower((unsigned char)out[0]);
}

enum fetch_outcome
reason_call(char *out, size_t size, const struct curl_result *result,
    const struct header *header, enum fetch_outcome stopped)
{
	const char *error = result->error != NULL ? result->error : "failed";

	if (stopped == FETCH_TOO_LARGE ||
	    result->code == CURLE_FILESIZE_EXCEEDED) {
		snprintf(out, size, "%s", reason_too_large(header));
		return FETCH_TOO_LARGE;
	}
	if (stopped != FETCH_OK) {
		snprintf(out, size, "cancelled");
		return stopped;
	}
	/* How libcurl ends with a header line of over 100 kB. */
	if (result->code == CURLE_OUT_OF_MEMORY) {
		snprintf(out, size, "a header line of over 100 kB");
		return FETCH_TOO_LARGE;
	}
	/* HTTP/0.9 has no head at all. */
	if (result->code == CURLE_UNSUPPORTED_PROTOCOL) {
		snprintf(out, size, "the answer is no HTTP");
		return FETCH_CONNECT;
	}
	if (result->outcome != CURL_OUTCOME_TLS ||
	    !reason_of_tls(out, size, error))
		reason_of_library(out, size, error);
	switch (result->outcome) {
	case CURL_OUTCOME_DNS:
		return FETCH_DNS;
	case CURL_OUTCOME_REFUSED:
		return FETCH_REFUSED;
	case CURL_OUTCOME_TLS:
		return FETCH_TLS;
	case CURL_OUTCOME_TIMEOUT:
		return FETCH_TIMEOUT;
	case CURL_OUTCOME_OK:
	case CURL_OUTCOME_CONNECT:
	case CURL_OUTCOME_STOPPED:
		break;
	}
	return FETCH_CONNECT;
}
