/*
 * A VFS of SQLite whose writes and syncs fail on demand.
 */
#ifndef FAULT_VFS_H
#define FAULT_VFS_H

enum fault_call { FAULT_WRITE, FAULT_SYNC, FAULT_TRUNCATE };

/* Becomes the default VFS of the process, and of those it forks off, which
 * follow the same plan. */
void fault_vfs_install(void);
/* From now on the nth call of the kind (from 1) and `times` - 1 after it fail
 * with the SQLite error code. nth 0: none. */
void fault_vfs_set(enum fault_call, int nth, int times, int code);
/* How many calls of the kind there were since the last set. */
int fault_vfs_calls(enum fault_call);

#endif
