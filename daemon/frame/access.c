/*
 * How a feed is reached: from the configuration into the message of a fetch,
 * and out of it. Only the fetch that needs a password ever holds it.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"
#include "config.h"
#include "frame/access.h"
#include "frame/config.h"
#include "frame/message.h"

/* RFC 7617; RFC 6750 section 2.1. */
static char *
authorization_of(const struct config_auth *auth)
{
	char *pair, *coded, *value;
	size_t len;

	if (auth->bearer != NULL)
		return xasprintf("Bearer %s", auth->bearer);
	if (auth->user == NULL)
		return NULL;
	pair = xasprintf(
	    "%s:%s", auth->user, auth->password != NULL ? auth->password : "");
	len = strlen(pair);
	coded = xmalloc(len / 3 * 4 + 5);
	EVP_EncodeBlock(
	    (unsigned char *)coded, (unsigned char *)pair, (int)len);
	value = xasprintf("Basic %s", coded);
	explicit_bzero(pair, len);
	explicit_bzero(coded, strlen(coded));
	free(pair);
	free(coded);
	return value;
}

static int
version_of(enum config_ip ip)
{
	switch (ip) {
	case CONFIG_IP_4:
		return 4;
	case CONFIG_IP_6:
		return 6;
	case CONFIG_IP_ANY:
		break;
	}
	return 0;
}

void
access_of_feed(struct access *access, const struct config *config,
    const struct config_feed *feed)
{
	const struct config_access *all = &config->defaults.access;
	const struct config_access *own = feed != NULL ? &feed->access : all;
	const struct strings *headers =
	    own->headers.len > 0 ? &own->headers : &all->headers;

	access->proxy =
	    xstrdup_null(own->proxy != NULL ? own->proxy : all->proxy);
	access->ip_version =
	    version_of(own->ip != CONFIG_IP_ANY ? own->ip : all->ip);
	for (size_t i = 0; i < headers->len && i < ACCESS_HEADERS_MAX; i++)
		strings_add(&access->headers, headers->at[i]);
	if (feed == NULL)
		return;
	access->user_agent = xstrdup_null(feed->user_agent);
	access->certificates = xstrdup_null(feed->certificates);
	access->authorization = authorization_of(&feed->auth);
}

void
access_put(struct buf *buf, const struct access *access)
{
	message_put_str(buf, access->user_agent);
	message_put_str(buf, access->proxy);
	message_put_str(buf, access->authorization);
	message_put_str(buf, access->certificates);
	message_put_u32(buf, (uint32_t)access->ip_version);
	message_put_u32(buf, (uint32_t)access->headers.len);
	for (size_t i = 0; i < access->headers.len; i++)
		message_put_str(buf, access->headers.at[i]);
}

void
access_get(struct message_reader *reader, struct access *access)
{
	uint32_t len;

	access->user_agent = message_take_str(reader);
	access->proxy = message_take_str(reader);
	access->authorization = message_take_str(reader);
	access->certificates = message_take_str(reader);
	access->ip_version = (int)message_get_u32(reader);
	len = message_get_u32(reader);
	if (len > ACCESS_HEADERS_MAX)
		reader->failed = true;
	for (uint32_t i = 0; i < len && !reader->failed; i++)
		strings_take(&access->headers, message_take_text(reader));
}

void
access_clear(struct access *access)
{
	if (access->authorization != NULL)
		explicit_bzero(
		    access->authorization, strlen(access->authorization));
	free(access->user_agent);
	free(access->proxy);
	free(access->authorization);
	free(access->certificates);
	strings_clear(&access->headers);
	*access = (struct access){0};
}

char *
access_user_agent(const char *user_agent, const char *contact)
{
	if (user_agent != NULL)
		return xstrdup(user_agent);
	if (contact == NULL)
		return xstrdup("wirewatch/" PACKAGE_VERSION);
	return xasprintf("wirewatch/" PACKAGE_VERSION " (+%s)", contact);
}
