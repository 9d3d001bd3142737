/*
 * One alert on its way to one sink. Runs in the courier.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "courier/delivery.h"

struct delivery *
delivery_get(struct message_reader *reader)
{
	struct delivery *delivery = xcalloc(1, sizeof(*delivery));

	delivery->id = message_get_u64(reader);
	delivery->sink = message_take_text(reader);
	delivery->webhook_id = message_take_text(reader);
	delivery->type = message_take_text(reader);
	delivery->alerted_at = message_get_i64(reader);
	delivery->attempt = message_get_u32(reader);
	delivery->json = message_take_text(reader);
	if (message_end(reader))
		return delivery;
	delivery_free(delivery);
	return NULL;
}

void
delivery_free(struct delivery *delivery)
{
	if (delivery == NULL)
		return;
	free(delivery->sink);
	free(delivery->webhook_id);
	free(delivery->type);
	free(delivery->json);
	free(delivery);
}
