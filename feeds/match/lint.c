/*
 * Doubtful names. The words are those that were most of the false alarms:
 * given names, words that papers and parties call themselves by, surnames that
 * are words.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/strings.h"
#include "match/fold.h"
#include "match/lint.h"
#include "match/match.h"
#include "match/nospace.h"
#include "match/set.h"

#define LETTERS_MIN 3
#define SYLLABLES_MIN 2 /* in scripts whose letters are syllables or words */
#define HANGUL 0xac00   /* its first syllable */

/* Folded. */
static const char given_names[] =
    "adam adrian aleksander aleksandra alan albert alex alexander alexandra "
    "alfred alice ali alina amanda amelia amy ana anastasia andre andrea "
    "andreas andrej andrew andrzej angela anita ann anna anne anthony antonio "
    "arthur artur barbara ben benjamin bernard bill bob boris brian carl "
    "carlos "
    "carol caroline catherine charles charlotte chris christian christina "
    "christine christopher claire claudia dan daniel daniela dave david david "
    "dennis diana dmitri dominik donald dorothy edward elena elisabeth "
    "elizabeth emil emily emma emmanuel enrique eric erik eva evan felix filip "
    "florian frank "
    "franz fred gabriel george gerald grace greg gregor hana hannah hans "
    "harold harry heather helen helena henri henry hugo ian igor ilja ines "
    "irena "
    "irina isabel ivan ivana jack jacob jakub james jan jana jane janet jason "
    "jean jennifer jessica jim jiri joan joe johan johanna john jonathan jose "
    "josef joseph joshua juan julia julian julie jurij karel karen karl kate "
    "katarina katherine katja kevin kim klara kristina laura lars leo leon "
    "leonard linda lisa louis lucas lucia ludwig luis luka lukas maja marc "
    "marcel marcin marco marek margaret maria marie marina mario mark marko "
    "marta martha martin martina mary matej mathias matthew maurice max mia "
    "michael michal michel michelle miguel mike milan mohamed mohammed monika "
    "muhammad nadia nancy natalia natalie nathan nicholas nick nicolas nicole "
    "nikola nina nora olaf oleg olga oliver olivia omar oscar oskar otto pablo "
    "patricia patrick paul paula pavel pedro peter petr petra philip philipp "
    "pierre piotr rachel ralph ray rebecca rene richard rita robert robin "
    "roger "
    "roland roman ronald rosa rose ruth ryan sabina sam samuel sandra sara "
    "sarah sebastian sergej sergey simon simona sofia sonia sophie stanislav "
    "stefan stella stephan stephen steve steven susan susanna tamara tanja "
    "tatjana teresa thomas tim tina tobias tom tomas tomasz tony ursula "
    "valentin valentina vera veronika victor victoria viktor vincent vladimir "
    "walter werner will william wolfgang xavier yves zdenek zuzana "
    "александр александра алексей алена алина алла анастасия анатолий ангелина "
    "андрей анна антон антонина аркадий арсений артем артур борис вадим "
    "валентин валентина валерий валерия василий вера вероника виктор виктория "
    "виталий владимир владислав всеволод вячеслав галина геннадий георгий глеб "
    "григорий дарья денис диана дмитрий евгений евгения екатерина елена "
    "елизавета захар зинаида зоя иван игорь илья инна ирина кирилл клавдия "
    "константин кристина ксения лариса лев леонид лидия любовь людмила макар "
    "максим маргарита марина мария марк матвей михаил надежда наталия наталья "
    "никита николай нина оксана олег олеся ольга павел петр полина раиса роман "
    "руслан светлана семен сергей софия софья станислав степан тамара тарас "
    "татьяна тимофей федор филипп эдуард эльвира юлия юрий яков яна ярослав "
    "василь володимир дмитро иванка микола михайло наталія олександр "
    "олександра олексій олена петро сергій тетяна юлія юрій ";

static const char common_words[] =
    "action agency alliance alpha america analysis apple april arena army "
    "august bank baker bay bell bild bird black blick block blue board brown "
    "bush call camp capital care case center central centre century chance "
    "channel church citizen city civil clear club coast code common community "
    "company congress contact continental control council country court cross "
    "crown culture daily data day deal december defense democracy direct "
    "double "
    "east echo economist edge energy era europe event express face fact faith "
    "family federation field fire first focus force forum forward foundation "
    "fox france free freedom friday front future game gap gate general global "
    "go gold golden government green ground group guardian hall hand heart "
    "hero "
    "hill home hope house idea image impact independent info initiative inside "
    "institute iron january job july june justice key king label labor labour "
    "land law leader league left legal level liberty life light line link lion "
    "live local long love march market mars mayor may media meta metro mill "
    "mine minister mirror mission mobile moment monday moon morning mother "
    "motion nation national nature network new news nine north nova november "
    "now october office one opinion orange order orion park parliament partner "
    "party pass path peace people phoenix place planet point police post power "
    "press pride prime profil profit progress project public pulse quest race "
    "radio rain reason rebel record red reform region report republic respect "
    "rice right ring rise river road rock royal rule safe sand saturday school "
    "science sea senate september shadow share ship signal silver sky smart "
    "snow social society solidarity source south space spectrum speed spirit "
    "sport spring square stage standard star start state station stone storm "
    "story street strong style summer summit sun sunday support system target "
    "team tempo thursday tiger time times today together top total tower town "
    "trade train trend tribune trust truth tuesday union unit unity valley "
    "value "
    "victory view village vision voice wall war water wave way web wednesday "
    "welt west white wind wing winter wolf wood word work world year young "
    "youth zeit zone "
    "den deti domov doba krok mlada nove praha pravo respekt reflex svet vecer "
    "vlada zitra zeme fakt fakty gazeta glos kultura mowa narod nasza nowa "
    "nowy polityka prawo przeglad rada razem ruch rzeczpospolita sejm senat "
    "slowo sprawa swiat wiosna wolnosc wprost zwiazek delo dnevnik dom jutro "
    "novice oko slovo sobota svoboda vestnik "
    "август агентство альфа апрель армия аргументы банк белый берег беларусь "
    "больше будущее век вера ведомости весна вестник вече вечер взгляд вместе "
    "вода воздух возрождение воля время восток выбор газета газ голос город "
    "гражданин дело демократия день деньги дом достоинство дума душа европа "
    "единство жизнь завтра закон запад звезда зенит земля знамя золото игра "
    "известия июль июнь канал капитал книга команда коммерсант компания "
    "контакт "
    "корона край крест круг культура лента лига линия лист лидер любовь люди "
    "маяк мать месяц мир молния море мост надежда народ наука наш небо новости "
    "ноль нова новая новый ночь обзор образ огонь одна орел орден отечество "
    "отражение парламент партия перспектива план победа позиция порядок почта "
    "правда право президент прогресс проект профиль процесс путь рада радио "
    "развитие регион республика река речь родина рост русь свет свобода север "
    "сегодня сила система слава слово смена собеседник событие совет согласие "
    "солнце солидарность союз спорт справедливость среда старт стена страна "
    "столица сфера театр территория тигр труд улица утро факт факты федерация "
    "фокус фонд форум фронт центр час человек честь эксперт эра эфир эхо юг "
    "яблоко январь "
    "атака батьківщина весна влада воля голос громада день діло довіра європа "
    "закон земля край країна мир місто надія народ новини перемога правда "
    "право "
    "рада рух свобода сила слово слуга союз справа україна час шлях ";

/* Folded words of a name, parted by blanks, and how many letters they have. */
static unsigned
fold_name(const char *name, struct buf *key, unsigned *letters)
{
	const char *end = name + strlen(name);
	struct fold_word word;
	unsigned words = 0;

	buf_reset(key);
	for (*letters = 0; fold_next(&name, end, &word); words++) {
		if (words > 0)
			buf_add_char(key, ' ');
		for (unsigned i = 0; i < word.len && i < FOLD_WORD_MAX; i++)
			fold_put_letter(key, word.letter[i]);
		*letters += word.len;
	}
	return words;
}

static bool
is_capitals(const char *name)
{
	struct fold_shape shape;

	fold_shape(name, name + strlen(name), &shape);
	return shape.upper;
}

static bool
is_short(const char *name, unsigned letters)
{
	const char *p = name, *end = name + strlen(name);
	struct fold_word word;

	if (nospace_is_name(name) ||
	    (fold_next(&p, end, &word) && word.len > 0 &&
		word.letter[0] >= HANGUL))
		return letters < SYLLABLES_MIN;
	return letters < LETTERS_MIN;
}

/* Why a name is doubtful, by its folded words, NULL when it is not. */
static const char *
why_common(const char *name, const char *key, unsigned words, unsigned letters)
{
	if (strspn(key, "0123456789 ") == strlen(key))
		return "a number";
	if (is_short(name, letters))
		return "very short";
	if (words != 1)
		return NULL;
	if (strings_is_listed(given_names, key))
		return "a given name";
	return strings_is_listed(common_words, key) ? "a common word" : NULL;
}

bool
lint_is_common(const char *name)
{
	struct buf key = BUF_INIT;
	unsigned letters, words = fold_name(name, &key, &letters);
	struct fold_shape shape;
	bool common;

	fold_shape(name, name + strlen(name), &shape);
	/* A word written small asks for no capital. */
	common = words == 0 || (words == 1 && shape.lower) ||
		 (!shape.upper &&
		     why_common(name, buf_str(&key), words, letters) != NULL);
	buf_clear(&key);
	return common;
}

/* What stands between two words of the name that the matcher does not pass
 * over; its length, 0 when there is nothing such. */
static size_t
find_barrier(const char *name, const char **barrier)
{
	const char *end = name + strlen(name);
	struct fold_word before, word;

	if (nospace_is_name(name) || !fold_next(&name, end, &before))
		return 0;
	for (; fold_next(&name, end, &word); before = word) {
		if (fold_is_glue(&before, word.start))
			continue;
		*barrier = before.end;
		return (size_t)(word.start - before.end);
	}
	return 0;
}

bool
lint_is_findable(const char *name)
{
	const char *barrier;

	return find_barrier(name, &barrier) == 0;
}

struct lint {
	const struct match_entity *entities;
	lint_on_warning on_warning;
	void *arg;
	struct map owners; /* from folded names to places of entities */
	char **keys;       /* owned, for owners */
	size_t keys_len;
	struct buf key, message;
};

static void
warn_common(struct lint *l, size_t entity, size_t name, unsigned letters,
    unsigned words)
{
	const struct match_entity *e = &l->entities[entity];
	const char *text = e->names[name].text;
	const char *why = why_common(text, buf_str(&l->key), words, letters);
	enum match_case letter_case = e->names[name].letter_case;

	if (why == NULL || e->near_len > 0)
		return;
	buf_reset(&l->message);
	if (!is_capitals(text) || letter_case == MATCH_CASE_ANY)
		buf_addf(&l->message,
		    "the name \"%s\" is %s and will be found where others "
		    "are meant: give a longer name, or words under \"near\"",
		    text, why);
	else if (is_short(text, letters) && letter_case == MATCH_CASE_AUTO)
		buf_addf(&l->message,
		    "the name \"%s\" is very short and will be found wherever "
		    "it stands in capitals: give a longer name, words under "
		    "\"near\", or \"case: true\" if that is meant",
		    text);
	else
		return; /* the rules for acronyms watch over these */
	l->on_warning(l->arg, entity, name, buf_str(&l->message));
}

static void
warn_unreachable(struct lint *l, size_t entity, size_t name)
{
	const char *text = l->entities[entity].names[name].text, *barrier;
	size_t len = find_barrier(text, &barrier);

	if (len == 0)
		return;
	buf_reset(&l->message);
	buf_addf(&l->message,
	    "the name \"%s\" is never found: no name reaches over \"%.*s\"; "
	    "write it without, or as a regex",
	    text, (int)len, barrier);
	l->on_warning(l->arg, entity, name, buf_str(&l->message));
}

static void
warn_shared(struct lint *l, size_t entity, size_t name)
{
	char *key = xstrdup(buf_str(&l->key));
	size_t owner = map_add(&l->owners, key, entity);

	if (owner == MAP_NONE) {
		l->keys[l->keys_len++] = key;
		return;
	}
	free(key);
	if (owner == entity)
		return;
	buf_reset(&l->message);
	buf_addf(&l->message, "the name \"%s\" is also one of entity \"%s\"",
	    l->entities[entity].names[name].text, l->entities[owner].id);
	l->on_warning(l->arg, entity, name, buf_str(&l->message));
}

static void
warn_nameless(struct lint *l, size_t entity)
{
	buf_reset(&l->message);
	buf_addf(&l->message, "entity \"%s\" has no names: it is never found",
	    l->entities[entity].id);
	l->on_warning(l->arg, entity, 0, buf_str(&l->message));
}

static void
check_name(struct lint *l, size_t entity, size_t name)
{
	const struct match_name *given = &l->entities[entity].names[name];
	unsigned letters, words;

	if (given->regex)
		return;
	words = fold_name(given->text, &l->key, &letters);
	if (words == 0)
		l->on_warning(l->arg, entity, name,
		    "a name without letters matches nothing");
	else if (words > SET_NAME_TOKENS_MAX)
		l->on_warning(l->arg, entity, name,
		    "the name is too long: only its first 24 words count");
	if (words == 0)
		return;
	warn_common(l, entity, name, letters, words);
	warn_unreachable(l, entity, name);
	warn_shared(l, entity, name);
}

struct phrase {
	uint32_t entity; /* in the set */
	bool holds_name;
};

static void
on_name_in_phrase(void *arg, const struct match_mention *m)
{
	struct phrase *phrase = arg;

	phrase->holds_name |= m->entity == phrase->entity;
}

static void
check_phrase(struct lint *l, const struct match_set *set, uint32_t number,
    size_t entity, const char *text)
{
	/* Not told, and those whose endings count only when told. */
	static const char *const languages[] = {"und", "be", "da", "de", "et",
	    "fi", "hu", "lt", "lv", "mk", "ro", "sq", "sr", "tr"};
	struct phrase phrase = {number, false};

	for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++)
		match_explain(set, text, strlen(text), languages[i],
		    on_name_in_phrase, &phrase);
	if (phrase.holds_name)
		return;
	buf_reset(&l->message);
	buf_addf(&l->message,
	    "entity \"%s\": the excluded phrase \"%s\" holds none of its "
	    "names and hides nothing",
	    l->entities[entity].id, text);
	l->on_warning(l->arg, entity, l->entities[entity].names_len,
	    buf_str(&l->message));
}

/* Looks for the names of each entity in the phrases that it excludes. */
static void
check_phrases(struct lint *l, size_t len)
{
	struct match_entity *named = xcalloc(len, sizeof(*named));
	size_t *places = xcalloc(len, sizeof(*places));
	struct match_set *set;
	uint32_t count = 0;

	for (size_t i = 0; i < len; i++) {
		if (l->entities[i].exclude_len == 0)
			continue;
		named[count] = l->entities[i];
		named[count].exclude_len = named[count].near_len = 0;
		places[count++] = i;
	}
	set = count > 0 ? match_set_new(named, count) : NULL;
	for (uint32_t i = 0; i < count; i++) {
		const struct match_entity *e = &l->entities[places[i]];

		for (size_t k = 0; k < e->exclude_len; k++)
			check_phrase(l, set, i, places[i], e->exclude[k]);
	}
	match_set_free(set);
	free(named);
	free(places);
}

void
lint_names(const struct match_entity *entities, size_t len,
    lint_on_warning on_warning, void *arg)
{
	struct lint l = {.entities = entities,
	    .on_warning = on_warning,
	    .arg = arg,
	    .key = BUF_INIT,
	    .message = BUF_INIT};
	size_t names = 0;

	for (size_t i = 0; i < len; i++)
		names += entities[i].names_len;
	l.keys = xcalloc(names, sizeof(*l.keys));
	for (size_t i = 0; i < len; i++) {
		if (entities[i].names_len == 0)
			warn_nameless(&l, i);
		for (size_t k = 0; k < entities[i].names_len; k++)
			check_name(&l, i, k);
	}
	check_phrases(&l, len);
	map_clear(&l.owners);
	for (size_t i = 0; i < l.keys_len; i++)
		free(l.keys[i]);
	free(l.keys);
	buf_clear(&l.key);
	buf_clear(&l.message);
}
