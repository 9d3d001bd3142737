/*
 * The walls of a role: limits, landlock for files (and TCP where the kernel
 * is new enough), seccomp for everything else. Debian 12's kernel has landlock
 * ABI 2, files only, so the network walls must be seccomp's.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frame/log.h"
#include "frame/sandbox.h"

/* Calls that every role makes: memory, clocks, the event loop, open files. */
static const int common_calls[] = {SCMP_SYS(brk), SCMP_SYS(clock_getres),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(close),
    SCMP_SYS(dup), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_wait), SCMP_SYS(eventfd2),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(fcntl), SCMP_SYS(fstat),
    SCMP_SYS(futex), SCMP_SYS(getcpu), SCMP_SYS(getegid), SCMP_SYS(geteuid),
    SCMP_SYS(getgid), SCMP_SYS(getpeername), SCMP_SYS(getpid),
    SCMP_SYS(getppid), SCMP_SYS(getrandom), SCMP_SYS(getrusage),
    SCMP_SYS(getsockname), SCMP_SYS(getsockopt), SCMP_SYS(gettid),
    SCMP_SYS(gettimeofday), SCMP_SYS(getuid), SCMP_SYS(lseek),
    SCMP_SYS(madvise), SCMP_SYS(membarrier), SCMP_SYS(mremap), SCMP_SYS(munmap),
    SCMP_SYS(nanosleep), SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(pread64), SCMP_SYS(pselect6), SCMP_SYS(read), SCMP_SYS(readv),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield),
    SCMP_SYS(select), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
    SCMP_SYS(set_robust_list), SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
    SCMP_SYS(sigaltstack), SCMP_SYS(sysinfo), SCMP_SYS(time),
    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(uname),
    SCMP_SYS(write), SCMP_SYS(writev)};

/* Files by name; landlock decides which. */
static const int file_calls[] = {SCMP_SYS(access), SCMP_SYS(chmod),
    SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fallocate),
    SCMP_SYS(fchmod), SCMP_SYS(fchown), SCMP_SYS(fdatasync), SCMP_SYS(flock),
    SCMP_SYS(fstatfs), SCMP_SYS(fsync), SCMP_SYS(ftruncate), SCMP_SYS(getcwd),
    SCMP_SYS(getdents64), SCMP_SYS(link), SCMP_SYS(linkat), SCMP_SYS(lstat),
    SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(msync), SCMP_SYS(newfstatat),
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(preadv), SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(rmdir),
    SCMP_SYS(stat), SCMP_SYS(statfs), SCMP_SYS(statx), SCMP_SYS(truncate),
    SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(utimensat)};

/* What no role ever does: whoever tries is owned, and ends. All else that is
 * not allowed fails with EACCES, since libraries probe for this and that. */
static const int deadly_calls[] = {SCMP_SYS(bpf), SCMP_SYS(chroot),
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(init_module),
    SCMP_SYS(io_uring_setup), SCMP_SYS(kexec_load), SCMP_SYS(keyctl),
    SCMP_SYS(kill), SCMP_SYS(mount), SCMP_SYS(perf_event_open),
    SCMP_SYS(personality), SCMP_SYS(pidfd_getfd), SCMP_SYS(pivot_root),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(ptrace),
    SCMP_SYS(setns), SCMP_SYS(setuid), SCMP_SYS(tkill), SCMP_SYS(unshare),
    SCMP_SYS(userfaultfd), SCMP_SYS(vfork)};

#define ADD_ALL(filter, action, calls) \
	add_calls(filter, action, calls, sizeof(calls) / sizeof((calls)[0]))

/* Errors are summed by the callers: any failure is fatal. */
static int
add_calls(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t len)
{
	int error = 0;

	for (size_t i = 0; i < len; i++)
		error |= seccomp_rule_add(filter, action, calls[i], 0);
	return error;
}

/* Memory, but none that can be executed. */
static int
allow_memory(scmp_filter_ctx filter)
{
	static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
	int error = 0;

	for (size_t i = 0; i < 2; i++)
		error |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return error;
}

/* clone3 hides its flags in memory: without it libc uses clone. */
static int
rule_clone(scmp_filter_ctx filter, bool threads)
{
	static const struct scmp_arg_cmp thread[] = {
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)};
	static const struct scmp_arg_cmp process[] = {
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)};
	int error;

	error = seccomp_rule_add_array(
	    filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1, process);
	error |= seccomp_rule_add_array(filter,
	    threads ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone),
	    1, thread);
	error |= seccomp_rule_add(filter,
	    threads ? SCMP_ACT_ERRNO(ENOSYS) : SCMP_ACT_KILL_PROCESS,
	    SCMP_SYS(clone3), 0);
	return error;
}

/* abort(3) and raise(3), but no signal to another process. */
static int
allow_raise(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
}

/* fstat(3) of an open descriptor is newfstatat(fd, "", AT_EMPTY_PATH). */
static int
allow_fstat(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
	    SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH));
}

/* What libraries ask of sockets and standard streams. Not TIOCSTI, by which a
 * role would type into the terminal of whoever runs the daemon by hand; the
 * kernel looks at 32 bits of the request alone. */
static int
allow_ioctl(scmp_filter_ctx filter)
{
	static const unsigned requests[] = {FIOCLEX, FIONBIO, FIONREAD, TCGETS};
	int error = 0;

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		error |=
		    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, requests[i]));
	return error;
}

/* Whether `socket` is to be allowed for the family. */
static int
allow_socket(scmp_filter_ctx filter, int family)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family));
}

static int
allow_network(scmp_filter_ctx filter, const struct sandbox *sandbox)
{
	int error = 0;

	if (sandbox->connect) {
		error |= allow_socket(filter, AF_INET);
		error |= allow_socket(filter, AF_INET6);
	}
	if (sandbox->syslog)
		error |= allow_socket(filter, AF_UNIX);
	if (sandbox->connect || sandbox->syslog)
		error |= seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(connect), 0);
	if (sandbox->accept) {
		error |= seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(accept4), 0);
		error |= seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(accept), 0);
	}
	return error;
}

static void
enter_seccomp(const struct sandbox *sandbox)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EACCES));
	int error;

	if (filter == NULL)
		fatal("sandbox: no seccomp filter");
	error = ADD_ALL(filter, SCMP_ACT_ALLOW, common_calls);
	error |= ADD_ALL(filter, SCMP_ACT_KILL_PROCESS, deadly_calls);
	error |= allow_memory(filter);
	error |= allow_raise(filter);
	error |= allow_ioctl(filter);
	error |= rule_clone(filter, sandbox->threads);
	if (sandbox->files)
		error |= ADD_ALL(filter, SCMP_ACT_ALLOW, file_calls);
	else
		error |= allow_fstat(filter);
	error |= allow_network(filter, sandbox);
	if (error == 0)
		error = seccomp_load(filter);
	if (error != 0)
		fatal("sandbox: seccomp: %s", strerror(-error));
	seccomp_release(filter);
}

/* ---- landlock ----------------------------------------------------------- */

/* Values of newer kernel headers than Debian 12's. */
#define FS_TRUNCATE (1ULL << 14) /* ABI 3 */
#define NET_ALL 3ULL             /* ABI 4: bind and connect TCP */

struct ruleset {
	uint64_t handled_fs;
	uint64_t handled_net;
};

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_WRITE                                                       \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR)
#define FS_ALL ((1ULL << 13) - 1)

static void
allow_path(int ruleset, const struct sandbox_path *path, uint64_t handled)
{
	struct landlock_path_beneath_attr attr = {
	    .allowed_access = FS_READ | (path->write ? FS_WRITE : 0)};

	if (path->write)
		attr.allowed_access |= FS_TRUNCATE;
	attr.allowed_access &= handled;
	attr.parent_fd = open(path->path, O_PATH | O_CLOEXEC);
	if (attr.parent_fd == -1)
		return; /* what does not exist need not be reached */
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		&attr, 0) == -1)
		log_warning("sandbox: %s: %s", path->path, strerror(errno));
	close(attr.parent_fd);
}

/* Returns the ABI that holds, 0 when the kernel has no landlock. */
static int
enter_landlock(const struct sandbox *sandbox)
{
	struct ruleset attr = {.handled_fs = FS_ALL};
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset;

	if (abi < 1)
		return 0;
	if (abi >= 3)
		attr.handled_fs |= FS_TRUNCATE;
	if (abi >= 4 && !sandbox->connect)
		attr.handled_net = NET_ALL;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
	    abi >= 4 ? sizeof(attr) : sizeof(attr.handled_fs), 0);
	if (ruleset == -1)
		return 0;
	for (size_t i = 0; i < sandbox->paths_len; i++)
		allow_path(ruleset, &sandbox->paths[i], attr.handled_fs);
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) == -1)
		abi = 0;
	close(ruleset);
	return (int)abi;
}

/* ---- limits ------------------------------------------------------------- */

static void
set_limit(int resource, uint64_t value)
{
	struct rlimit limit = {.rlim_cur = value, .rlim_max = value};
	struct rlimit old;

	if (getrlimit(resource, &old) == 0 && old.rlim_max < value)
		limit.rlim_cur = limit.rlim_max = old.rlim_max;
	setrlimit(resource, &limit);
}

void
sandbox_enter(const struct sandbox *sandbox)
{
	int abi;

	prctl(PR_SET_DUMPABLE, 0);
	set_limit(RLIMIT_CORE, 0);
	if (sandbox->files_max != 0)
		set_limit(RLIMIT_NOFILE, sandbox->files_max);
#ifndef __SANITIZE_ADDRESS__ /* which reserves terabytes */
	if (sandbox->memory_max != 0)
		set_limit(RLIMIT_AS, sandbox->memory_max);
#endif
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		fatal("sandbox: no_new_privs: %s", strerror(errno));
	abi = enter_landlock(sandbox);
	enter_seccomp(sandbox);
	if (abi > 0)
		log_debug("sandbox: seccomp, landlock abi %d", abi);
	else
		log_warning("sandbox: seccomp alone, the kernel has no "
			    "landlock");
}
