/*
 * A list of strings; grows by doubling whenever its length is a power of two,
 * so that no capacity needs to be kept.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strings.h"

void
strings_take(struct strings *list, char *string)
{
	if ((list->len & (list->len - 1)) == 0)
		list->at = xreallocarray(
		    list->at, list->len ? list->len * 2 : 1, sizeof(*list->at));
	list->at[list->len++] = string;
}

void
strings_add(struct strings *list, const char *string)
{
	strings_take(list, xstrdup(string));
}

bool
strings_has(const struct strings *list, const char *string)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(list->at[i], string) == 0)
			return true;
	return false;
}

void
strings_add_once(struct strings *list, const char *string)
{
	if (!strings_has(list, string))
		strings_add(list, string);
}

bool
strings_are_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
strings_is_listed(const char *words, const char *word)
{
	size_t len = strlen(word);

	if (len == 0)
		return false;
	for (const char *p = words; (p = strstr(p, word)) != NULL; p += len)
		if ((p == words || p[-1] == ' ') &&
		    (p[len] == ' ' || p[len] == '\0'))
			return true;
	return false;
}

void
strings_clear(struct strings *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->len; i++)
		free(list->at[i]);
	free(list->at);
	*list = (struct strings){NULL, 0};
}
