/*
 * What the roles open before their sandbox, as a hash. Runs in the loader.
 */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/strings.h"
#include "frame/config.h"
#include "frame/config_folder.h"
#include "frame/config_source.h"
#include "frame/curl_certificates.h"
#include "parent/opened.h"

#define FILE_MAX (16 * 1024 * 1024) /* bytes; a larger one is not compared */

static uint64_t
hash_number(uint64_t hash, uint64_t number)
{
	return hash_bytes(hash, &number, sizeof(number));
}

static uint64_t
hash_file(uint64_t hash, const char *path)
{
	struct config_source source = {.path = NULL};

	if (path == NULL || source_read(path, FILE_MAX, &source) != 0)
		return hash_number(hash, 0);
	hash = hash_bytes(hash, source.bytes, source.len);
	source_clear(&source);
	return hash;
}

/* Name servers and certificates, the system's where none are given. */
static uint64_t
hash_network(const struct config_network *network)
{
	uint64_t hash = hash_file(0, "/etc/hosts");

	if (network->resolver != NULL)
		hash = hash_str(hash, network->resolver);
	else
		hash = hash_file(hash, "/etc/resolv.conf");
	if (network->certificates != NULL)
		return hash_str(hash, network->certificates);
	return hash_file(hash, curl_certificates_file());
}

/* Both as they really are: landlock follows no links. */
static bool
is_beneath(const char *folder, const char *root)
{
	char *real_root = realpath(root, NULL), *real = realpath(folder, NULL);
	size_t len = real_root != NULL ? strlen(real_root) : 0;
	bool beneath = len > 0 && real != NULL &&
		       strncmp(real, real_root, len) == 0 &&
		       (real[len] == '/' || real[len] == '\0');

	free(real_root);
	free(real);
	return beneath;
}

/* That of all logs, and what is not beneath it. */
static void
list_log_folders(const struct config *config, struct strings *folders)
{
	strings_take(folders, config_folder(FOLDER_LOGS));
	for (size_t i = 0; i < config->sinks_len; i++) {
		const struct config_sink *sink = &config->sinks[i];
		char *path, *folder;

		if (sink->type != SINK_LOG)
			continue;
		path = config_path(FOLDER_LOGS, sink->path);
		folder = dirname(path);
		if (!is_beneath(folder, folders->at[0]))
			strings_add_once(folders, folder);
		free(path);
	}
}

/* In any order. One that was made anew is another one to landlock. */
static uint64_t
hash_folders(const struct strings *folders)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < folders->len; i++) {
		struct stat st;
		ino_t inode = stat(folders->at[i], &st) == 0 ? st.st_ino : 0;

		sum += hash_number(hash_str(0, folders->at[i]), inode);
	}
	return sum;
}

uint64_t
opened_hash(const struct config *config, enum role_kind kind)
{
	const struct config_network *network = &config->network;
	struct strings folders = {0};
	uint64_t hash = 0;

	switch (kind) {
	case ROLE_ENGINE:
		list_log_folders(config, &folders);
		hash = hash_folders(&folders);
		strings_clear(&folders);
		break;
	case ROLE_FETCHER: /* its handles are made for so many connections */
		hash = hash_network(network);
		hash = hash_number(hash, (uint64_t)network->max_connections);
		hash = hash_number(hash, (uint64_t)network->idle_connections);
		break;
	case ROLE_COURIER:
		hash = hash_network(network);
		break;
	case ROLE_PARENT:
	case ROLE_DESK:
	case ROLE_KINDS:
		break;
	}
	return hash;
}
