/*
 * The inside of a batch, for the store, which walks it.
 */
#ifndef STORE_BATCH_OP_H
#define STORE_BATCH_OP_H

#include "store/batch.h"
#include "store/websub.h"

enum batch_kind {
	BATCH_ITEM,
	BATCH_EDIT,
	BATCH_COPY,
	BATCH_SEEN,
	BATCH_ALERT,
	BATCH_FEED,
	BATCH_DELIVERY,
	BATCH_LOGGED,
	BATCH_CLOCK_SHIFT,
	BATCH_WEBSUB,
	BATCH_WEBSUB_GONE,
	BATCH_KINDS
};

struct batch_op {
	enum batch_kind kind;
	union {
		struct item_record item; /* BATCH_ITEM, _EDIT, _COPY */
		struct seen_record seen;
		struct alert_record alert;
		struct feed_record feed;
		struct delivery_record delivery;
		struct {
			char *sink;
			uint64_t seq;
			int64_t at;
		} logged;
		int64_t shift_us;
		struct websub_record websub;
		char *websub_gone; /* token */
	};
};

struct batch {
	struct batch_op *ops; /* owned */
	size_t len;
	size_t cap;
	bool has_alert;
	size_t rows;
	size_t bytes;
};

#endif
