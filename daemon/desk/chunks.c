/*
 * Reading a chunked body. Runs in the desk; pure.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "desk/chunks.h"

#define LINE_MAX 1024 /* bytes of a size with its extensions, or a trailer */
#define TRAILERS_MAX 64
#define DIGITS_MAX 7 /* far more than any body may have */

/* 200: a line was taken, to be freed; 0: its end is not there yet. */
static int
take_line(struct evbuffer *input, char **line, size_t *len)
{
	*line = evbuffer_readln(input, len, EVBUFFER_EOL_CRLF_STRICT);
	if (*line != NULL)
		return *len <= LINE_MAX ? 200 : 400;
	return evbuffer_get_length(input) <= LINE_MAX + 1 ? 0 : 400;
}

static int
read_size(const char *line, size_t *size)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF");

	if (digits == 0 || strchr("; \t", line[digits]) == NULL)
		return 400;
	if (digits > DIGITS_MAX)
		return 413;
	*size = strtoul(line, NULL, 16);
	return 200;
}

static int
take_size(struct chunks *chunks, struct evbuffer *input, size_t room)
{
	char *line;
	size_t len;
	int status = take_line(input, &line, &len);

	if (status == 200)
		status = read_size(line, &chunks->left);
	free(line);
	if (status != 200)
		return status;
	if (chunks->left > room)
		return 413;
	chunks->state = chunks->left > 0 ? CHUNKS_DATA : CHUNKS_TRAILERS;
	return 200;
}

static int
take_data(struct chunks *chunks, struct evbuffer *input, struct evbuffer *body)
{
	int moved = evbuffer_remove_buffer(input, body, chunks->left);

	if (moved > 0)
		chunks->left -= (size_t)moved;
	if (chunks->left > 0)
		return 0;
	chunks->state = CHUNKS_DATA_END;
	return 200;
}

static int
take_data_end(struct chunks *chunks, struct evbuffer *input)
{
	char end[2];

	if (evbuffer_get_length(input) < sizeof(end))
		return 0;
	evbuffer_remove(input, end, sizeof(end));
	chunks->state = CHUNKS_SIZE;
	return memcmp(end, "\r\n", 2) == 0 ? 200 : 400;
}

/* *over: no more come. */
static int
take_trailer(struct chunks *chunks, struct evbuffer *input, bool *over)
{
	char *line;
	size_t len;
	int status = take_line(input, &line, &len);

	*over = status == 200 && len == 0;
	free(line);
	if (status == 200 && ++chunks->trailers > TRAILERS_MAX)
		return 400;
	return status;
}

int
chunks_take(struct chunks *chunks, struct evbuffer *input,
    struct evbuffer *body, size_t max)
{
	bool over = false;
	int status = 200;

	while (status == 200 && !over)
		switch (chunks->state) {
		case CHUNKS_SIZE:
			status = take_size(
			    chunks, input, max - evbuffer_get_length(body));
			break;
		case CHUNKS_DATA:
			status = take_data(chunks, input, body);
			break;
		case CHUNKS_DATA_END:
			status = take_data_end(chunks, input);
			break;
		case CHUNKS_TRAILERS:
			status = take_trailer(chunks, input, &over);
			break;
		}
	return status;
}
