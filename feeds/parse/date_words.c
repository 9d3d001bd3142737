/*
 * Words in dates, folded, in many languages.
 */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "parse/date_words.h"

struct word {
	const char *text;
	int value;
};

/* U+00C0 to U+017F without accents; - where there is no such letter. */
static const char latin[] =
    "aaaaaaaceeeeiiiidnooooo-ouuuuytsaaaaaaaceeeeiiiidnooooo-ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllll"
    "llnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* Greek accented small letters and final sigma with their plain forms. */
static const uint16_t greek[][2] = {{0x3AC, 0x3B1}, {0x3AD, 0x3B5},
    {0x3AE, 0x3B7}, {0x3AF, 0x3B9}, {0x390, 0x3B9}, {0x3CA, 0x3B9},
    {0x3CC, 0x3BF}, {0x3CD, 0x3C5}, {0x3CB, 0x3C5}, {0x3CE, 0x3C9},
    {0x3C2, 0x3C3}, {0x386, 0x3B1}, {0x388, 0x3B5}, {0x389, 0x3B7},
    {0x38A, 0x3B9}, {0x38C, 0x3BF}, {0x38E, 0x3C5}, {0x38F, 0x3C9}};

/* Sorted by their bytes. */
static const struct word months[] = {
    {"abr", 4},
    {"abril", 4},
    {"ago", 8},
    {"agost", 8},
    {"agosto", 8},
    {"agu", 8},
    {"agustos", 8},
    {"aou", 8},
    {"aout", 8},
    {"apr", 4},
    {"april", 4},
    {"aprile", 4},
    {"aprilie", 4},
    {"aprilis", 4},
    {"ara", 12},
    {"aralik", 12},
    {"aug", 8},
    {"august", 8},
    {"augusti", 8},
    {"augustus", 8},
    {"augusztus", 8},
    {"avr", 4},
    {"avril", 4},
    {"bre", 3},
    {"brezen", 3},
    {"brezna", 3},
    {"cerven", 6},
    {"cervence", 7},
    {"cervenec", 7},
    {"cervna", 6},
    {"cvc", 7},
    {"cvn", 6},
    {"cze", 6},
    {"czerwca", 6},
    {"czerwiec", 6},
    {"dec", 12},
    {"december", 12},
    {"decembre", 12},
    {"decembrie", 12},
    {"des", 12},
    {"desember", 12},
    {"desembre", 12},
    {"dez", 12},
    {"dezember", 12},
    {"dezembro", 12},
    {"dic", 12},
    {"dicembre", 12},
    {"diciembre", 12},
    {"dub", 4},
    {"duben", 4},
    {"dubna", 4},
    {"eki", 10},
    {"ekim", 10},
    {"elokuu", 8},
    {"elokuuta", 8},
    {"ene", 1},
    {"enero", 1},
    {"eyl", 9},
    {"eylul", 9},
    {"feb", 2},
    {"febb", 2},
    {"febbraio", 2},
    {"feber", 2},
    {"febr", 2},
    {"febrer", 2},
    {"febrero", 2},
    {"februar", 2},
    {"februari", 2},
    {"februarie", 2},
    {"february", 2},
    {"fev", 2},
    {"fevereiro", 2},
    {"fevr", 2},
    {"fevrier", 2},
    {"gen", 1},
    {"gener", 1},
    {"genn", 1},
    {"gennaio", 1},
    {"giu", 6},
    {"giugno", 6},
    {"gru", 12},
    {"grudnia", 12},
    {"grudzien", 12},
    {"haz", 6},
    {"haziran", 6},
    {"heinakuu", 7},
    {"heinakuuta", 7},
    {"helmikuu", 2},
    {"helmikuuta", 2},
    {"huhtikuu", 4},
    {"huhtikuuta", 4},
    {"ian", 1},
    {"ianuarie", 1},
    {"iul", 7},
    {"iulie", 7},
    {"iun", 6},
    {"iunie", 6},
    {"jaan", 1},
    {"jaanuar", 1},
    {"jan", 1},
    {"janeiro", 1},
    {"janner", 1},
    {"januar", 1},
    {"januari", 1},
    {"january", 1},
    {"janv", 1},
    {"janvier", 1},
    {"joulukuu", 12},
    {"joulukuuta", 12},
    {"jui", 6},
    {"juil", 7},
    {"juillet", 7},
    {"juin", 6},
    {"jul", 7},
    {"julho", 7},
    {"juli", 7},
    {"julio", 7},
    {"juliol", 7},
    {"julius", 7},
    {"july", 7},
    {"jun", 6},
    {"june", 6},
    {"junho", 6},
    {"juni", 6},
    {"junio", 6},
    {"junius", 6},
    {"juny", 6},
    {"kas", 11},
    {"kasim", 11},
    {"kesakuu", 6},
    {"kesakuuta", 6},
    {"kve", 5},
    {"kveten", 5},
    {"kvetna", 5},
    {"kwi", 4},
    {"kwiecien", 4},
    {"kwietnia", 4},
    {"led", 1},
    {"leden", 1},
    {"ledna", 1},
    {"lip", 7},
    {"lipca", 7},
    {"lipiec", 7},
    {"lis", 11},
    {"listopad", 11},
    {"listopada", 11},
    {"lokakuu", 10},
    {"lokakuuta", 10},
    {"lug", 7},
    {"luglio", 7},
    {"lut", 2},
    {"lutego", 2},
    {"luty", 2},
    {"maaliskuu", 3},
    {"maaliskuuta", 3},
    {"maart", 3},
    {"maerz", 3},
    {"mag", 5},
    {"maggio", 5},
    {"mai", 5},
    {"maig", 5},
    {"maio", 5},
    {"maj", 5},
    {"maja", 5},
    {"majus", 5},
    {"mar", 3},
    {"marc", 3},
    {"marca", 3},
    {"march", 3},
    {"marcius", 3},
    {"marco", 3},
    {"marraskuu", 11},
    {"marraskuuta", 11},
    {"mars", 3},
    {"mart", 3},
    {"martie", 3},
    {"marts", 3},
    {"marz", 3},
    {"marzec", 3},
    {"marzo", 3},
    {"may", 5},
    {"mayis", 5},
    {"mayo", 5},
    {"mei", 5},
    {"mrt", 3},
    {"mrz", 3},
    {"nis", 4},
    {"nisan", 4},
    {"noi", 11},
    {"noiembrie", 11},
    {"nov", 11},
    {"november", 11},
    {"novembre", 11},
    {"novembro", 11},
    {"noviembre", 11},
    {"oca", 1},
    {"ocak", 1},
    {"oct", 10},
    {"october", 10},
    {"octobre", 10},
    {"octombrie", 10},
    {"octubre", 10},
    {"okt", 10},
    {"oktober", 10},
    {"ott", 10},
    {"ottobre", 10},
    {"out", 10},
    {"outubro", 10},
    {"paz", 10},
    {"pazdziernik", 10},
    {"pazdziernika", 10},
    {"pro", 12},
    {"prosince", 12},
    {"prosinec", 12},
    {"rij", 10},
    {"rijen", 10},
    {"rijna", 10},
    {"sep", 9},
    {"sept", 9},
    {"septembar", 9},
    {"september", 9},
    {"septembre", 9},
    {"septembrie", 9},
    {"septiembre", 9},
    {"set", 9},
    {"setembre", 9},
    {"setembro", 9},
    {"setiembre", 9},
    {"sett", 9},
    {"settembre", 9},
    {"sie", 8},
    {"sierpien", 8},
    {"sierpnia", 8},
    {"sijecanj", 1},
    {"srp", 8},
    {"srpen", 8},
    {"srpna", 8},
    {"sty", 1},
    {"styczen", 1},
    {"stycznia", 1},
    {"sub", 2},
    {"subat", 2},
    {"syyskuu", 9},
    {"syyskuuta", 9},
    {"szept", 9},
    {"szeptember", 9},
    {"tammikuu", 1},
    {"tammikuuta", 1},
    {"tem", 7},
    {"temmuz", 7},
    {"toukokuu", 5},
    {"toukokuuta", 5},
    {"uno", 2},
    {"unor", 2},
    {"unora", 2},
    {"wrz", 9},
    {"wrzesien", 9},
    {"wrzesnia", 9},
    {"zar", 9},
    {"zari", 9},
    {"απρ", 4},
    {"απριλιοσ", 4},
    {"απριλιου", 4},
    {"αυγ", 8},
    {"αυγουστοσ", 8},
    {"αυγουστου", 8},
    {"δεκ", 12},
    {"δεκεμβριοσ", 12},
    {"δεκεμβριου", 12},
    {"ιαν", 1},
    {"ιανουαριοσ", 1},
    {"ιανουαριου", 1},
    {"ιουλ", 7},
    {"ιουλιοσ", 7},
    {"ιουλιου", 7},
    {"ιουν", 6},
    {"ιουνιοσ", 6},
    {"ιουνιου", 6},
    {"μαι", 5},
    {"μαιοσ", 5},
    {"μαιου", 5},
    {"μαρ", 3},
    {"μαρτιοσ", 3},
    {"μαρτιου", 3},
    {"νοε", 11},
    {"νοεμβριοσ", 11},
    {"νοεμβριου", 11},
    {"οκτ", 10},
    {"οκτωβριοσ", 10},
    {"οκτωβριου", 10},
    {"σεπ", 9},
    {"σεπτ", 9},
    {"σεπτεμβριοσ", 9},
    {"σεπτεμβριου", 9},
    {"φεβ", 2},
    {"φεβρ", 2},
    {"φεβρουαριοσ", 2},
    {"φεβρουαριου", 2},
    {"авг", 8},
    {"август", 8},
    {"августа", 8},
    {"апр", 4},
    {"апрель", 4},
    {"апреля", 4},
    {"април", 4},
    {"бер", 3},
    {"березень", 3},
    {"березня", 3},
    {"вер", 9},
    {"вересень", 9},
    {"вересня", 9},
    {"гру", 12},
    {"груд", 12},
    {"грудень", 12},
    {"грудня", 12},
    {"дек", 12},
    {"декабрь", 12},
    {"декабря", 12},
    {"декември", 12},
    {"жов", 10},
    {"жовт", 10},
    {"жовтень", 10},
    {"жовтня", 10},
    {"июл", 7},
    {"июль", 7},
    {"июля", 7},
    {"июн", 6},
    {"июнь", 6},
    {"июня", 6},
    {"кві", 4},
    {"квіт", 4},
    {"квітень", 4},
    {"квітня", 4},
    {"лип", 7},
    {"липень", 7},
    {"липня", 7},
    {"лис", 11},
    {"лист", 11},
    {"листопад", 11},
    {"листопада", 11},
    {"лют", 2},
    {"лютий", 2},
    {"лютого", 2},
    {"май", 5},
    {"мар", 3},
    {"март", 3},
    {"марта", 3},
    {"мая", 5},
    {"мај", 5},
    {"ноември", 11},
    {"ноя", 11},
    {"нояб", 11},
    {"ноябрь", 11},
    {"ноября", 11},
    {"окт", 10},
    {"октомври", 10},
    {"октябрь", 10},
    {"октября", 10},
    {"сен", 9},
    {"сент", 9},
    {"сентябрь", 9},
    {"сентября", 9},
    {"септември", 9},
    {"сер", 8},
    {"серп", 8},
    {"серпень", 8},
    {"серпня", 8},
    {"січ", 1},
    {"січень", 1},
    {"січня", 1},
    {"тра", 5},
    {"трав", 5},
    {"травень", 5},
    {"травня", 5},
    {"фев", 2},
    {"февр", 2},
    {"февраль", 2},
    {"февраля", 2},
    {"февруари", 2},
    {"чер", 6},
    {"черв", 6},
    {"червень", 6},
    {"червня", 6},
    {"юли", 7},
    {"юни", 6},
    {"янв", 1},
    {"январе", 1},
    {"январь", 1},
    {"января", 1},
    {"януар", 1},
    {"януари", 1},
};

/* Sorted. */
static const char *const fillers[] = {"a", "alle", "as", "at", "clock", "d",
    "de", "del", "di", "du", "e", "godz", "h", "hrs", "il", "klo", "kl",
    "kello", "la", "las", "le", "m", "o", "of", "on", "ore", "os", "rok",
    "roku", "s", "t", "the", "u", "uhr", "um", "w", "г", "года", "год", "о",
    "об", "року", "р", "στις", "в", "у"};

static const struct word halves[] = {{"am", 0}, {"pm", 1}, {"μμ", 1}, {"πμ", 0},
    {"오전", 0}, {"오후", 1}, {"午前", 0}, {"午後", 1}, {"上午", 0},
    {"下午", 1}, {"凌晨", 0}, {"早上", 0}, {"晚上", 1}, {"öö", 0}, {"oö", 0},
    {"os", 1}};

static uint32_t
fold_greek(uint32_t c)
{
	if (c >= 0x391 && c <= 0x3A9)
		return c + 0x20;
	for (size_t i = 0; i < sizeof(greek) / sizeof(greek[0]); i++)
		if (greek[i][0] == c)
			return greek[i][1];
	return c;
}

static uint32_t
fold_code(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 0x20;
	if (c >= 0xC0 && c < 0x180 && latin[c - 0xC0] != '-')
		return (unsigned char)latin[c - 0xC0];
	if (c >= 0x370 && c < 0x400)
		return fold_greek(c);
	if (c == 0x401 || c == 0x451)
		return 0x435;
	if (c >= 0x400 && c < 0x410)
		return c + 0x50;
	if (c >= 0x410 && c < 0x430)
		return c + 0x20;
	return c;
}

void
date_fold(const char *s, size_t len, char out[DATE_WORD_MAX + 1])
{
	size_t n, used = 0;
	uint32_t code;

	while (len > 0 && used + 4 <= DATE_WORD_MAX) {
		n = utf8_decode(s, len, &code);
		if (code == UINT32_MAX)
			code = '?';
		if (code < 0x300 || code >= 0x370) /* not a combining mark */
			used += utf8_encode(fold_code(code), out + used);
		s += n;
		len -= n;
	}
	out[used] = '\0';
}

static int
compare_word(const void *text, const void *word)
{
	return strcmp(text, ((const struct word *)word)->text);
}

int
date_month_of(const char *word)
{
	const struct word *found =
	    bsearch(word, months, sizeof(months) / sizeof(months[0]),
		sizeof(months[0]), compare_word);

	return found != NULL ? found->value : 0;
}

bool
date_is_filler(const char *word)
{
	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++)
		if (strcmp(word, fillers[i]) == 0)
			return true;
	return false;
}

int
date_half_of(const char *word)
{
	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++)
		if (strcmp(word, halves[i].text) == 0)
			return halves[i].value;
	return -1;
}
