/*
 * The desk role; see daemon/desk/desk.c.
 */
#ifndef DESK_DESK_H
#define DESK_DESK_H

/* Runs the role as the index-th of its kind; returns the exit status. */
int desk_main(unsigned index);

#endif
