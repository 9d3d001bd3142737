/*
 * Why a fetch failed, said to people: subjects and advice, no jargon.
 */
#ifndef FETCHER_REASON_H
#define FETCHER_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame/job.h"

#define REASON_MAX 512 /* bytes of a sentence */
#define REASON_EMPTY                                                      \
	"an empty answer, which no feed is: a fault of the server, or a " \
	"bot wall; if it stays, take another official address of the outlet"

struct curl_result;
struct header;

/* "HTTP 404 Not Found: no feed at this address any more". */
void reason_status(char *out, size_t size, unsigned status);
/* "no answer within 30 s". */
void reason_timeout(
    char *out, size_t size, int64_t timeout_ms, bool answer_began);
/* "no turn at its host within 60 s: ...". */
void reason_wait(char *out, size_t size, int wait_s);
/* A call that ended without an answer. stopped: why we ended it ourselves,
 * FETCH_OK when we did not. */
enum fetch_outcome reason_call(char *out, size_t size,
    const struct curl_result *, const struct header *,
    enum fetch_outcome stopped);

#endif
