/*
 * YAML text as a tree of nodes that know where they stand. A subset: no tags,
 * no anchors or aliases, one document, UTF-8; JSON is part of it.
 */
#ifndef FRAME_CONFIG_YAML_H
#define FRAME_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>

#define YAML_BYTES_MAX (64 * 1024 * 1024) /* of a file */
#define YAML_DEPTH_MAX 32
#define YAML_NODES_MAX (4 * 1000 * 1000) /* of a file */

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	int line, col;      /* from 1; columns count characters */
	const char *text;   /* scalar: UTF-8; else NULL */
	bool quoted;        /* scalar: not plain */
	struct node *first; /* list: elements; map: key, value, key, ... */
	struct node *next;  /* sibling */
	size_t len;         /* elements of a list, pairs of a map */
};

struct node_tree; /* owns the nodes and their text */

struct yaml_error {
	int line, col; /* from 1 */
	char message[200];
};

/* Reads len bytes, which a NUL must follow. Returns the tree, or NULL with the
 * error filled in. */
struct node_tree *node_tree_read(
    const char *bytes, size_t len, struct yaml_error *);
void node_tree_free(struct node_tree *);
/* NULL for an empty document. */
const struct node *node_tree_root(const struct node_tree *);
/* Nothing was given: an empty plain scalar, "~" or "null". */
bool node_is_null(const struct node *);
/* The value of a key of a map, or NULL. */
const struct node *node_get(const struct node *map, const char *key);

#endif
