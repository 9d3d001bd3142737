/*
 * What is allowed but doubtful in a configuration without errors.
 */
#ifndef FRAME_CONFIG_LINT_H
#define FRAME_CONFIG_LINT_H

struct config_reader;

/* Adds warnings: rules that can never be met, outlets that no feed has, names
 * that are shared or too common, nothing to do at all. */
void config_lint(struct config_reader *);

#endif
