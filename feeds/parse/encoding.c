/*
 * Encodings by label. Tables of one-byte encodings come from iconv once; the
 * few encodings of several bytes keep a converter open, so that their modules
 * stay loaded in the sandbox. Both are set up before anything else runs and
 * never change afterwards.
 */
#include <ctype.h>
#include <iconv.h>
#include <string.h>

#include "base/strings.h"
#include "parse/encoding.h"

#define LABEL_MAX 31

static const struct encoding encodings[] = {{"UTF-8", ENCODING_UTF8},
    {"UTF-16", ENCODING_UTF16}, {"UTF-16LE", ENCODING_UTF16LE},
    {"UTF-16BE", ENCODING_UTF16BE}, {"UTF-32", ENCODING_UTF32},
    {"UTF-32LE", ENCODING_UTF32LE}, {"UTF-32BE", ENCODING_UTF32BE},
    {"UTF-7", ENCODING_UTF7}, {"GB18030", ENCODING_MULTI},
    {"BIG5-HKSCS", ENCODING_MULTI}, {"EUC-JP", ENCODING_MULTI},
    {"CP932", ENCODING_MULTI}, {"CP949", ENCODING_MULTI},
    {"JOHAB", ENCODING_MULTI}, {"ISO-2022-JP", ENCODING_STATE},
    {"ISO-2022-JP-3", ENCODING_STATE}, {"ISO-2022-KR", ENCODING_STATE},
    {"CP1250", ENCODING_BYTE}, {"CP1251", ENCODING_BYTE},
    {"CP1252", ENCODING_BYTE}, {"CP1253", ENCODING_BYTE},
    {"CP1254", ENCODING_BYTE}, {"CP1255", ENCODING_BYTE},
    {"CP1256", ENCODING_BYTE}, {"CP1257", ENCODING_BYTE},
    {"CP1258", ENCODING_BYTE}, {"CP874", ENCODING_BYTE},
    {"ISO-8859-2", ENCODING_BYTE}, {"ISO-8859-3", ENCODING_BYTE},
    {"ISO-8859-4", ENCODING_BYTE}, {"ISO-8859-5", ENCODING_BYTE},
    {"ISO-8859-6", ENCODING_BYTE}, {"ISO-8859-7", ENCODING_BYTE},
    {"ISO-8859-8", ENCODING_BYTE}, {"ISO-8859-10", ENCODING_BYTE},
    {"ISO-8859-13", ENCODING_BYTE}, {"ISO-8859-14", ENCODING_BYTE},
    {"ISO-8859-15", ENCODING_BYTE}, {"ISO-8859-16", ENCODING_BYTE},
    {"KOI8-R", ENCODING_BYTE}, {"KOI8-U", ENCODING_BYTE},
    {"KOI8-T", ENCODING_BYTE}, {"MACINTOSH", ENCODING_BYTE},
    {"MAC-CYRILLIC", ENCODING_BYTE}, {"MAC-CENTRALEUROPE", ENCODING_BYTE},
    {"MAC-IS", ENCODING_BYTE}, {"PT154", ENCODING_BYTE},
    {"RK1048", ENCODING_BYTE}, {"HP-ROMAN8", ENCODING_BYTE},
    {"CP437", ENCODING_BYTE}, {"CP737", ENCODING_BYTE},
    {"CP775", ENCODING_BYTE}, {"CP850", ENCODING_BYTE},
    {"CP852", ENCODING_BYTE}, {"IBM855", ENCODING_BYTE},
    {"CP857", ENCODING_BYTE}, {"CP858", ENCODING_BYTE},
    {"CP860", ENCODING_BYTE}, {"CP861", ENCODING_BYTE},
    {"CP862", ENCODING_BYTE}, {"CP863", ENCODING_BYTE},
    {"CP864", ENCODING_BYTE}, {"CP865", ENCODING_BYTE},
    {"CP866", ENCODING_BYTE}, {"CP869", ENCODING_BYTE},
    {"CP1125", ENCODING_BYTE}, {"IBM037", ENCODING_BYTE},
    {"IBM273", ENCODING_BYTE}, {"IBM424", ENCODING_BYTE},
    {"IBM500", ENCODING_BYTE}, {"IBM875", ENCODING_BYTE},
    {"IBM1026", ENCODING_BYTE}, {"IBM1140", ENCODING_BYTE},
    {"IBM856", ENCODING_BYTE}};

#define ENCODINGS_LEN (sizeof(encodings) / sizeof(encodings[0]))

static uint16_t tables[ENCODINGS_LEN][256];
static iconv_t kept_open[ENCODINGS_LEN];
static bool is_ready;

/* Labels without their punctuation and case, for each encoding by its name. */
static const struct {
	const char *labels; /* separated and ended by blanks */
	const char *name;
} labels[] = {
    {"utf8 u8 unicode11utf8 unicode20utf8 xunicode20utf8 utf8ucs4 cp65001 "
     "utf8mb4 ",
	"UTF-8"},
    {"utf16 u16 ucs2 iso10646ucs2 csunicode unicode unicodefeff xutf16 ",
	"UTF-16"},
    {"utf16le utf16littleendian ", "UTF-16LE"},
    {"utf16be unicodefffe utf16bigendian ", "UTF-16BE"},
    {"utf32 u32 ucs4 iso10646ucs4 csucs4 ", "UTF-32"},
    {"utf32le ", "UTF-32LE"},
    {"utf32be ", "UTF-32BE"},
    {"utf7 unicode11utf7 u7 csutf7 csunicode11utf7 ", "UTF-7"},
    {"gb18030 gbk xgbk gb2312 gb231280 csgb2312 csiso58gb231280 chinese "
     "isoir58 eucgb2312cn eucgb2312 gb23121980 xmacsimpchinese cp936 936 ms936 "
     "windows936 euccn gb180302000 ",
	"GB18030"},
    {"big5 big5hkscs cnbig5 csbig5 xxbig5 big5tw xmactradchinese cp950 950 "
     "ms950 hkscs ",
	"BIG5-HKSCS"},
    {"eucjp ujis xeucjp cseucpkdfmtjapanese eucjpms eucjis2004 eucjisx0213 "
     "extendedunixcodepackedformatforjapanese "
     "jisx0213 ",
	"EUC-JP"},
    {"shiftjis sjis xsjis csshiftjis ms932 mskanji windows31j xmscp932 "
     "cp932 932 windows932 shiftjis2004 shiftjisx0213 cswindows31j mscp932 "
     "sjis2004 sjisx0213 xmacjapanese ",
	"CP932"},
    {"euckr ksc56011987 ksc56011989 ksc5601 cseuckr ksc56011987 korean "
     "isoir149 windows949 csksc56011987 cp949 949 ms949 uhc ksx1001 "
     "xmackorean ",
	"CP949"},
    {"johab cp1361 ms1361 ", "JOHAB"},
    {"iso2022jp csiso2022jp iso2022jp1 iso2022jp2 iso2022jpext ",
	"ISO-2022-JP"},
    {"iso2022jp3 iso2022jp2004 ", "ISO-2022-JP-3"},
    {"iso2022kr csiso2022kr ", "ISO-2022-KR"},
    {"cp1250 windows1250 xcp1250 win1250 1250 ", "CP1250"},
    {"cp1251 windows1251 xcp1251 win1251 1251 windowscyrillic ", "CP1251"},
    {"cp1252 windows1252 xcp1252 win1252 1252 ascii ansix341968 cp819 "
     "csisolatin1 ibm819 iso88591 iso885911987 isoir100 l1 latin1 usascii "
     "us cp367 ibm367 iso646us csascii isoir6 ansix341986 iso646irv1991 646 "
     "88591 8859 iso8859 latin 819 ansi ",
	"CP1252"},
    {"cp1253 windows1253 xcp1253 win1253 1253 ", "CP1253"},
    {"cp1254 windows1254 xcp1254 win1254 1254 csisolatin5 iso88599 "
     "iso885991989 isoir148 l5 latin5 88599 ",
	"CP1254"},
    {"cp1255 windows1255 xcp1255 win1255 1255 ", "CP1255"},
    {"cp1256 windows1256 xcp1256 win1256 1256 ", "CP1256"},
    {"cp1257 windows1257 xcp1257 win1257 1257 ", "CP1257"},
    {"cp1258 windows1258 xcp1258 win1258 1258 ", "CP1258"},
    {"cp874 windows874 dos874 iso885911 iso8859112001 tis620 tis6200 thai "
     "tis62025291 isoir166 874 tis62025290 ",
	"CP874"},
    {"iso88592 iso885921987 csisolatin2 isoir101 l2 latin2 88592 ",
	"ISO-8859-2"},
    {"iso88593 iso885931988 csisolatin3 isoir109 l3 latin3 88593 ",
	"ISO-8859-3"},
    {"iso88594 iso885941988 csisolatin4 isoir110 l4 latin4 88594 ",
	"ISO-8859-4"},
    {"iso88595 iso885951988 csisolatincyrillic cyrillic isoir144 88595 ",
	"ISO-8859-5"},
    {"iso88596 iso885961987 csisolatinarabic arabic asmo708 ecma114 isoir127 "
     "iso88596e iso88596i csiso88596e csiso88596i 88596 ",
	"ISO-8859-6"},
    {"iso88597 iso885971987 csisolatingreek ecma118 elot928 greek greek8 "
     "isoir126 suneugreek 88597 ",
	"ISO-8859-7"},
    {"iso88598 iso885981988 csisolatinhebrew hebrew visual iso88598e "
     "iso88598i logical csiso88598e csiso88598i isoir138 88598 ",
	"ISO-8859-8"},
    {"iso885910 csisolatin6 isoir157 l6 latin6 iso8859101992 885910 ",
	"ISO-8859-10"},
    {"iso885913 latin7 l7 885913 isoir179 ", "ISO-8859-13"},
    {"iso885914 latin8 l8 885914 isoir199 isoceltic iso8859141998 ",
	"ISO-8859-14"},
    {"iso885915 csisolatin9 l9 latin9 885915 ", "ISO-8859-15"},
    {"iso885916 latin10 l10 iso8859162001 isoir226 885916 ", "ISO-8859-16"},
    {"koi8r koi8 koi cskoi8r ", "KOI8-R"},
    {"koi8u koi8ru ", "KOI8-U"},
    {"koi8t ", "KOI8-T"},
    {"macintosh csmacintosh mac xmacroman macroman ", "MACINTOSH"},
    {"maccyrillic xmaccyrillic xmacukrainian macukrainian ", "MAC-CYRILLIC"},
    {"maccentraleurope xmacce maclatin2 maccenteuro macce ",
	"MAC-CENTRALEUROPE"},
    {"maciceland macis ", "MAC-IS"},
    {"pt154 ptcp154 csptcp154 cyrillicasian cp154 ", "PT154"},
    {"rk1048 kz1048 strk10482002 ", "RK1048"},
    {"hproman8 roman8 r8 cshproman8 cp1051 ibm1051 ", "HP-ROMAN8"},
    {"cspc8codepage437 ", "CP437"},
    {"cspc775baltic ", "CP775"},
    {"cspc850multilingual ", "CP850"},
    {"cspcp852 ", "CP852"},
    {"cspc862latinhebrew ", "CP862"},
    {"ruscii cp866u ", "CP1125"},
    {"cpgr ", "CP869"},
    {"cpis ", "CP861"},
    {"ibm856 cp856 856 csibm856 ", "IBM856"},
    {"ebcdiccpus ebcdiccpca ebcdiccpwt ebcdiccpnl ", "IBM037"},
    {"ebcdiccphe ", "IBM424"},
    {"ebcdiccpbe ebcdiccpch ", "IBM500"},
};

static void
make_table(iconv_t converter, uint16_t table[256])
{
	for (int i = 0; i < 256; i++) {
		char byte = (char)i, *in = &byte;
		unsigned char out[8];
		char *out_at = (char *)out;
		size_t in_left = 1, out_left = sizeof(out);

		iconv(converter, NULL, NULL, NULL, NULL);
		/* A byte without meaning stays itself: the C1 controls that
		 * the WHATWG tables have there. */
		table[i] = i >= 0x80 && i < 0xA0 ? (uint16_t)i : 0xFFFD;
		if (iconv(converter, &in, &in_left, &out_at, &out_left) !=
			(size_t)-1 &&
		    iconv(converter, NULL, NULL, &out_at, &out_left) !=
			(size_t)-1 &&
		    out_left == 6)
			table[i] = (uint16_t)(out[0] | out[1] << 8);
	}
}

void
encoding_init_process(void)
{
	if (is_ready)
		return;
	is_ready = true;
	for (size_t i = 0; i < ENCODINGS_LEN; i++) {
		bool is_byte = encodings[i].kind == ENCODING_BYTE;
		iconv_t converter;

		if (!is_byte && encodings[i].kind != ENCODING_MULTI &&
		    encodings[i].kind != ENCODING_STATE)
			continue;
		converter = iconv_open(
		    is_byte ? "UTF-16LE" : "UTF-8", encodings[i].name);
		if (converter == (iconv_t)-1)
			continue;
		if (is_byte) {
			make_table(converter, tables[i]);
			iconv_close(converter);
		} else
			kept_open[i] = converter;
	}
}

const uint16_t *
encoding_table(const struct encoding *encoding)
{
	return tables[encoding - encodings];
}

static const struct encoding *
find_by_name(const char *name)
{
	for (size_t i = 0; i < ENCODINGS_LEN; i++)
		if (strcmp(encodings[i].name, name) == 0)
			return &encodings[i];
	return NULL;
}

/* A code page by its number alone: "IBM850", "csIBM850", "850". */
static const struct encoding *
find_by_number(const char *label)
{
	const char *number = label + strcspn(label, "0123456789");

	if (*number == '\0' || strlen(number) > 4)
		return NULL;
	for (size_t i = 0; i < ENCODINGS_LEN; i++) {
		const char *name = encodings[i].name;

		if ((strncmp(name, "CP", 2) == 0 &&
			strcmp(name + 2, number) == 0) ||
		    (strncmp(name, "IBM", 3) == 0 &&
			strcmp(name + 3, number) == 0))
			return &encodings[i];
	}
	return NULL;
}

static bool
is_code_page_prefix(const char *label)
{
	static const char *const prefixes[] = {
	    "cp", "ibm", "csibm", "windows", "win", "xcp", "dos", "ccsid", ""};
	size_t len = strcspn(label, "0123456789");

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strlen(prefixes[i]) == len &&
		    strncmp(label, prefixes[i], len) == 0)
			return true;
	return false;
}

const struct encoding *
encoding_find(const char *label, size_t len)
{
	char plain[LABEL_MAX + 1];
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)label[i]))
			continue;
		if (used == LABEL_MAX)
			return NULL;
		plain[used++] = (char)tolower((unsigned char)label[i]);
	}
	plain[used] = '\0';
	if (used == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strings_is_listed(labels[i].labels, plain))
			return find_by_name(labels[i].name);
	return is_code_page_prefix(plain) ? find_by_number(plain) : NULL;
}
