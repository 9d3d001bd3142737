/*
 * Which lines of an article lead elsewhere. A line goes only when all its
 * letters stand in links and a heading that says "read also", or an element
 * made for links, announces it; prose stays whatever stands around it.
 */
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/html_tag.h"
#include "text/letter.h"
#include "text/related.h"

#define HEADING_MAX 120 /* bytes of plain text in a line that announces */
#define LINK_MAX 400    /* bytes; a longer link was never closed */

/* How such headings read, whatever their case, accents and punctuation. */
static const char *const headings[] = {
    /* English */
    "read also", "also read", "read more", "read next", "see also", "related",
    "related articles", "related content", "related coverage", "related links",
    "related news", "related posts", "related reading", "related stories",
    "related topics", "recommended reading", "further reading", "more on this",
    "more on this story", "more on this topic", "you may also like",
    "you might also like", "you may be interested in",
    /* Russian, Ukrainian, Belarusian, Bulgarian, Serbian, Kazakh */
    "читайте также", "также читайте", "читать также", "читайте ещё",
    "читайте по теме", "читайте подробнее", "смотрите также", "по теме",
    "ещё по теме", "материалы по теме", "новости по теме", "статьи по теме",
    "похожие материалы", "похожие новости", "читайте також", "також читайте",
    "читайте ще", "дивіться також", "за темою", "матеріали за темою",
    "матеріали по темі", "новини за темою", "чытайце таксама", "прочетете също",
    "прочетете още", "вижте още", "вижте също", "прочитајте још",
    "прочитајте и", "тағы оқыңыз", "оқи отырыңыз",
    /* French */
    "lire aussi", "à lire aussi", "lire également", "à lire également",
    "à lire", "lire plus", "voir aussi", "sur le même sujet",
    "articles connexes", "articles liés",
    /* German, Dutch */
    "lesen sie auch", "lesen sie mehr", "lesen sie dazu", "lesen sie dazu auch",
    "lesen sie hier", "auch interessant", "mehr zum thema", "zum thema",
    "siehe auch", "verwandte artikel", "verwandte themen", "verwandte beiträge",
    "das könnte sie auch interessieren", "lees ook", "lees meer", "lees verder",
    "zie ook",
    /* Polish, Czech, Slovak, Serbian and Croatian */
    "czytaj też", "czytaj także", "czytaj również", "czytaj więcej",
    "przeczytaj też", "przeczytaj także", "przeczytaj również", "zobacz też",
    "zobacz także", "zobacz również", "powiązane artykuły", "čtěte také",
    "čtěte i", "přečtěte si také", "přečtěte si i", "související články",
    "čítajte aj", "čítajte tiež", "prečítajte si aj", "pročitajte i",
    "pročitajte još", "pročitajte više", "povezani članci",
    /* Spanish, Portuguese, Italian, Romanian */
    "leer también", "lea también", "lee también", "lea además", "lea más",
    "leer más", "ver también", "vea también", "te puede interesar",
    "le puede interesar", "también te puede interesar", "noticias relacionadas",
    "artículos relacionados", "relacionado", "leia também", "leia mais",
    "ler também", "veja também", "notícias relacionadas",
    "artigos relacionados", "leggi anche", "leggi di più", "vedi anche",
    "articoli correlati", "notizie correlate", "citește și", "citiți și",
    "vezi și", "articole similare",
    /* Swedish, Norwegian, Danish, Finnish, Hungarian, Turkish */
    "läs också", "läs även", "läs mer", "les også", "les mer", "læs også",
    "læs mere", "lue myös", "lue lisää", "olvassa el", "olvassa el ezt is",
    "kapcsolódó cikkek", "ayrıca okuyun", "bunları da okuyun", "ayrıca bakınız",
    "ilgili haberler",
    /* Greek, Georgian, Armenian */
    "διαβάστε επίσης", "διαβάστε ακόμη", "διαβάστε ακόμα", "διαβάστε και",
    "δείτε επίσης", "სხვა სიახლეები", "წაიკითხეთ ასევე", "կարդացեք նաև",
    /* Arabic, Persian, Hebrew, Hindi */
    "اقرأ أيضا", "إقرأ أيضا", "اقرأ المزيد", "طالع أيضا", "مواضيع ذات صلة",
    "أخبار ذات صلة", "مقالات ذات صلة", "بیشتر بخوانید", "همچنین بخوانید",
    "קראו גם", "קראו עוד", "ראו גם", "यह भी पढ़ें", "ये भी पढ़ें", "और पढ़ें",
    /* Chinese, Japanese, Korean */
    "相关阅读", "相关新闻", "相关报道", "延伸阅读", "推荐阅读", "相關新聞",
    "相關報導", "延伸閱讀", "関連記事", "関連ニュース", "あわせて読みたい",
    "관련 기사", "관련기사", "관련 뉴스"};

/* Parts of the class names of elements for links. */
static const char *const box_classes[] = {"related", "read-more", "readmore",
    "read-also", "readalso", "see-also", "seealso", "recommended"};

/* A line read character by character, marks passed over. */
struct letters {
	const char *p, *end;
	uint32_t code;        /* of the character at p */
	struct letter folded; /* no flags at the end */
	size_t len;           /* its bytes; 0 at the end */
};

static void
read_letter(struct letters *at)
{
	do {
		at->p += at->len;
		at->len = 0;
		at->code = 0;
		at->folded = (struct letter){0, 0};
		if (at->p == at->end)
			return;
		at->len =
		    utf8_decode(at->p, (size_t)(at->end - at->p), &at->code);
		at->folded = letter_of(at->code);
	} while (at->folded.flags & LETTER_MARK);
}

static struct letters
letters_of(const char *text, size_t len)
{
	struct letters at = {.p = text, .end = text + len};

	read_letter(&at);
	return at;
}

/* Moves to the next letter or digit; whether a colon stood before it. */
static bool
skip_punctuation(struct letters *at)
{
	bool colon = false;

	while (at->len > 0 && !(at->folded.flags & LETTER_WORD)) {
		colon |= at->code == ':' || at->code == 0xff1a;
		read_letter(at);
	}
	return colon;
}

/* Moves past the words of the heading; false when the line has others. */
static bool
skip_heading(struct letters *at, const char *heading)
{
	struct letters want = letters_of(heading, strlen(heading));

	while (want.len > 0) {
		if (!(want.folded.flags & LETTER_WORD)) {
			if (at->folded.flags & LETTER_WORD)
				return false;
			skip_punctuation(&want);
			skip_punctuation(at);
		}
		if (at->folded.fold != want.folded.fold)
			return false;
		read_letter(at);
		read_letter(&want);
	}
	return !(at->folded.flags & LETTER_WORD);
}

/* Whether a heading may begin with the folded letter, by its first byte: a
 * letter of ASCII stands for itself, and of others only Latin ones, which begin
 * with these bytes, fold to ASCII. */
static bool
may_begin(const char *heading, uint32_t fold)
{
	unsigned char first = (unsigned char)*heading;

	if (first < 0x80)
		return first == fold;
	return fold >= 0x80 || first < 0xCD || first == 0xE1;
}

/* How many bytes of the line a heading takes with the punctuation around it;
 * 0: none stands there. */
static size_t
measure_heading(const char *line, size_t len, bool *colon)
{
	struct letters start = letters_of(line, len), at;
	size_t longest = 0;

	skip_punctuation(&start);
	for (size_t i = 0; i < sizeof(headings) / sizeof(*headings); i++) {
		bool has_colon;

		at = start;
		if (!may_begin(headings[i], start.folded.fold) ||
		    !skip_heading(&at, headings[i]))
			continue;
		has_colon = skip_punctuation(&at);
		if ((size_t)(at.p - line) > longest) {
			longest = (size_t)(at.p - line);
			*colon = has_colon;
		}
	}
	return longest;
}

static void
drop_from(struct related *r, struct buf *text, size_t at)
{
	buf_truncate(text, at);
	r->has_heading = false;
}

/* A line of links and no other words. A title is more likely to begin the next
 * piece than to go on with a list. */
static void
judge_links(struct related *r, struct buf *text)
{
	size_t len = text->len - r->start;
	bool in_box = r->box_name_len > 0, colon = false;
	size_t heading;

	if ((r->has_heading || r->in_list || in_box) &&
	    (in_box || !r->in_title)) {
		drop_from(r, text, r->has_heading ? r->heading : r->start);
		r->in_list = true;
		return;
	}
	r->has_heading = r->in_list = false;
	heading = measure_heading(text->data + r->start, len, &colon);
	if (heading > 0 && heading < len && colon)
		drop_from(r, text, r->start);
}

/* A line with words of its own, few of them. */
static void
judge_heading(struct related *r, struct buf *text)
{
	bool colon;
	size_t len = measure_heading(
	    text->data + r->start, text->len - r->start, &colon);
	bool is_heading = len > 0 && r->plain_end <= r->start + len;

	if (is_heading && r->linked > 0) {
		drop_from(r, text, r->start);
	} else if (is_heading || (r->box_name_len > 0 && r->in_title)) {
		r->has_heading = true;
		r->heading = r->start;
	}
}

void
related_end_line(struct related *r, struct buf *text)
{
	if (text->len > r->start) {
		if (r->plain_end == 0 && r->linked > 0) {
			judge_links(r, text);
		} else if (r->plain_end > 0) {
			r->has_heading = r->in_list = false;
			if (r->plain_end - r->start <= HEADING_MAX)
				judge_heading(r, text);
		}
	}
	r->start = text->len;
	r->plain_end = r->linked = 0;
}

static bool
has_letter(const char *s, size_t len)
{
	uint32_t code;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = utf8_decode(s, len, &code);
		if ((letter_of(code).flags & (LETTER_WORD | LETTER_DIGIT)) ==
		    LETTER_WORD)
			return true;
	}
	return false;
}

/* The line is prose, and too long to announce anything. */
bool
related_wants_no_words(const struct related *r)
{
	return !r->in_link && r->plain_end > r->start + HEADING_MAX;
}

void
related_take_words(
    struct related *r, const struct buf *text, const char *words, size_t len)
{
	r->link_len += len;
	if (r->in_link && r->link_len <= LINK_MAX)
		r->linked += len;
	else if (r->plain_end <= r->start + HEADING_MAX &&
		 has_letter(words, len))
		r->plain_end = text->len;
}

/* Keeps track of the open link. A block's end closes it when the block began
 * outside; so one that was never closed takes no other block in. */
static void
take_link(struct related *r, const struct html_token *tag, unsigned flags)
{
	struct html_attribute href;

	if (html_tag_is(tag, "a", 1)) {
		r->in_link =
		    !tag->is_end && html_find_attribute(tag, "href", &href);
		r->link_len = r->blocks = 0;
	} else if ((flags & HTML_BLOCK) && !(flags & HTML_VOID)) {
		if (tag->is_end && r->blocks == 0)
			r->in_link = false;
		else
			r->blocks += tag->is_end ? -1U : 1U;
	}
}

/* Whether the element is made for links: by its name or by its class. */
static bool
is_box(const struct html_token *tag)
{
	struct html_attribute class;

	if (html_tag_is(tag, "nav", 3) || html_tag_is(tag, "aside", 5))
		return true;
	if (tag->attributes_len < 12 ||
	    !html_find_attribute(tag, "class", &class))
		return false;
	for (size_t i = 0; i < sizeof(box_classes) / sizeof(*box_classes); i++)
		if (memmem(class.value, class.value_len, box_classes[i],
			strlen(box_classes[i])) != NULL)
			return true;
	return false;
}

static void
take_box(struct related *r, const struct html_token *tag, unsigned flags)
{
	if (r->box_name_len == 0) {
		if (tag->is_end || (flags & HTML_VOID) || !is_box(tag))
			return;
		r->box = tag->name;
		r->box_name_len = tag->name_len;
		r->box_depth = 1;
		r->has_heading = r->in_list = false;
	} else if (html_tag_is(tag, r->box, r->box_name_len)) {
		r->box_depth += tag->is_end ? -1U : 1U;
		if (r->box_depth > 0)
			return;
		r->box_name_len = 0;
		r->has_heading = r->in_list = false;
	}
}

void
related_take_tag(struct related *r, struct buf *text,
    const struct html_token *tag, unsigned flags)
{
	if (flags & HTML_BLOCK)
		related_end_line(r, text);
	take_link(r, tag, flags);
	if (!(flags & HTML_BLOCK))
		return;
	take_box(r, tag, flags);
	if (tag->name_len == 2 && (tag->name[0] | 0x20) == 'h' &&
	    tag->name[1] >= '1' && tag->name[1] <= '6')
		r->in_title = !tag->is_end;
}
