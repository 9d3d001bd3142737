/*
 * A VFS of SQLite whose writes and syncs fail on demand: a shim over the
 * default one.
 */
#include <sys/mman.h>

#include <sqlite3.h>
#include <stddef.h>
#include <stdlib.h>

#include "tests/fault_vfs.h"

struct fault_file {
	sqlite3_file base;
	sqlite3_file *real; /* follows in the same allocation */
};

static struct plan {
	int nth, times, code, calls;
} * plans; /* shared with the processes that are forked off */
static sqlite3_vfs *real_vfs;
static sqlite3_vfs shim_vfs;

void
fault_vfs_set(enum fault_call call, int nth, int times, int code)
{
	plans[call].nth = nth;
	plans[call].times = times;
	plans[call].code = code;
	plans[call].calls = 0;
}

int
fault_vfs_calls(enum fault_call call)
{
	return plans[call].calls;
}

static int
fault(enum fault_call call)
{
	int n = ++plans[call].calls;

	if (plans[call].nth > 0 && n >= plans[call].nth &&
	    n < plans[call].nth + plans[call].times)
		return plans[call].code;
	return SQLITE_OK;
}

#define REAL(file) (((struct fault_file *)(file))->real)
#define PASS(file, method, ...) REAL(file)->pMethods->method(__VA_ARGS__)

static int
file_close(sqlite3_file *file)
{
	return PASS(file, xClose, REAL(file));
}

static int
file_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 at)
{
	return PASS(file, xRead, REAL(file), bytes, len, at);
}

static int
file_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
	int code = fault(FAULT_WRITE);

	/* Half of it gets there, as on a disk that fills up. */
	if (code != SQLITE_OK) {
		PASS(file, xWrite, REAL(file), bytes, len / 2, at);
		return code;
	}
	return PASS(file, xWrite, REAL(file), bytes, len, at);
}

static int
file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = fault(FAULT_TRUNCATE);

	return code != SQLITE_OK ? code
				 : PASS(file, xTruncate, REAL(file), size);
}

static int
file_sync(sqlite3_file *file, int flags)
{
	int code = fault(FAULT_SYNC);

	return code != SQLITE_OK ? code : PASS(file, xSync, REAL(file), flags);
}

static int
file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return PASS(file, xFileSize, REAL(file), size);
}

static int
file_lock(sqlite3_file *file, int level)
{
	return PASS(file, xLock, REAL(file), level);
}

static int
file_unlock(sqlite3_file *file, int level)
{
	return PASS(file, xUnlock, REAL(file), level);
}

static int
file_check_lock(sqlite3_file *file, int *out)
{
	return PASS(file, xCheckReservedLock, REAL(file), out);
}

static int
file_control(sqlite3_file *file, int op, void *arg)
{
	return PASS(file, xFileControl, REAL(file), op, arg);
}

static int
file_sector_size(sqlite3_file *file)
{
	return PASS(file, xSectorSize, REAL(file));
}

static int
file_traits(sqlite3_file *file)
{
	return PASS(file, xDeviceCharacteristics, REAL(file));
}

static int
file_shm_map(
    sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return PASS(file, xShmMap, REAL(file), page, size, extend, out);
}

static int
file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return PASS(file, xShmLock, REAL(file), offset, n, flags);
}

static void
file_shm_barrier(sqlite3_file *file)
{
	PASS(file, xShmBarrier, REAL(file));
}

static int
file_shm_unmap(sqlite3_file *file, int remove)
{
	return PASS(file, xShmUnmap, REAL(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int
vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
    int *out_flags)
{
	struct fault_file *fault_file = (struct fault_file *)file;
	int code;

	fault_file->real = (sqlite3_file *)(fault_file + 1);
	code =
	    real_vfs->xOpen(real_vfs, name, fault_file->real, flags, out_flags);
	file->pMethods = fault_file->real->pMethods != NULL ? &methods : NULL;
	return code;
}

void
fault_vfs_install(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	shim_vfs = *real_vfs;
	shim_vfs.zName = "fault";
	shim_vfs.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
	shim_vfs.xOpen = vfs_open;
	plans = mmap(NULL, 3 * sizeof(*plans), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (plans == MAP_FAILED)
		abort();
	sqlite3_vfs_register(&shim_vfs, 1);
}
