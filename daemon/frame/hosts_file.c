/*
 * The hosts file, read before the sandbox closes. Runs in whatever role looks
 * up names.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "frame/hosts_file.h"

struct host {
	char *name;
	struct sockaddr_storage address;
};

struct hosts_file {
	struct host *hosts;
	size_t len;
};

static bool
read_address(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
		memcpy(address, &in, sizeof(in));
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		memcpy(address, &in6, sizeof(in6));
	else
		return false;
	return true;
}

static void
add(struct hosts_file *file, const char *name,
    const struct sockaddr_storage *at)
{
	struct host *host;

	if (file->len == HOSTS_FILE_MAX)
		return;
	file->hosts =
	    xreallocarray(file->hosts, file->len + 1, sizeof(*file->hosts));
	host = &file->hosts[file->len++];
	host->name = xstrdup(name);
	host->address = *at;
}

static void
read_line(struct hosts_file *file, char *line)
{
	static const char blank[] = " \t\r\n";
	struct sockaddr_storage address;
	char *save = NULL, *word;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, blank, &save);
	if (word == NULL || !read_address(word, &address))
		return;
	while ((word = strtok_r(NULL, blank, &save)) != NULL)
		add(file, word, &address);
}

struct hosts_file *
hosts_file_read(const char *path)
{
	struct hosts_file *file = xcalloc(1, sizeof(*file));
	FILE *stream = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;

	if (stream != NULL) {
		while (getline(&line, &cap, stream) != -1)
			read_line(file, line);
		fclose(stream);
	}
	free(line);
	read_line(file, (char[]){"127.0.0.1 localhost"});
	return file;
}

void
hosts_file_free(struct hosts_file *file)
{
	if (file == NULL)
		return;
	for (size_t i = 0; i < file->len; i++)
		free(file->hosts[i].name);
	free(file->hosts);
	free(file);
}

size_t
hosts_file_find(const struct hosts_file *file, const char *host,
    struct sockaddr_storage *addresses, size_t max)
{
	size_t found = 0;

	if (read_address(host, addresses))
		return 1;
	for (size_t i = 0; i < file->len && found < max; i++)
		if (strcasecmp(file->hosts[i].name, host) == 0)
			addresses[found++] = file->hosts[i].address;
	return found;
}
