/*
 * wirewatchd: watches news feeds and forwards alerts.
 *
 * Looks at its arguments and becomes the parent, a role, or the loader. The
 * map of all source files, pure code first, then what runs where:
 *
 * What everything stands on:
 *   feeds/base/buf.c                     byte string that grows
 *   feeds/base/hash.c                    64-bit hash whose values are stored
 *   feeds/base/json.c                    writes JSON
 *   feeds/base/map.c                     hash table from strings
 *   feeds/base/mem.c                     allocation that aborts
 *   feeds/base/strings.c                 list of strings
 *   feeds/base/utf8.c                    UTF-8, checked
 *
 * Text:
 *   feeds/text/base64.c                  base64 to bytes
 *   feeds/text/caseless.c                names without capitals and marks
 *   feeds/text/clean.c                   strangers' text made harmless
 *   feeds/text/entity.c                  character references of HTML
 *   feeds/text/entity_table.c            ... their names
 *   feeds/text/html.c                    plain text out of HTML
 *   feeds/text/html_tag.c                tags of HTML, leniently
 *   feeds/text/letter_table.c            characters, generated from Unicode
 *   feeds/text/related.c                 lines that lead to other articles
 *
 * Feed documents become items:
 *   feeds/parse/atom.c                   Atom 1.0 and 0.3
 *   feeds/parse/date.c                   dates of any form
 *   feeds/parse/date_iso.c               ... ISO 8601
 *   feeds/parse/date_text.c              ... words and numbers
 *   feeds/parse/date_words.c             ... months and days in many languages
 *   feeds/parse/date_zone.c              ... zones by name
 *   feeds/parse/date_zone_table.c        ... generated from zoneinfo
 *   feeds/parse/decode.c                 bytes of any encoding to UTF-8
 *   feeds/parse/document.c               elements come and go: scopes of a
 *   feeds/parse/encoding.c               encodings by WHATWG label
 *   feeds/parse/encoding_detect.c        encodings by looking at bytes
 *   feeds/parse/facts.c                  gathers the fields of a feed or item
 *   feeds/parse/feed_json.c              a feed written as JSON Feed 1.1
 *   feeds/parse/item.c                   the plain item
 *   feeds/parse/json_feed.c              JSON Feed read
 *   feeds/parse/link_header.c            Link headers of HTTP
 *   feeds/parse/json_mend.c              broken JSON made whole
 *   feeds/parse/links.c                  links in HTML made absolute
 *   feeds/parse/markup.c                 markup inside of texts
 *   feeds/parse/mend.c                   mends broken XML ahead of libxml2
 *   feeds/parse/mend_entity.c            ... entities of a DOCTYPE
 *   feeds/parse/mend_scan.c              ... how far its text goes
 *   feeds/parse/mend_tag.c               ... its tags
 *   feeds/parse/modules.c                dc, media, itunes and other modules
 *   feeds/parse/names.c                  names of elements, interned
 *   feeds/parse/opml.c                   OPML lists
 *   feeds/parse/page.c                   what a document is that is no feed
 *   feeds/parse/parser.c                 the parser as others see it
 *   feeds/parse/person.c                 authors
 *   feeds/parse/plain.c                  raw items to plain text
 *   feeds/parse/rss.c                    RSS 0.90 to 2.0, 1.1 and CDF
 *   feeds/parse/sitemap.c                sitemaps, of news too
 *   feeds/parse/stranger.c              what it is that is no feed
 *   feeds/parse/url.c                    references resolved, RFC 3986
 *   feeds/parse/xml.c                    libxml2, hardened and counted
 *
 * Names are found in text:
 *   feeds/match/accept.c                 rules about capitals and acronyms
 *   feeds/match/block.c                  the compiled block, checked
 *   feeds/match/compile.c                entities into the block
 *   feeds/match/endings.c                suffix tables of languages
 *   feeds/match/fold.c                   words and their folded letters
 *   feeds/match/fold_data.c              ... generated, too
 *   feeds/match/forms.c                  lists the forms of a name
 *   feeds/match/intern.c                 table of byte strings while compiling
 *   feeds/match/languages.c              languages that inflect names
 *   feeds/match/lint.c                   doubtful names
 *   feeds/match/match.c                  the matcher as others see it
 *   feeds/match/nospace.c                scripts without spaces
 *   feeds/match/reader.c                 letters and capitals, 64 bytes at a
 *   feeds/match/regex.c                  PCRE2 in a leash
 *   feeds/match/scan.c                   the way of a word
 *   feeds/match/settle.c                 which places found are mentions
 *   feeds/match/stems.c                  tokens into stems with ending classes
 *
 * Rules:
 *   feeds/rule/explain.c                 why a rule is met, or not
 *   feeds/rule/rule.c                    which rules an item meets
 *
 * Stories:
 *   feeds/story/diff.c                   versions of a text, word by word
 *   feeds/story/keys.c                   keys that tell copies from news
 *   feeds/story/language.c               languages as numbers
 *   feeds/story/line.c                   items as JSON Lines
 *   feeds/story/line_flat.c              ... the quick way
 *   feeds/story/postings.c               posting lists
 *   feeds/story/skeleton.c               names without script
 *   feeds/story/stop.c                   stop words
 *   feeds/story/story.c                  which story an item belongs to
 *   feeds/story/terms.c                  weighs words
 *   feeds/story/variant.c                which texts are versions of one
 *   feeds/story/window.c                 items and stories of 72 hours
 *   feeds/story/words.c                  text to folded words
 *
 * What the roles share:
 *   daemon/frame/access.c                how a feed is reached
 *   daemon/frame/address.c               the wall against addresses inside
 *   daemon/frame/alert_line.c            an alert as one line for people
 *   daemon/frame/ares_loop.c             c-ares on libevent
 *   daemon/frame/clock.c                 the system's clocks
 *   daemon/frame/config.c                life of a configuration
 *   daemon/frame/config_certificates.c   files of certificates
 *   daemon/frame/config_check.c          checks over the whole
 *   daemon/frame/config_folder.c         folders of systemd or configure
 *   daemon/frame/config_ids.c            ids, and who refers to them
 *   daemon/frame/config_include.c        main file, drop-ins, packs
 *   daemon/frame/config_lint.c           warnings
 *   daemon/frame/config_load.c           files to configuration
 *   daemon/frame/config_match.c          hands entities and rules over
 *   daemon/frame/config_opml.c           OPML outlines as feeds
 *   daemon/frame/config_problem.c        file:line:col: error: ...
 *   daemon/frame/config_reader.c         walks nodes along the schema
 *   daemon/frame/config_record.c         members of structs by offset
 *   daemon/frame/config_schema.c         the table of all keys
 *   daemon/frame/config_schema_entity.c  ... of entities
 *   daemon/frame/config_schema_feed.c    ... of feeds
 *   daemon/frame/config_schema_rule.c    ... of rules
 *   daemon/frame/config_schema_sink.c    ... of sinks and routes
 *   daemon/frame/config_secret.c         secrets from files
 *   daemon/frame/config_source.c         files as bytes and lines
 *   daemon/frame/config_value.c          durations, sizes, addresses
 *   daemon/frame/config_wire.c           a role's slice as bytes
 *   daemon/frame/config_yaml.c           libyaml to nodes with marks
 *   daemon/frame/curl_certificates.c     what TLS trusts
 *   daemon/frame/curl_hosts.c            what libcurl remembers of hosts
 *   daemon/frame/curl_loop.c             libcurl on libevent
 *   daemon/frame/curl_route.c            ... where a call leads
 *   daemon/frame/dns.c                   names to addresses, whatever fails
 *   daemon/frame/dns_cache.c             addresses for their time to live
 *   daemon/frame/domain.c                what one owner has: domains
 *   daemon/frame/hosts_file.c            names that need no name server
 *   daemon/frame/job.c                   messages of a fetch
 *   daemon/frame/log.c                   diagnostics
 *   daemon/frame/message.c               typed messages between roles
 *   daemon/frame/peer.c                  framing over a socket pair
 *   daemon/frame/proxy.c                 which proxy, if any
 *   daemon/frame/role.c                  what all roles share
 *   daemon/frame/sandbox.c               seccomp, landlock, limits
 *   daemon/frame/sign.c                  Standard Webhooks signatures
 *   daemon/frame/state.c                 how things stand, engine to desk
 *   daemon/frame/websub.c                messages of WebSub
 *
 * The store:
 *   daemon/store/apply.c                 statements behind each write
 *   daemon/store/batch.c                 what one transaction holds
 *   daemon/store/checkpoint.c            the log copied into the file, aside
 *   daemon/store/db.c                    one SQLite connection
 *   daemon/store/delivery.c              the outbox read
 *   daemon/store/find.c                  items and feeds by address
 *   daemon/store/known.c                 known items by their keys
 *   daemon/store/lock.c                  one process holds the store
 *   daemon/store/query.c                 filtered reads, page by page
 *   daemon/store/read.c                  feeds and what they have shown
 *   daemon/store/reader.c                the connection of the desk
 *   daemon/store/schema.c                tables and migrations
 *   daemon/store/store.c                 open, commit, close
 *   daemon/store/stories.c               stories read back
 *   daemon/store/tokens.c                words of the search index, quickly
 *   daemon/store/trail.c                 what became of items
 *   daemon/store/upkeep.c                search index and retention, in steps
 *   daemon/store/websub.c                subscriptions at hubs read
 *
 * The parent:
 *   daemon/parent/child.c                a role's process, restarted
 *   daemon/parent/listener.c             the socket of page and API
 *   daemon/parent/loader.c               reads the configuration aside
 *   daemon/parent/notify.c               talks to systemd
 *   daemon/parent/opened.c               what roles open before their sandbox
 *   daemon/parent/parent.c               children, signals, pings, stop
 *   daemon/parent/reload.c               swaps a configuration in
 *   daemon/parent/slices.c               memory files of a configuration
 *   daemon/parent/wiring.c               socket pairs between roles
 *
 * The engine:
 *   daemon/engine/alert.c                the JSON of an alert
 *   daemon/engine/backoff.c              how long a feed waits that failed
 *   daemon/engine/budget.c               shares out requests
 *   daemon/engine/commit.c               commit first, then tell
 *   daemon/engine/due_heap.c             feeds by due time
 *   daemon/engine/effort.c               what polling is worth
 *   daemon/engine/engine.c               the role
 *   daemon/engine/feed.c                 the table of feeds
 *   daemon/engine/feeds_file.c           feeds added by a command, as a drop-in
 *   daemon/engine/flood.c                too many items at a time
 *   daemon/engine/gap.c                  windows that rolled over
 *   daemon/engine/health.c               feeds that are down or silent
 *   daemon/engine/host_hold.c            hosts that asked for patience
 *   daemon/engine/hub_form.c             forms for WebSub hubs and clouds
 *   daemon/engine/intake.c               items and ends of fetches
 *   daemon/engine/job.c                  from the schedule to fetchers
 *   daemon/engine/judge.c                from an item to an alert
 *   daemon/engine/known.c                which known item it is
 *   daemon/engine/lane.c                 what waits for a fetcher
 *   daemon/engine/learn.c                from fetches to the schedule
 *   daemon/engine/links.c                who talks to the engine
 *   daemon/engine/log_archive.c          rotated logs
 *   daemon/engine/log_line.c             lines of the log, repaired
 *   daemon/engine/log_sink.c             store to rolling log
 *   daemon/engine/newness.c              what counts as news
 *   daemon/engine/outbox.c               deliveries and their retries
 *   daemon/engine/pace.c                 so many starts a second
 *   daemon/engine/plan.c                 how long a feed waits
 *   daemon/engine/quarantine.c           feeds that crash fetchers
 *   daemon/engine/redirect.c             permanent redirects, when to adopt
 *   daemon/engine/report.c               states for the desk
 *   daemon/engine/rhythm.c               when a feed publishes
 *   daemon/engine/rolling_log.c          the file written at present
 *   daemon/engine/route.c                which alerts go where
 *   daemon/engine/reach.c                whether the network is there
 *   daemon/engine/schedule.c             which feed is due
 *   daemon/engine/seen.c                 keys a feed has shown
 *   daemon/engine/sinks.c                the engine and its sinks
 *   daemon/engine/stories.c              stories of items
 *   daemon/engine/story_alerts.c         what a story tells, and when
 *   daemon/engine/subscription.c         the life of a WebSub subscription
 *   daemon/engine/tell.c                 alerts of items and stories
 *   daemon/engine/tick.c                 what happens each second
 *   daemon/engine/websub.c               subscriptions at WebSub hubs
 *   daemon/engine/websub_callback.c      what hubs say and bring
 *   daemon/engine/websub_signature.c     X-Hub-Signature checked
 *
 * The fetchers:
 *   daemon/fetcher/body.c                gather, hash, inflate
 *   daemon/fetcher/done.c               what is told at the end
 *   daemon/fetcher/exchange.c            one GET and its redirects
 *   daemon/fetcher/fetch.c               one job of the engine
 *   daemon/fetcher/fetcher.c             the role
 *   daemon/fetcher/handles.c             libcurl's handles, prepared
 *   daemon/fetcher/header.c              the head of an answer
 *   daemon/fetcher/hub.c                 forms posted to WebSub hubs
 *   daemon/fetcher/idle.c                connections worth keeping
 *   daemon/fetcher/obstacle.c            bot walls and their kin
 *   daemon/fetcher/reason.c              sentences for failures
 *   daemon/fetcher/recall.c              items known by their bytes
 *   daemon/fetcher/request.c             the headers of a GET
 *   daemon/fetcher/scan.c                document to new items with mentions
 *   daemon/fetcher/slots.c               connections in all and to a host
 *   daemon/fetcher/spans.c               where items seem to stand
 *   daemon/fetcher/watch.c               the names looked for
 *
 * The courier:
 *   daemon/courier/answer.c              what a receiver's answer means
 *   daemon/courier/courier.c             the role
 *   daemon/courier/delivery.c            one alert on its way
 *   daemon/courier/syslog_sink.c         sinks of type syslog
 *   daemon/courier/webhook.c             sinks of type webhook
 *
 * The desk:
 *   daemon/desk/action.c                 reload and poll
 *   daemon/desk/api.c                    the table of requests
 *   daemon/desk/api_explain.c            /api/v1/explain
 *   daemon/desk/api_feeds.c              /api/v1/feeds
 *   daemon/desk/api_status.c             /api/v1/status, /metrics, health
 *   daemon/desk/api_store.c              /api/v1/alerts, /api/v1/items
 *   daemon/desk/api_stories.c            /api/v1/stories
 *   daemon/desk/chunks.c                bodies that come in chunks
 *   daemon/desk/desk.c                   the role
 *   daemon/desk/events.c                 /api/v1/events (SSE)
 *   daemon/desk/explain.c                why an item alerted, or not
 *   daemon/desk/guard.c                  who may ask what
 *   daemon/desk/http.c                   connections
 *   daemon/desk/http_reply.c             replies and streams
 *   daemon/desk/listen.c                 listening sockets
 *   daemon/desk/metrics.c                Prometheus text
 *   daemon/desk/page.c                   the page
 *   daemon/desk/params.c                 query parameters
 *   daemon/desk/request.c                the head of a request
 *   daemon/desk/revisions.c              edits, with the words that differ
 *   daemon/desk/state.c                  feeds, sinks and roles as last told
 *   daemon/desk/story.c                  a story: who had what when
 *   daemon/desk/told.c                   alerts and where they went
 *   daemon/desk/websub.c                 callbacks of WebSub hubs
 *   daemon/desk/websub_query.c           what a hub asks
 *
 * The command line:
 *   daemon/cli/alert_print.c             alerts on a terminal
 *   daemon/cli/api.c                     HTTP over the daemon's socket
 *   daemon/cli/check.c                   wirewatch check
 *   daemon/cli/entity.c                  wirewatch entity
 *   daemon/cli/explain.c                 wirewatch explain
 *   daemon/cli/feed_table.c              columns of feeds and their troubles
 *   daemon/cli/feeds.c                   wirewatch feeds
 *   daemon/cli/feeds_add.c               wirewatch feeds add, feeds remove
 *   daemon/cli/fetch.c                   wirewatch fetch
 *   daemon/cli/group.c                   wirewatch group
 *   daemon/cli/look.c                    a feed to be, looked at
 *   daemon/cli/main.c                    the table of commands
 *   daemon/cli/match.c                   wirewatch match
 *   daemon/cli/parse.c                   wirewatch parse
 *   daemon/cli/poll.c                    wirewatch poll
 *   daemon/cli/print.c                   strangers' text for people
 *   daemon/cli/read_file.c               input files
 *   daemon/cli/reload.c                  wirewatch reload
 *   daemon/cli/search.c                  wirewatch search
 *   daemon/cli/status.c                  wirewatch status
 *   daemon/cli/stories.c                 wirewatch stories
 *   daemon/cli/story.c                   wirewatch story
 *   daemon/cli/table.c                   tables on a terminal
 *   daemon/cli/tail.c                    wirewatch tail
 *   daemon/cli/told_print.c              where alerts went
 *   daemon/cli/when.c                    ages and dates for people
 *   daemon/cli/wikidata.c                Wikidata's JSON as an entity pack
 */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "courier/courier.h"
#include "desk/desk.h"
#include "engine/engine.h"
#include "fetcher/fetcher.h"
#include "frame/config.h"
#include "frame/config_load.h"
#include "frame/log.h"
#include "frame/message.h"
#include "parent/loader.h"
#include "parent/parent.h"

#define EXIT_USAGE 64
#define EXIT_CONFIG 78

struct arguments {
	struct parent_options parent;
	bool check;
	const char *role; /* NULL: the parent */
	unsigned index;
	const char *log_format; /* NULL: text */
	bool prefix; /* lines with a priority, for the parent or journal */
};

static const char usage[] =
    "usage: wirewatchd [-c FILE] [-f] [-t] [-s] [-v] [-q] [--once]\n"
    "           [--log-level LEVEL] [--log-format text|json]\n"
    "\n"
    "  -c, --config FILE    read this configuration\n"
    "  -f, --foreground     stay in the foreground (it always does)\n"
    "  -t, --check-config   check the configuration and exit, 78 on errors\n"
    "  -s, --syslog         write diagnostics to syslog, not to stderr\n"
    "  -v, --verbose        write diagnostics of level debug, too\n"
    "  -q, --quiet          write warnings and errors only\n"
    "      --log-level LEVEL  error, warning, info or debug, in place of the\n"
    "                       configuration's log.level\n"
    "      --log-format FORM  text, or json for one object a line\n"
    "      --once           poll every feed once, deliver, exit\n"
    "  -V, --version        print the version\n"
    "  -h, --help           print this\n"
    "\n"
    "wirewatchd(8) says more.\n";

static int
check_config(const char *path)
{
	struct config_problems problems = {0};
	struct config *config = config_load_daemon(path, &problems);
	bool ok = config != NULL;

	config_problems_print(&problems, isatty(STDERR_FILENO));
	config_problems_clear(&problems);
	config_free(config);
	return ok ? 0 : EXIT_CONFIG;
}

static int
run_role(const struct arguments *arguments)
{
	static const struct {
		const char *name;
		int (*main)(unsigned index);
	} roles[] = {{"engine", engine_main}, {"fetcher", fetcher_main},
	    {"courier", courier_main}, {"desk", desk_main}};

	if (strcmp(arguments->role, "loader") == 0)
		return loader_main(arguments->parent.config_path);
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(arguments->role, roles[i].name) == 0)
			return roles[i].main(arguments->index);
	fprintf(stderr, "wirewatchd: no role \"%s\"\n", arguments->role);
	return EXIT_USAGE;
}

/* Fills arguments; returns -1 to go on, else the exit status. */
static int
read_arguments(int argc, char **argv, struct arguments *arguments)
{
	enum { ONCE = 256, ROLE, INDEX, PREFIX, LEVEL, FORMAT };
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"foreground", no_argument, NULL, 'f'},
	    {"check-config", no_argument, NULL, 't'},
	    {"syslog", no_argument, NULL, 's'},
	    {"verbose", no_argument, NULL, 'v'},
	    {"quiet", no_argument, NULL, 'q'},
	    {"log-level", required_argument, NULL, LEVEL},
	    {"log-format", required_argument, NULL, FORMAT},
	    {"once", no_argument, NULL, ONCE},
	    {"version", no_argument, NULL, 'V'},
	    {"help", no_argument, NULL, 'h'},
	    {"role", required_argument, NULL, ROLE},   /* internal */
	    {"index", required_argument, NULL, INDEX}, /* internal */
	    {"prefix", no_argument, NULL, PREFIX},     /* internal */
	    {NULL, 0, NULL, 0}};
	int c;

	while (
	    (c = getopt_long(argc, argv, "c:ftsvqVh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			arguments->parent.config_path = optarg;
			break;
		case 'f':
			break;
		case 't':
			arguments->check = true;
			break;
		case 's':
			arguments->parent.syslog = true;
			break;
		case 'v':
			arguments->parent.log_level = "debug";
			break;
		case 'q':
			arguments->parent.log_level = "warning";
			break;
		case LEVEL:
			arguments->parent.log_level = optarg;
			break;
		case FORMAT:
			arguments->log_format = optarg;
			break;
		case ONCE:
			arguments->parent.once = true;
			break;
		case ROLE:
			arguments->role = optarg;
			break;
		case INDEX:
			arguments->index = (unsigned)atoi(optarg);
			break;
		case PREFIX:
			arguments->prefix = true;
			break;
		case 'V':
			puts("wirewatchd " PACKAGE_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "wirewatchd: what is \"%s\"?\n%s", argv[optind], usage);
	return EXIT_USAGE;
}

/* What cannot be met, or NULL. */
static const char *
check_log_arguments(struct arguments *arguments)
{
	const char *format = arguments->log_format;

	if (arguments->parent.log_level != NULL &&
	    !log_fix_level(arguments->parent.log_level))
		return "--log-level takes error, warning, info or debug";
	if (format != NULL && strcmp(format, "text") != 0 &&
	    strcmp(format, "json") != 0)
		return "--log-format takes text or json";
	arguments->parent.json = format != NULL && strcmp(format, "json") == 0;
	if (arguments->parent.json && arguments->parent.syslog)
		return "--log-format json is for stderr, not for --syslog";
	return NULL;
}

/* systemd.exec(5): the device and inode of the journal's stream. The variable
 * alone is also that of a terminal which a desktop's service has started. */
static bool
is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	return stream != NULL &&
	       sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static enum log_form
choose_log_form(const struct arguments *arguments)
{
	if (arguments->parent.syslog)
		return LOG_FORM_SYSLOG;
	if (arguments->parent.json)
		return LOG_FORM_JSON;
	if (arguments->prefix || is_journal(STDERR_FILENO))
		return LOG_FORM_PREFIX;
	return LOG_FORM_TEXT;
}

/* A socket or a file that got the number of a closed one would be given the
 * diagnostics. */
static void
hold_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

int
main(int argc, char **argv)
{
	struct arguments arguments = {0};
	int status = read_arguments(argc, argv, &arguments);
	const char *fault;

	hold_standard_streams();
	if (status != -1)
		return status;
	fault = check_log_arguments(&arguments);
	if (fault != NULL) {
		fprintf(stderr, "wirewatchd: %s\n", fault);
		return EXIT_USAGE;
	}
	log_open(arguments.role, choose_log_form(&arguments));
	if (arguments.check)
		return check_config(arguments.parent.config_path);
	if (arguments.role != NULL)
		return run_role(&arguments);
	return parent_main(&arguments.parent);
}

#ifdef __SANITIZE_ADDRESS__
/* A sandboxed role cannot run the leak check, which needs ptrace. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif
