/*
 * What a webhook's answer means for the delivery. Pure.
 */
#include <curl/curl.h>
#include <stdlib.h>

#include "courier/answer.h"

/* Every status that is not listed is tried again: the receiver is overloaded,
 * or being deployed, or its address or our secret is to be mended. */
static const struct {
	long status;
	enum delivery_outcome outcome;
} answers[] = {
    {400, DELIVERY_DEAD}, /* bad request: it will not like it better */
    {410, DELIVERY_GONE}, {413, DELIVERY_DEAD}, /* content too large */
    {415, DELIVERY_DEAD},                       /* wants no JSON */
    {422, DELIVERY_DEAD},                       /* unprocessable */
};

enum delivery_outcome
answer_outcome(long status)
{
	if (status >= 200 && status < 300)
		return DELIVERY_OK;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (answers[i].status == status)
			return answers[i].outcome;
	return DELIVERY_RETRY;
}

int64_t
answer_retry_after_us(const char *value, int64_t now_s)
{
	char *end;
	int64_t wait_s = strtoll(value, &end, 10);

	if (*end != '\0') {
		time_t at = curl_getdate(value, NULL);

		wait_s = at == -1 ? 0 : (int64_t)at - now_s;
	}
	if (wait_s < 0)
		wait_s = 0;
	if (wait_s > ANSWER_RETRY_AFTER_MAX_S)
		wait_s = ANSWER_RETRY_AFTER_MAX_S;
	return wait_s * 1000000;
}
