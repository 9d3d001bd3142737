/*
 * The drop-in of the configuration that the daemon may write itself: feeds
 * added by `wirewatch feeds add`. It lies in the state folder, since the unit
 * can write nothing below /etc, and is the engine's, whose folder that is. Each
 * feed has a line of its own; what people write between stays as it is.
 */
#ifndef ENGINE_FEEDS_FILE_H
#define ENGINE_FEEDS_FILE_H

struct feeds_file_entry {
	const char *id;
	const char *url;
	const char *outlet;   /* or NULL */
	const char *language; /* or NULL */
};

/* On the file, synced and put in its place by a rename. NULL, or what is wrong,
 * which the caller frees. What was there before can be put back. */
char *feeds_file_add(const struct feeds_file_entry *);
char *feeds_file_remove(const char *id);
char *feeds_file_undo(void);

#endif
