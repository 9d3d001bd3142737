/*
 * Zones by their IANA names. Written by date_zone_table.py.
 */
#include "parse/date_zone_table.h"

/* clang-format off */
const struct date_summer date_summers[] = {
	{{0, 0, 0, 0}, {0, 0, 0, 0}},
	{{3, 0, 0, -60}, {10, 0, 0, -60}},
	{{3, 0, 0, 0}, {10, 0, 0, -60}},
	{{3, 0, 0, 0}, {10, 0, 0, 0}},
	{{3, 0, 0, 0}, {10, 0, 0, 120}},
	{{3, 0, 0, 60}, {10, 0, 0, 60}},
	{{3, 0, 0, 120}, {10, 0, 0, 120}},
	{{3, 0, 0, 180}, {10, 0, 0, 180}},
	{{3, 2, 0, 0}, {11, 1, 0, 0}},
	{{3, 2, 0, 120}, {11, 1, 0, 60}},
	{{3, 4, 4, 1560}, {10, 0, 0, 60}},
	{{3, 4, 4, 3000}, {10, 4, 4, 2940}},
	{{4, 0, 5, 0}, {10, 0, 4, 1380}},
	{{9, 0, 0, 120}, {4, 1, 0, 120}},
	{{9, 0, 0, 165}, {4, 1, 0, 165}},
	{{9, 1, 6, 1320}, {4, 1, 6, 1260}},
	{{9, 1, 6, 1440}, {4, 1, 6, 1380}},
	{{10, 1, 0, 120}, {4, 1, 0, 120}},
};

const struct date_zone date_zones[] = {
	{-660, 0,
	    "pacific/midway pacific/niue pacific/pago_pago pacific/samoa "
	    "us/samoa "},
	{-600, 9,
	    "america/adak america/atka us/aleutian "},
	{-600, 0,
	    "pacific/honolulu pacific/johnston pacific/rarotonga "
	    "pacific/tahiti us/hawaii "},
	{-570, 0,
	    "pacific/marquesas "},
	{-540, 9,
	    "america/anchorage america/juneau america/metlakatla "
	    "america/nome america/sitka america/yakutat us/alaska "},
	{-540, 0,
	    "pacific/gambier "},
	{-480, 9,
	    "america/ensenada america/los_angeles america/santa_isabel "
	    "america/tijuana america/vancouver canada/pacific "
	    "mexico/bajanorte pt us/pacific "},
	{-480, 0,
	    "pacific/pitcairn "},
	{-420, 9,
	    "america/boise america/cambridge_bay america/ciudad_juarez "
	    "america/denver america/edmonton america/inuvik "
	    "america/shiprock america/yellowknife canada/mountain mt "
	    "us/mountain "},
	{-420, 0,
	    "america/creston america/dawson america/dawson_creek "
	    "america/fort_nelson america/hermosillo america/mazatlan "
	    "america/phoenix america/whitehorse canada/yukon "
	    "mexico/bajasur us/arizona "},
	{-360, 9,
	    "america/chicago america/indiana/knox "
	    "america/indiana/tell_city america/knox_in america/matamoros "
	    "america/menominee america/north_dakota/beulah "
	    "america/north_dakota/center america/north_dakota/new_salem "
	    "america/ojinaga america/rainy_river america/rankin_inlet "
	    "america/resolute america/winnipeg canada/central ct "
	    "us/central "},
	{-360, 15,
	    "chile/easterisland pacific/easter "},
	{-360, 0,
	    "america/bahia_banderas america/belize america/chihuahua "
	    "america/costa_rica america/el_salvador america/guatemala "
	    "america/managua america/merida america/mexico_city "
	    "america/monterrey america/regina america/swift_current "
	    "america/tegucigalpa canada/saskatchewan mexico/general "
	    "pacific/galapagos "},
	{-300, 8,
	    "america/havana "},
	{-300, 9,
	    "america/detroit america/fort_wayne america/grand_turk "
	    "america/indiana/indianapolis america/indiana/marengo "
	    "america/indiana/petersburg america/indiana/vevay "
	    "america/indiana/vincennes america/indiana/winamac "
	    "america/indianapolis america/iqaluit "
	    "america/kentucky/louisville america/kentucky/monticello "
	    "america/louisville america/montreal america/nassau "
	    "america/new_york america/nipigon america/pangnirtung "
	    "america/thunder_bay america/toronto canada/eastern et "
	    "us/eastern us/michigan "},
	{-300, 0,
	    "america/atikokan america/bogota america/cancun "
	    "america/cayman america/coral_harbour america/eirunepe "
	    "america/guayaquil america/jamaica america/lima "
	    "america/panama america/porto_acre america/rio_branco "
	    "brazil/acre "},
	{-240, 9,
	    "america/glace_bay america/goose_bay america/halifax "
	    "america/moncton america/thule at atlantic/bermuda "
	    "canada/atlantic "},
	{-240, 16,
	    "america/santiago chile/continental "},
	{-240, 0,
	    "america/anguilla america/antigua america/aruba "
	    "america/barbados america/boa_vista america/campo_grande "
	    "america/caracas america/cuiaba america/curacao "
	    "america/dominica america/grenada america/guadeloupe "
	    "america/guyana america/kralendijk america/la_paz "
	    "america/lower_princes america/manaus america/marigot "
	    "america/martinique america/montserrat america/port_of_spain "
	    "america/porto_velho america/puerto_rico "
	    "america/santo_domingo america/st_barthelemy america/st_kitts "
	    "america/st_lucia america/st_thomas america/st_vincent "
	    "america/tortola america/virgin brazil/west "},
	{-210, 9,
	    "america/st_johns canada/newfoundland "},
	{-180, 9,
	    "america/miquelon "},
	{-180, 0,
	    "america/araguaina america/argentina/buenos_aires "
	    "america/argentina/catamarca america/argentina/comodrivadavia "
	    "america/argentina/cordoba america/argentina/jujuy "
	    "america/argentina/la_rioja america/argentina/mendoza "
	    "america/argentina/rio_gallegos america/argentina/salta "
	    "america/argentina/san_juan america/argentina/san_luis "
	    "america/argentina/tucuman america/argentina/ushuaia "
	    "america/asuncion america/bahia america/belem "
	    "america/buenos_aires america/catamarca america/cayenne "
	    "america/cordoba america/coyhaique america/fortaleza "
	    "america/jujuy america/maceio america/mendoza "
	    "america/montevideo america/paramaribo america/punta_arenas "
	    "america/recife america/rosario america/santarem "
	    "america/sao_paulo antarctica/palmer antarctica/rothera "
	    "atlantic/stanley brazil/east "},
	{-120, 1,
	    "america/godthab america/nuuk america/scoresbysund "},
	{-120, 0,
	    "america/noronha atlantic/south_georgia brazil/denoronha "},
	{-60, 3,
	    "atlantic/azores "},
	{-60, 0,
	    "atlantic/cape_verde "},
	{0, 4,
	    "europe/dublin "},
	{0, 5,
	    "atlantic/canary atlantic/faeroe atlantic/faroe "
	    "atlantic/madeira europe/belfast europe/guernsey "
	    "europe/isle_of_man europe/jersey europe/lisbon europe/london "},
	{0, 0,
	    "africa/abidjan africa/accra africa/bamako africa/banjul "
	    "africa/bissau africa/conakry africa/dakar africa/freetown "
	    "africa/lome africa/monrovia africa/nouakchott "
	    "africa/ouagadougou africa/sao_tome africa/timbuktu "
	    "america/danmarkshavn atlantic/reykjavik atlantic/st_helena "
	    "etc/gmt etc/greenwich etc/uct etc/universal etc/utc etc/zulu "},
	{60, 6,
	    "africa/ceuta arctic/longyearbyen atlantic/jan_mayen "
	    "europe/amsterdam europe/andorra europe/belgrade "
	    "europe/berlin europe/bratislava europe/brussels "
	    "europe/budapest europe/busingen europe/copenhagen "
	    "europe/gibraltar europe/ljubljana europe/luxembourg "
	    "europe/madrid europe/malta europe/monaco europe/oslo "
	    "europe/paris europe/podgorica europe/prague europe/rome "
	    "europe/san_marino europe/sarajevo europe/skopje "
	    "europe/stockholm europe/tirane europe/vaduz europe/vatican "
	    "europe/vienna europe/warsaw europe/zagreb europe/zurich "},
	{60, 0,
	    "africa/algiers africa/bangui africa/brazzaville "
	    "africa/casablanca africa/douala africa/el_aaiun "
	    "africa/kinshasa africa/lagos africa/libreville africa/luanda "
	    "africa/malabo africa/ndjamena africa/niamey africa/tunis "},
	{120, 2,
	    "asia/beirut "},
	{120, 6,
	    "europe/chisinau europe/tiraspol "},
	{120, 7,
	    "asia/famagusta asia/nicosia europe/athens europe/bucharest "
	    "europe/helsinki europe/kiev europe/kyiv europe/mariehamn "
	    "europe/nicosia europe/riga europe/sofia europe/tallinn "
	    "europe/uzhgorod europe/vilnius europe/zaporozhye "},
	{120, 10,
	    "asia/jerusalem asia/tel_aviv "},
	{120, 11,
	    "asia/gaza asia/hebron "},
	{120, 12,
	    "africa/cairo "},
	{120, 0,
	    "africa/blantyre africa/bujumbura africa/gaborone "
	    "africa/harare africa/johannesburg africa/juba "
	    "africa/khartoum africa/kigali africa/lubumbashi "
	    "africa/lusaka africa/maputo africa/maseru africa/mbabane "
	    "africa/tripoli africa/windhoek europe/kaliningrad "},
	{180, 0,
	    "africa/addis_ababa africa/asmara africa/asmera "
	    "africa/dar_es_salaam africa/djibouti africa/kampala "
	    "africa/mogadishu africa/nairobi antarctica/syowa asia/aden "
	    "asia/amman asia/baghdad asia/bahrain asia/damascus "
	    "asia/istanbul asia/kuwait asia/qatar asia/riyadh "
	    "europe/istanbul europe/kirov europe/minsk europe/moscow "
	    "europe/simferopol europe/volgograd indian/antananarivo "
	    "indian/comoro indian/mayotte "},
	{210, 0,
	    "asia/tehran "},
	{240, 0,
	    "asia/baku asia/dubai asia/muscat asia/tbilisi asia/yerevan "
	    "europe/astrakhan europe/samara europe/saratov "
	    "europe/ulyanovsk indian/mahe indian/mauritius indian/reunion "},
	{270, 0,
	    "asia/kabul "},
	{300, 0,
	    "antarctica/mawson antarctica/vostok asia/almaty asia/aqtau "
	    "asia/aqtobe asia/ashgabat asia/ashkhabad asia/atyrau "
	    "asia/dushanbe asia/karachi asia/oral asia/qostanay "
	    "asia/qyzylorda asia/samarkand asia/tashkent "
	    "asia/yekaterinburg indian/kerguelen indian/maldives "},
	{330, 0,
	    "asia/calcutta asia/colombo asia/kolkata "},
	{345, 0,
	    "asia/kathmandu asia/katmandu "},
	{360, 0,
	    "asia/bishkek asia/dacca asia/dhaka asia/kashgar asia/omsk "
	    "asia/thimbu asia/thimphu asia/urumqi indian/chagos "},
	{390, 0,
	    "asia/rangoon asia/yangon indian/cocos "},
	{420, 0,
	    "antarctica/davis asia/bangkok asia/barnaul asia/ho_chi_minh "
	    "asia/hovd asia/jakarta asia/krasnoyarsk asia/novokuznetsk "
	    "asia/novosibirsk asia/phnom_penh asia/pontianak asia/saigon "
	    "asia/tomsk asia/vientiane indian/christmas "},
	{480, 0,
	    "antarctica/casey asia/brunei asia/choibalsan asia/chongqing "
	    "asia/chungking asia/harbin asia/hong_kong asia/irkutsk "
	    "asia/kuala_lumpur asia/kuching asia/macao asia/macau "
	    "asia/makassar asia/manila asia/shanghai asia/singapore "
	    "asia/taipei asia/ujung_pandang asia/ulaanbaatar "
	    "asia/ulan_bator australia/perth australia/west "},
	{525, 0,
	    "australia/eucla "},
	{540, 0,
	    "asia/chita asia/dili asia/jayapura asia/khandyga "
	    "asia/pyongyang asia/seoul asia/tokyo asia/yakutsk "
	    "pacific/palau "},
	{570, 17,
	    "australia/adelaide australia/broken_hill australia/south "
	    "australia/yancowinna "},
	{570, 0,
	    "australia/darwin australia/north "},
	{600, 17,
	    "antarctica/macquarie australia/act australia/canberra "
	    "australia/currie australia/hobart australia/melbourne "
	    "australia/nsw australia/sydney australia/tasmania "
	    "australia/victoria "},
	{600, 0,
	    "antarctica/dumontdurville asia/vladivostok "
	    "australia/brisbane australia/lindeman australia/queensland "
	    "pacific/chuuk pacific/guam pacific/port_moresby "
	    "pacific/saipan pacific/truk pacific/yap "},
	{660, 17,
	    "pacific/norfolk "},
	{660, 0,
	    "asia/magadan asia/sakhalin asia/srednekolymsk "
	    "pacific/bougainville pacific/efate pacific/guadalcanal "
	    "pacific/kosrae pacific/noumea pacific/pohnpei pacific/ponape "},
	{720, 13,
	    "antarctica/mcmurdo antarctica/south_pole pacific/auckland "},
	{720, 0,
	    "asia/anadyr asia/kamchatka pacific/fiji pacific/funafuti "
	    "pacific/kwajalein pacific/majuro pacific/nauru "
	    "pacific/tarawa pacific/wake pacific/wallis "},
	{765, 14,
	    "pacific/chatham "},
	{780, 0,
	    "pacific/apia pacific/enderbury pacific/fakaofo "
	    "pacific/kanton pacific/tongatapu "},
	{840, 0,
	    "pacific/kiritimati "},
};

const size_t date_zones_len =
    sizeof(date_zones) / sizeof(date_zones[0]);
/* clang-format on */
