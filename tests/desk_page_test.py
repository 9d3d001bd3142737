"""The desk's page in a real browser: a hostile headline is text and no more,
alerts come live, and the keyboard is enough."""

import browser
from harness import Tap, check, need_programs, same
from stage import STAGE, Stage

HOSTILE = (
    "<img src=x onerror=\"document.title='OWNED'\">"
    "<script>document.title='OWNED'</script>"
    "<a href=javascript:document.title='OWNED'>Macron</a> & <b>"
)
HEADLINES = "[...document.querySelectorAll('.headline')].map(n => n.textContent)"
LIVE = "$('connection').innerText === 'live' && !isLoading"

# Whatever is asked for next is answered once letGo() is called.
HOLD = """(() => {
    const real = fetch, gate = new Promise((done) => { window.letGo = done; });
    window.fetch = async (...asked) => {
        window.fetch = real;
        const answer = await real(...asked);
        await gate;
        return answer;
    };
})()"""


def newest(stage):
    return stage.get("/api/v1/alerts?limit=1")[1]["alerts"][0]["seq"]


def wait_newest(stage, page):
    """Until the page was told of all alerts there are, and shows them."""
    seq = newest(stage)
    page.wait("lastSeq === %d && !isLoading" % seq)
    return seq


def hostile_headlines_are_text(stage, page):
    page.wait("document.querySelectorAll('#alerts li').length === 3")
    same(page.evaluate(HEADLINES), [HOSTILE] * 3, "headlines")
    same(page.evaluate("document.querySelector('.headline mark').textContent"),
         "Macron", "the mention is marked")
    same(page.evaluate("document.querySelectorAll('#alerts img, #alerts script,"
                       " #alerts b, #alerts iframe').length"), 0, "elements")
    page.wait("document.title === 'wirewatch'")
    same(page.complaints, [], "what the browser complained of")


def only_web_addresses_can_be_followed(stage, page):
    same(page.evaluate("[...document.querySelectorAll('#alerts a')].map(a => a.href)"),
         ["https://news.example/good"], "links")
    same(page.evaluate("document.querySelector('#alerts a').rel"),
         "noopener noreferrer", "rel")


def the_policy_forbids_scripts_in_the_page(stage, page):
    done = page.evaluate("""(() => { try {
        document.body.insertAdjacentHTML('beforeend',
            '<img src=x onerror="document.title=1">');
        return 'taken';
    } catch (error) { return error.name; } })()""")
    same(done, "TypeError", "markup from a string")
    _, headers, _ = stage.request("GET", "/", local=False)
    policy = headers["Content-Security-Policy"]
    check("default-src 'none'" in policy and "unsafe" not in policy, policy)


def alerts_come_live_and_pause(stage, page):
    page.wait(LIVE)
    stage.cue("alerts", 1)
    page.wait(HEADLINES + "[0] === 'Macron, report 4'")
    page.press("p")
    stage.cue("alerts", 2)
    page.wait("document.querySelector('#connection').textContent.includes('2 new')")
    same(page.evaluate(HEADLINES + "[0]"), "Macron, report 4", "held back")
    page.press("p")
    page.wait(HEADLINES + "[0] === 'Macron, report 6'")


def the_keyboard_searches_and_chooses(stage, page):
    page.press("/")
    for letter in "report":
        page.press(letter)
    page.wait("document.querySelectorAll('#alerts li').length === 3")
    page.press("Escape")
    page.wait("document.querySelectorAll('#alerts li').length === 6")
    page.press("j")
    page.press("j")
    same(page.evaluate("document.querySelector('.chosen .headline').textContent"),
         "Macron, report 5", "the second row")
    same(page.evaluate("document.activeElement.ariaLabel"),
         "routine Outlet 1: Macron, report 5", "what is read out of it")
    stage.cue("feed", "feed-3", "failing", "timeout after 20 s")
    page.press("f")
    page.wait("document.querySelectorAll('#feeds tr').length === 3")
    page.wait("document.querySelector('#feeds tr').textContent.includes('feed-3')")
    page.press("j")
    page.evaluate("loadFeeds()")
    same(page.evaluate("document.activeElement.dataset.feed + document.activeElement.className"),
         "feed-3chosen", "the row once its table was read again")
    page.press("a")
    page.wait("!document.querySelector('#alerts-view').hidden")


def a_late_answer_of_another_filter_is_dropped(stage, page):
    page.press("f")
    page.wait("document.querySelectorAll('#feeds tr').length === 3")
    rows = page.evaluate("""(async () => {
        %s, 0;
        const late = loadFeeds();
        $('feeds-text').value = 'feed-2';
        const rows = () => $('feeds').textContent.match(/feed-[0-9]/g).join();
        while (rows() !== 'feed-2')
            await loadFeeds(); // which a look may have dropped
        letGo();
        await late;
        return rows();
    })()""" % HOLD)
    same(rows, "feed-2", "feeds that meet the filter")


def an_error_selected_meanwhile_stays_selected(stage, page):
    kept = page.evaluate("""(async () => {
        %s, 0;
        const look = loadFeeds(true);
        getSelection().selectAllChildren($('feeds').firstElementChild);
        letGo();
        await look;
        return getSelection().toString().includes('feed-2');
    })()""" % HOLD)
    check(kept, "the row that was selected is another by now")
    page.evaluate("getSelection().removeAllRanges(), $('feeds-text').value = ''")
    page.press("a")


def a_feed_in_trouble_is_called_by_its_outlet(stage, page):
    row = ("rowElement([{type: 'feed.down', level: 'urgent', feed: %s}])"
           ".querySelector('.outlet').textContent")
    same(page.evaluate(row % "{id: 'tass-en', outlet: 'TASS'}"), "TASS", "row")
    same(page.evaluate(row % "{id: 'tass-en', outlet: null}"), "tass-en", "row")


TOLD = """(() => {
    const item = {id: 7, title: 'Shoigu in Moscow', outlet: 'TASS'};
    const entities = [{id: 'shoigu', name: 'Shoigu', mentions: [
        {field: 'title', offset: 0, length: 6}]}, {id: 'crocus', name: 'Crocus', mentions: []}];
    const story = {id: 3, outlets: 2, headline: 'Shooting near Moscow'};
    const at = {alerted: '2026-11-22T10:45:00.000Z', published: '2026-11-22T10:00:00.000Z'};
    const alert = (seq, type, level, text) => ({seq, type, level, item, entities,
        story, times: at, reason: {text}});
    return [alert(3, 'story.grown', 'flash', 'second outlet: TASS'),
        alert(2, 'story.update', 'flash', 'new in the story: Shoigu'),
        alert(1, 'item', 'routine', 'rule shoigu')];
})()"""
ROW = "document.querySelector('#alerts li')"


def looks_like_one_row(page):
    text = page.evaluate(ROW + ".innerText")
    for part in ("flash", "TASS", "Shoigu in Moscow", "2 outlets",
                 "story update new in the story: Shoigu",
                 "story grown second outlet: TASS", "Shooting near Moscow",
                 "published 45 min earlier"):
        check(part in text, "%r is not in %r" % (part, text))
    check("Crocus" not in text, "the name of another item in %r" % text)
    same(page.evaluate("[...document.querySelectorAll('#alerts .told')]"
                       ".filter(n => !n.closest('li').hidden).length"), 2, "told lines")


def what_a_story_tells_is_in_the_row_of_its_item(stage, page):
    before = page.evaluate("document.querySelectorAll('#alerts li').length")
    page.evaluate("%s.reverse().forEach(addLive)" % TOLD)
    same(page.evaluate("document.querySelectorAll('#alerts li').length"),
         before + 1, "rows with those that came live")
    looks_like_one_row(page)
    page.evaluate("$('alerts').replaceChildren(), showPage({next: null,"
                  " alerts: %s.slice(0, 1)})" % TOLD)
    page.evaluate("showPage({next: null, alerts: %s.slice(1)})" % TOLD)
    same(page.evaluate("document.querySelectorAll('#alerts li').length"), 1,
         "rows over the end of a page")
    looks_like_one_row(page)
    page.evaluate("loadAlerts()")


def only_an_entity_is_only_its_items(stage, page):
    about = "[%s[0]].map(a => isAbout(a, '%s') + ',' + isAbout(a, null))[0]"
    same(page.evaluate(about % (TOLD, "shoigu")), "true,true", "its own")
    same(page.evaluate(about % (TOLD, "crocus")), "false,true", "of another item")


def an_edit_marks_the_words_that_differ(stage, page):
    row = page.evaluate("rowElement([{type: 'story.edited', item: {title: 'x'},"
                        " reason: {text: 'title changed: [-12-] {+17+} dead'}}]).outerHTML")
    check("title changed: <del>12</del> <ins>17</ins> dead" in row, row)


def without_a_title_the_summary_is_the_headline(stage, page):
    row = page.evaluate("rowElement([{type: 'item', item: {title: '', url: 'https://n.example/',"
                        " summary: 'Macron spoke'}, entities: [{name: 'Macron', mentions: ["
                        "{field: 'summary', offset: 0, length: 6}]}]}]).outerHTML")
    check("<mark>Macron</mark> spoke</a>" in row and "detail" not in row, row)


def what_came_while_paused_is_shown_once(stage, page):
    page.press("p")
    stage.cue("alerts", 1)
    page.wait("document.querySelector('#connection').textContent.includes('1 new')")
    page.evaluate("loadAlerts()")
    page.wait("document.querySelector('#connection').textContent.includes('0 new')")
    rows = page.evaluate(HEADLINES)
    page.press("p")
    same(page.evaluate(HEADLINES), rows, "headlines once it goes on")


def weighty_alerts_are_announced(stage, page):
    page.evaluate("document.querySelector('#announcement').textContent = ''")
    stage.cue("tell", "flash", "https://n.example/", "Macron resigns", "Macron", "")
    page.wait("document.querySelector('#announcement').textContent ==="
              " 'flash Outlet 1 Macron resigns'")
    page.wait(HEADLINES + "[0] === 'Macron resigns'")
    stage.cue("alerts", 1)
    page.wait(HEADLINES + "[0].startsWith('Macron, report')")
    same(page.evaluate("document.querySelector('#announcement').textContent"),
         "flash Outlet 1 Macron resigns", "a routine alert is quiet")


def a_page_opened_by_its_filter_is_live_from_the_newest(stage, page):
    desk = "http://127.0.0.1:%d/" % stage.port
    page.open(desk + "#alerts?text=zzz")
    page.wait(LIVE)
    same(page.evaluate("lastSeq"), newest(stage), "where it is live from")


def what_comes_while_a_page_opens_is_shown(stage, page):
    """what comes while a page opens is shown, though its list is without it"""
    script = page.call("Page.addScriptToEvaluateOnNewDocument", source="""
        window.asked = 0;
        const real = fetch, gate = new Promise((done) => { window.letGo = done; });
        window.fetch = async (...asked) => {
            if (asked[0].endsWith('/alerts?limit=1')) {
                window.asked++;
                await gate;
            }
            return real(...asked);
        };""")["identifier"]
    page.open("http://127.0.0.1:%d/" % stage.port)
    page.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    page.wait("asked > 0 && $('alerts').childElementCount > 0")
    stage.cue("tell", "routine", "https://n.example/", "Macron is between", "Macron", "")
    page.evaluate("letGo()")
    page.wait(HEADLINES + "[0] === 'Macron is between'")
    page.wait(LIVE)


def a_list_that_could_not_be_read_is_read_again(stage, page):
    page.evaluate("window.real = fetch, window.fetch = () => Promise.reject(new Error('gone'))")
    page.evaluate("loadAlerts()")
    page.wait("$('alerts-empty').innerText === 'gone'")
    page.evaluate("window.fetch = window.real")
    page.wait("document.querySelectorAll('#alerts li').length > 3")


def weighty_alerts_notify_while_nobody_looks(stage, page):
    page.evaluate("""window.notices = [], window.Notification = class {
        static permission = 'granted';
        static async requestPermission() { return 'granted'; }
        constructor(title, {body}) { notices.push(title + ', ' + body); }
    }, $('notify').click()""")
    page.wait("$('notify').getAttribute('aria-pressed') === 'true'")
    stage.cue("tell", "flash", "https://n.example/", "Macron is seen", "Macron", "")
    page.wait(HEADLINES + "[0] === 'Macron is seen'")
    page.hide()
    stage.cue("tell", "routine", "https://n.example/", "Macron is quiet", "Macron", "")
    stage.cue("tell", "urgent", "https://n.example/", "Macron is unseen", "Macron", "")
    page.wait(HEADLINES + "[0] === 'Macron is unseen'")
    same(page.evaluate("notices"), ["urgent: Outlet 1, Macron is unseen"], "notices")
    page.wait("document.title === '(1) wirewatch'")
    page.evaluate("$('notify').click()")
    page.wait("$('notify').getAttribute('aria-pressed') === 'false'")
    page.hide(False)
    page.wait("document.title === 'wirewatch'")


def older_alerts_follow_the_last_row_that_stayed(stage, page):
    """older alerts follow the last row, though more come meanwhile"""
    page.evaluate("rowsMax = 3")
    stage.cue("alerts", 2)
    wait_newest(stage, page)
    page.wait("document.querySelectorAll('#alerts li').length === 3 && !$('alerts-more').hidden")
    page.evaluate("%s, $('alerts-more').click()" % HOLD)
    stage.cue("alerts", 1)
    wait_newest(stage, page)
    page.evaluate("letGo()")
    page.wait("$('alerts-more').hidden")
    seqs = page.evaluate("[...$('alerts').children].map(n => alertsOf.get(n)[0].seq)")
    same(seqs, list(range(seqs[0], 0, -1)), "numbers of all alerts")


def a_chosen_row_is_in_sight(stage, page):
    stage.cue("alerts", 20)
    wait_newest(stage, page)
    for key in "j" * 20 + "k" * 15:
        page.press(key)
        seen = page.evaluate("""(() => {
            const row = document.querySelector('.chosen').getBoundingClientRect();
            const box = (name) => document.querySelector(name).getBoundingClientRect();
            return row.top >= box('header').bottom && row.bottom <= box('footer').top;
        })()""")
        check(seen, "header or footer cover the chosen row")


def letters_of_another_script_are_keys_too(stage, page):
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown',"
                  " {key: 'ы', code: 'KeyS', bubbles: true}))")
    page.wait("!$('stories-view').hidden")
    page.press("a")


def the_state_is_read_out_only_when_it_changes(stage, page):
    page.wait(LIVE)
    page.evaluate("""window.told = ['live'], new MutationObserver(
        () => told.push($('connection').innerText)).observe(
        $('connection'), {childList: true, characterData: true, subtree: true}), 0""")
    stage.cue("alerts", 1)
    wait_newest(stage, page)
    same(page.evaluate("told.filter((text, i) => text === told[i - 1])"), [],
         "what was told again")


def more_than_is_held_is_read_from_the_store(stage, page):
    page.press("p")
    stage.cue("alerts", page.evaluate("HELD_MAX") + 5)
    seq = wait_newest(stage, page)
    page.wait("$('connection').innerText.includes('500 or more new')")
    page.press("p")
    page.wait("alertsOf.get($('alerts').firstElementChild)?.[0].seq === %d" % seq)
    page.wait(LIVE)


def a_connection_that_died_unnoticed_is_made_anew(stage, page):
    page.evaluate("events.onmessage = null")
    stage.cue("join", 0, 1, 0, "Macron is missed", "Macron", "urgent")
    page.wait(HEADLINES + "[0] === 'Macron is missed'")


def more_tabs_than_connections_are_live(stage, page):
    # A browser opens six connections to a server.
    first, live = page.session, "$('connection').innerText === 'live'"
    tabs = []
    for _ in range(9):
        page.new_tab()
        tabs.append(page.session)
        page.open("http://127.0.0.1:%d/" % stage.port)
        page.wait(live + " && $('summary').innerText.includes('feeds up')")
    for headline in ("Macron in nine tabs", "Macron in eight tabs"):
        stage.cue("tell", "routine", "https://n.example/", headline, "Macron", "")
        for page.session in tabs:
            page.wait(HEADLINES + "[0] === '%s'" % headline)
            same(page.evaluate("getJson('/api/v1/status').then((s) => s.feeds.total)"),
                 3, "feeds of the status")
            same(page.evaluate(HEADLINES + ".filter((line) => line === '%s').length"
                               % headline), 1, "rows of it")
        page.session = tabs.pop(0)
        page.call("Page.close")
    for page.session in tabs:
        page.call("Page.close")
    page.session = first
    page.wait(HEADLINES + "[0] === 'Macron in eight tabs'")


def a_tab_that_joins_late_shows_what_it_missed(stage, page):
    # Between its asking for the newest alert and its joining.
    first = page.session
    page.new_tab()
    page.open("http://127.0.0.1:%d/" % stage.port)
    page.wait("$('connection').innerText === 'live'")
    page.evaluate("leaveEvents(), events.onmessage = null")
    stage.cue("tell", "routine", "https://n.example/", "Macron between", "Macron", "")
    tab, page.session = page.session, first
    page.wait(HEADLINES + "[0] === 'Macron between'")
    page.session = tab
    page.evaluate("follow(false)")
    page.wait(HEADLINES + "[0] === 'Macron between'")
    page.call("Page.close")
    page.session = first


def without_shared_workers_each_page_has_its_own_events(stage, page):
    desk = "http://127.0.0.1:%d/" % stage.port
    script = page.call("Page.addScriptToEvaluateOnNewDocument",
                       source="delete window.SharedWorker")["identifier"]
    page.open(desk)
    page.wait("$('connection').innerText === 'live'")
    same(page.evaluate("source.readyState"), 1, "its own connection")
    stage.cue("tell", "routine", "https://n.example/", "Macron alone", "Macron", "")
    page.wait(HEADLINES + "[0] === 'Macron alone'")
    page.call("Page.removeScriptToEvaluateOnNewDocument", identifier=script)
    page.open(desk)
    page.wait("$('connection').innerText === 'live' && source === null")


def alerts_of_another_store_are_shown(stage, page):
    """though their numbers begin anew, and more come while they are read"""
    page.evaluate("""
        [...$('alerts').children].forEach((row) => alertsOf.get(row)[0].seq += 1000000),
        lastSeq += 1000000,
        window.isRead = false,
        window.anew = Promise.withResolvers(),
        window.fetched = fetch,
        window.fetch = async (...asked) => {
            const answer = await fetched(...asked);
            if (asked[0].startsWith('/api/v1/alerts?')) {
                isRead = true;
                await anew.promise;
            }
            return answer;
        }, 0""")
    stage.cue("tell", "flash", "https://n.example/", "Macron begins anew", "Macron", "")
    page.wait("isRead")
    stage.cue("tell", "flash", "https://n.example/", "Macron goes on", "Macron", "")
    page.wait("lastSeq === %d" % newest(stage))
    page.evaluate("window.fetch = fetched, anew.resolve(), 0")
    page.wait(HEADLINES + ".slice(0, 2).join() === 'Macron goes on,Macron begins anew'")


def feeds_and_their_troubles_fit_a_phone(stage, page):
    stage.cue("feed", "feed-2", "failing", "a bot wall answers in place of "
              "the feed: take https://news.example/" + "other/" * 20)
    page.press("f")
    page.wait("document.querySelector('#feeds').textContent.includes('bot wall')")
    for width in (320, 390):
        page.resize(width, 844)
        page.wait("innerWidth === %d" % width)
        check(page.evaluate("document.documentElement.scrollWidth") <= width,
              "the page is wider than a phone of %d" % width)
    check(page.evaluate("document.querySelector('.trouble').offsetWidth") > 300,
          "the trouble has a column of its own")
    page.resize()
    page.press("a")


def a_desk_that_hangs_is_not_live(stage, page):
    page.evaluate("window.real = AbortSignal.timeout,"
                  " AbortSignal.timeout = () => AbortSignal.abort()")
    page.wait("$('trouble').textContent.includes('does not answer')")
    same(page.evaluate("document.title"), "! wirewatch", "title")
    page.evaluate("AbortSignal.timeout = window.real")
    page.wait("$('trouble').hidden && document.title === 'wirewatch'")


def a_page_that_lost_the_desk_says_so(stage, page):
    stage.clear()
    page.wait("document.querySelector('#connection').className === 'lost'")
    page.wait("document.querySelector('#trouble').textContent"
              ".endsWith('until it does.')")


def without_script_the_alerts_are_plain_text(stage, page):
    status, text = stage.get("/alerts.txt", local=False)
    check(status == 200 and "<img src=x" in text, text)
    same(len(text.splitlines()), 3, "a line for each alert")


def main():
    tap = Tap()
    need_programs(tap, STAGE)
    if browser.PROGRAM is None:
        tap.skip_all("chromium is not installed")
    stage = Stage()
    page = browser.Browser()
    for url in ("https://news.example/good", "javascript:document.title='OWNED'",
                "data:text/html,<script>1</script>"):
        stage.cue("tell", "urgent", url, HOSTILE, "Macron", HOSTILE)
    page.open("http://127.0.0.1:%d/" % stage.port)
    for test in (
        without_script_the_alerts_are_plain_text,
        hostile_headlines_are_text,
        only_web_addresses_can_be_followed,
        alerts_come_live_and_pause,
        the_keyboard_searches_and_chooses,
        a_late_answer_of_another_filter_is_dropped,
        an_error_selected_meanwhile_stays_selected,
        the_policy_forbids_scripts_in_the_page,
        a_feed_in_trouble_is_called_by_its_outlet,
        what_a_story_tells_is_in_the_row_of_its_item,
        only_an_entity_is_only_its_items,
        an_edit_marks_the_words_that_differ,
        without_a_title_the_summary_is_the_headline,
        what_came_while_paused_is_shown_once,
        weighty_alerts_are_announced,
        a_page_opened_by_its_filter_is_live_from_the_newest,
        what_comes_while_a_page_opens_is_shown,
        a_list_that_could_not_be_read_is_read_again,
        weighty_alerts_notify_while_nobody_looks,
        older_alerts_follow_the_last_row_that_stayed,
        a_chosen_row_is_in_sight,
        letters_of_another_script_are_keys_too,
        the_state_is_read_out_only_when_it_changes,
        more_than_is_held_is_read_from_the_store,
        a_connection_that_died_unnoticed_is_made_anew,
        more_tabs_than_connections_are_live,
        a_tab_that_joins_late_shows_what_it_missed,
        without_shared_workers_each_page_has_its_own_events,
        alerts_of_another_store_are_shown,
        feeds_and_their_troubles_fit_a_phone,
        a_desk_that_hangs_is_not_live,
        a_page_that_lost_the_desk_says_so,
    ):
        tap.run(test, stage, page)
    page.close()
    tap.done()


main()
