/*
 * The walls of a role, entered once all that it needs is open: seccomp
 * allow-list, landlock where the kernel has it, no core dumps, own limits.
 */
#ifndef FRAME_SANDBOX_H
#define FRAME_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sandbox_path {
	const char *path;
	bool write; /* also create, rename, remove beneath it */
};

struct sandbox {
	const struct sandbox_path *paths; /* reachable files; none: no file */
	size_t paths_len;
	bool connect;        /* may open INET sockets and connect */
	bool accept;         /* may accept on listeners opened before */
	bool syslog;         /* may connect to local sockets, for syslog(3) */
	bool files;          /* may open, rename, fsync files (in paths) */
	bool threads;        /* may start threads, still no process */
	uint64_t memory_max; /* RLIMIT_AS, bytes; 0: none */
	uint64_t files_max;  /* RLIMIT_NOFILE; 0: as it is */
};

/* Enters; logs one line of what holds ("sandbox: seccomp, landlock abi 7").
 * Fatal when seccomp fails; landlock is added where there is any. Afterwards
 * opening a file fails with EACCES unless files is set; what no role ever
 * does (exec, fork, ptrace, kill) ends the process with SIGSYS. */
void sandbox_enter(const struct sandbox *);

#endif
