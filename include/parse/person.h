/*
 * Persons as feeds write them: in one string, or in an element with parts.
 */
#ifndef PARSE_PERSON_H
#define PARSE_PERSON_H

struct attributes;
struct content;
struct document;
struct element;

/* The parts of Atom's person constructs, by rule->field. */
enum person_part { PERSON_NAME, PERSON_URL, PERSON_EMAIL, PERSON_PARTS };

/* Begins and ends an element with parts (RFC 4287 section 3.2). */
void person_start(
    struct document *, struct element *, const struct attributes *);
void person_end(struct document *, struct element *, const struct content *);
void person_end_part(
    struct document *, struct element *, const struct content *);
/* FOAF's part that is an attribute. */
void person_start_resource(
    struct document *, struct element *, const struct attributes *);
/* Persons in one string: "email (name)", "name (email)", "name <email>",
 * either alone; several with their e-mail addresses between commas. */
void person_end_string(
    struct document *, struct element *, const struct content *);

#endif
