/*
 * What can only be told once everything was read: references, empty things,
 * defaults that depend on others.
 */
#ifndef FRAME_CONFIG_CHECK_H
#define FRAME_CONFIG_CHECK_H

struct config_reader;

/* Completes the configuration and adds errors. */
void config_check(struct config_reader *);

#endif
