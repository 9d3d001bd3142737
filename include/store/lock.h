/*
 * One process at a time holds a store: a locked file with its pid.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

/* Locks path, making it if need be, and writes the pid into it. The result is
 * a descriptor, whose close gives the lock up; -1 and *error (the caller
 * frees) when another process holds it or the folder cannot be written. */
int lock_take(const char *path, char **error);

#endif
