/*
 * Registrable domains, by libpsl: the list has 9,000 rules with wildcards and
 * exceptions, changes each week, and Debian keeps it fresh. libcurl brings the
 * library along anyway.
 */
#include <libpsl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/mem.h"
#include "frame/domain.h"

struct domains {
	psl_ctx_t *list;
	bool owned;
};

struct domains *
domains_new(void)
{
	struct domains *domains = xcalloc(1, sizeof(*domains));

	/* Host names in other scripts are read in the locale's charset. */
	setlocale(LC_CTYPE, "C.UTF-8");
	domains->list = psl_latest(NULL);
	domains->owned = domains->list != psl_builtin();
	return domains;
}

void
domains_free(struct domains *domains)
{
	if (domains == NULL)
		return;
	if (domains->owned)
		psl_free(domains->list);
	free(domains);
}

/* The host in small ASCII letters, without a dot at its end; the caller frees.
 * NULL: the URL has none. */
static char *
host_of(const char *url)
{
	CURLU *parts = curl_url();
	char *host = NULL, *copy;
	size_t len;

	if (parts == NULL)
		abort();
	if (curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK)
		curl_url_get(parts, CURLUPART_HOST, &host, CURLU_PUNYCODE);
	curl_url_cleanup(parts);
	if (host == NULL)
		return NULL;
	copy = xstrdup(host);
	curl_free(host);
	len = strlen(copy);
	if (len > 1 && copy[len - 1] == '.')
		copy[len - 1] = '\0';
	for (char *p = copy; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p |= 0x20;
	return copy;
}

static bool
is_address(const char *host)
{
	return *host == '[' || host[strspn(host, "0123456789.")] == '\0';
}

bool
domains_same_owner(const struct domains *domains, const char *a, const char *b)
{
	char *host[2] = {host_of(a), host_of(b)};
	const char *owner[2] = {NULL, NULL};
	bool same = false;

	if (host[0] == NULL || host[1] == NULL)
		goto out;
	same = strcmp(host[0], host[1]) == 0;
	if (same || is_address(host[0]) || is_address(host[1]) ||
	    domains->list == NULL)
		goto out;
	for (int i = 0; i < 2; i++)
		owner[i] = psl_registrable_domain(domains->list, host[i]);
	same = owner[0] != NULL && owner[1] != NULL &&
	       strcmp(owner[0], owner[1]) == 0;
out:
	free(host[0]);
	free(host[1]);
	return same;
}

bool
domains_may_move(
    const struct domains *domains, const char *from, const char *to)
{
	return domains_same_owner(domains, from, to) &&
	       (strncasecmp(from, "https:", 6) != 0 ||
		   strncasecmp(to, "https:", 6) == 0);
}
