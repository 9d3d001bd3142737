/*
 * Words too frequent to say what an item is about, in seven languages, as
 * folded by story/words.h.
 */
#ifndef STORY_STOP_H
#define STORY_STOP_H

extern const char *const stop_words[]; /* ended by NULL */

#endif
