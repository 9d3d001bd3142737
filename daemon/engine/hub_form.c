/*
 * Forms for hubs and clouds. Runs in the engine.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/hub_form.h"
#include "engine/subscription.h"
#include "parse/url.h"

static void
put_field(struct buf *form, const char *name, const char *value)
{
	buf_addf(form, "%s%s=", form->len > 0 ? "&" : "", name);
	url_encode_add(form, value);
}

static void
put_part(struct buf *form, const char *name, const char *value, size_t len)
{
	char *part = xstrndup(value, len);

	put_field(form, name, part);
	free(part);
}

/* A cloud wants the callback in pieces. Given a domain it asks back there, as a
 * hub does; else it would ask whoever it was asked by. */
static void
put_callback(struct buf *form, const char *callback)
{
	bool secure = strncasecmp(callback, "https://", 8) == 0;
	const char *host = strstr(callback, "://") + 3, *port, *path;
	size_t host_len =
	    *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");

	port = host + host_len;
	path = port + strcspn(port, "/");
	put_field(form, "protocol", secure ? "https-post" : "http-post");
	put_part(form, "domain", host, host_len);
	if (*port == ':')
		put_part(form, "port", port + 1, (size_t)(path - port - 1));
	else
		put_field(form, "port", secure ? "443" : "80");
	put_field(form, "path", path);
}

static void
put_cloud(struct buf *form, const struct websub_record *record)
{
	put_field(form, "notifyProcedure", "");
	put_callback(form, record->callback);
	put_field(form, "url1", record->topic);
}

static void
put_hub(
    struct buf *form, const struct websub_record *record, enum websub_mode mode)
{
	put_field(form, "hub.callback", record->callback);
	put_field(form, "hub.mode",
	    mode == WEBSUB_SUBSCRIBE ? "subscribe" : "unsubscribe");
	put_field(form, "hub.topic", record->topic);
	if (mode == WEBSUB_SUBSCRIBE)
		buf_addf(form, "&hub.lease_seconds=%d", SUBSCRIPTION_LEASE_S);
	if (mode == WEBSUB_SUBSCRIBE && record->secret != NULL)
		put_field(form, "hub.secret", record->secret);
}

char *
hub_form_make(const struct websub_record *record, enum websub_mode mode)
{
	struct buf form = BUF_INIT;

	if (websub_is_cloud(record->hub))
		put_cloud(&form, record);
	else
		put_hub(&form, record, mode);
	return buf_take(&form);
}

const char *
hub_form_url(const struct websub_record *record)
{
	return websub_is_cloud(record->hub) ? record->hub + strlen(CLOUD_PREFIX)
					    : record->hub;
}
