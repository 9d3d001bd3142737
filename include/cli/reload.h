/*
 * wirewatch reload.
 */
#ifndef CLI_RELOAD_H
#define CLI_RELOAD_H

int reload_run(int argc, char **argv);

#endif
