/*
 * How a call to the store ended.
 */
#ifndef STORE_RESULT_H
#define STORE_RESULT_H

enum store_result {
	STORE_OK = 0,
	STORE_FULL,    /* no room; to be tried again */
	STORE_BUSY,    /* another program holds it; to be tried again */
	STORE_IO,      /* the disk failed: reopen, then try again */
	STORE_DAMAGED, /* the file is no sound store: restart to set it aside */
	STORE_BUG,     /* the statement is wrong: our own fault */
};

#endif
