/*
 * Talk to systemd: sd_notify(3)'s protocol over NOTIFY_SOCKET.
 */
#ifndef PARENT_NOTIFY_H
#define PARENT_NOTIFY_H

#include <stdint.h>

/* Sends newline-separated assignments ("READY=1\nSTATUS=..."); silently does
 * nothing without systemd. */
void notify(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Half of WATCHDOG_USEC in milliseconds; 0: no watchdog is asked for. */
int64_t notify_watchdog_ms(void);

#endif
