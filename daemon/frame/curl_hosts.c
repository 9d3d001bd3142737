/*
 * What libcurl remembers of hosts. A multi handle keeps the addresses of all
 * that it ever met, 300 bytes each, in lists that it walks at each call. It
 * would forget them by their age, for a walk through all of them at each call,
 * and take them from calls that still wait for their turn: whose look-up would
 * start a thread. So some calls share a memory, the next ones another, and a
 * memory goes with the last of its calls.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "frame/curl_hosts.h"

struct curl_hosts {
	CURLSH *share;
	unsigned calls; /* that it was taken for */
	unsigned users;
};

static struct curl_hosts *
hosts_new(void)
{
	struct curl_hosts *hosts = xcalloc(1, sizeof(*hosts));

	hosts->share = curl_share_init();
	if (hosts->share == NULL ||
	    curl_share_setopt(hosts->share, CURLSHOPT_SHARE,
		CURL_LOCK_DATA_DNS) != CURLSHE_OK)
		abort();
	hosts->users = 1;
	return hosts;
}

struct curl_hosts *
curl_hosts_take(struct curl_hosts **latest)
{
	struct curl_hosts *hosts = *latest;

	if (hosts == NULL || hosts->calls == CURL_HOSTS_CALLS) {
		curl_hosts_drop(hosts);
		hosts = *latest = hosts_new();
	}
	hosts->calls++;
	hosts->users++;
	return hosts;
}

void
curl_hosts_drop(struct curl_hosts *hosts)
{
	if (hosts == NULL || --hosts->users > 0)
		return;
	curl_share_cleanup(hosts->share);
	free(hosts);
}

CURLSH *
curl_hosts_share(const struct curl_hosts *hosts)
{
	return hosts->share;
}
