/*
 * What libcurl remembers of the hosts of some calls: their addresses.
 */
#ifndef FRAME_CURL_HOSTS_H
#define FRAME_CURL_HOSTS_H

#include <curl/curl.h>

#define CURL_HOSTS_CALLS 32 /* that share a memory */

struct curl_hosts;

/* For one more call: *latest, or a new one in its place. The caller drops it
 * after the call, and *latest, NULL at first, in the end. */
struct curl_hosts *curl_hosts_take(struct curl_hosts **latest);
/* Takes NULL. */
void curl_hosts_drop(struct curl_hosts *);
/* For CURLOPT_SHARE; until the drop no easy handle has it any more. */
CURLSH *curl_hosts_share(const struct curl_hosts *);

#endif
