"""Stories on the desk's page in a real browser: rows open to their timelines,
grow live, and what strangers wrote stays text."""

import browser
from harness import Tap, check, need_programs, same
from stage import STAGE, Stage

HOSTILE = "<img src=x onerror=\"document.title='OWNED'\"><b>Macron</b> [-x-] {+y+}"
ROWS = "[...document.querySelectorAll('#stories > li')]"
HEADLINES = ROWS + ".map(n => n.querySelector('.headline').textContent)"


def enter(page):
    page.press("Enter", text="\r")


def stories_are_rows(stage, page):
    page.press("s")
    page.wait(ROWS + ".length === 2")
    same(page.evaluate(HEADLINES), [HOSTILE, "Macron visits Kyiv"], "headlines")
    row = page.evaluate(ROWS + "[1].innerText")
    for part in ("urgent", "2 outlets", "Outlet 1, 4 min ahead of Outlet 2"):
        check(part in row, "%r is not in %r" % (part, row))
    same(page.evaluate("document.querySelectorAll('#stories img, #stories b').length"),
         0, "elements")


def a_row_opens_to_its_timeline_by_keyboard(stage, page):
    page.press("j")
    page.press("j")
    same(page.evaluate("document.querySelector('#stories .chosen .headline')"
                       ".getAttribute('aria-expanded')"), "false", "closed")
    enter(page)
    page.wait("document.querySelectorAll('#stories .chosen .timeline li').length === 2")
    text = page.evaluate("document.querySelector('#stories .timeline:not([hidden])')"
                         ".innerText")
    for part in ("first", "+4 min", "Outlet 2", "Макрон прибыл", "politics: log: waiting"):
        check(part in text, "%r is not in %r" % (part, text))
    same(page.evaluate("document.querySelector('.timeline mark').textContent"),
         "Macron", "the mention is marked")


def an_open_story_grows_live(stage, page):
    stage.cue("join", 1, 3, 1, "Macron leaves Kyiv", "Macron", "flash")
    page.wait("document.querySelectorAll('#stories .timeline li').length === 3")
    page.wait(ROWS + "[1].innerText.includes('3 outlets')")
    same(page.evaluate(ROWS + "[1].dataset.level"), "flash", "its level")
    check(page.evaluate("document.querySelector('#stories .chosen') !== null"),
          "it stays chosen")
    enter(page)
    page.wait("document.querySelectorAll('#stories .timeline:not([hidden])').length === 0")


def an_item_that_tells_nothing_shows_too(stage, page):
    """without an alert, and without the look of every five seconds"""
    page.hide()
    enter(page)
    page.wait("document.querySelectorAll('#stories .timeline:not([hidden]) li').length === 3")
    stage.cue("join", 1, 2, 0, "Macron lands in Paris", "Macron", "")
    page.wait("document.querySelectorAll('#stories .timeline:not([hidden]) li').length === 4")
    enter(page)
    page.wait("document.querySelectorAll('#stories .timeline:not([hidden])').length === 0")
    page.hide(False)


def a_late_answer_does_not_take_a_timeline_back(stage, page):
    same(page.evaluate("""(async () => {
        const real = fetch, {promise, resolve} = Promise.withResolvers();
        window.fetch = async (...asked) => {
            window.fetch = real;
            const story = await (await real(...asked)).json();
            story.timeline.length = 1;
            await promise;
            return {ok: true, json: async () => story};
        };
        const late = fillTimeline('1');
        await fillTimeline('1');
        resolve();
        await late;
        return shown.get('1').node.querySelectorAll('.timeline li').length;
    })()"""), 4, "items of the timeline")


def copies_of_an_item_are_counted(stage, page):
    text = page.evaluate("""(() => {
        const copy = {verdict: 'republished', why: 'again', seen: '2026-11-22T10:00:00Z'};
        const edit = {...copy, verdict: 'edited', title: '[-a-] {+b+}'};
        return revisionElements({revisions: [copy, copy, edit, edit, copy]})
            .map((node) => node.textContent.replace(` at ${formatMoment(copy.seen)}`, ''));
    })()""")
    same(text, ["republished 2 times, last: again", "edited", "title a b", "edited",
                "title a b", "republished: again"], "lines")


def filters_and_search_choose(stage, page):
    page.evaluate("document.querySelector('[name=which][value=\"\"]').click()")
    page.wait(ROWS + ".length === 3")
    page.evaluate("document.querySelector('[name=which][value=several]').click()")
    page.wait(ROWS + ".length === 1")
    page.press("/")
    for letter in "zzz":
        page.press(letter)
    page.wait("!document.querySelector('#stories-empty').hidden")
    page.press("Escape")
    page.wait(ROWS + ".length === 1 && !location.hash.includes('text')")
    page.press("a")
    page.wait("!document.querySelector('#alerts-view').hidden")


def a_story_that_the_list_is_without_stays(stage, page):
    page.evaluate("goToStory('1')")
    page.evaluate("document.forms['stories-filter'].elements.text.value = 'zzz'")
    page.evaluate("loadStories()")
    page.wait(ROWS + ".length === 1")
    same(page.evaluate(ROWS + "[0].dataset.story + [...shown.keys()]"), "11",
         "the story, and what is kept")
    page.evaluate("location.hash = '#stories'")
    page.wait(ROWS + ".length === 2")


def a_story_gone_to_while_typing_stays(stage, page):
    page.evaluate("window.applied = 0, window.real = showOnly,"
                  " showOnly = (view) => { applied++; real(view); },"
                  " $('stories-text').value = 'zzz',"
                  " $('stories-text').dispatchEvent(new Event('input', {bubbles: true})),"
                  " goToStory('1'), 0")
    page.wait("applied > 0")
    same(page.evaluate("showOnly = real, location.hash"),
         "#stories?text=zzz&which=told&story=1", "address")
    page.wait(ROWS + ".length === 1")
    page.evaluate("location.hash = '#stories'")
    page.wait(ROWS + ".length === 2")


def a_story_gone_to_is_chosen(stage, page):
    """a story gone to is chosen, unless somebody searches by then"""
    page.evaluate("choose($('stories').firstElementChild),"
                  " goToStory('1'), loadStories()")
    page.wait("document.querySelector('#stories .chosen')?.dataset.story === '1'")
    page.evaluate("goToStory('1'), $('stories-text').focus(), loadStories()")
    page.wait("!isSought")
    same(page.evaluate("document.activeElement.id"), "stories-text", "focus")
    page.press("Escape")
    page.wait("location.hash === '#stories?which=told'")


def what_is_typed_is_gone_back_to(stage, page):
    """what is typed is gone back to, from a view that was gone to at once"""
    page.evaluate("window.applied = 0, window.real = showOnly,"
                  " showOnly = (view) => { applied += view === 'stories'; real(view); },"
                  " $('stories-text').value = 'kyiv',"
                  " $('stories-text').dispatchEvent(new Event('input', {bubbles: true})),"
                  " go('alerts'), 0")
    page.evaluate("history.back()")
    page.wait("!$('stories-view').hidden && $('stories-text').value === 'kyiv'")
    page.evaluate("location.hash = '#stories'")
    page.wait(ROWS + ".length === 2 && $('stories-text').value === ''")
    page.wait("applied === 3")  # two addresses, and the end of the pause in typing
    page.evaluate("showOnly = real, 0")


def a_slow_answer_is_waited_for(stage, page):
    """a slow answer is waited for, so that a burst keeps nothing from sight"""
    page.hide()
    page.wait("!isLoadingStories && liveTimer === null")
    page.evaluate("""window.real = {fetch, storiesChanged},
        window.asks = window.looks = 0,
        window.gate = Promise.withResolvers(),
        window.fetch = async (...asked) => {
            if (asked[0].startsWith('/api/v1/stories?')) {
                asks++;
                await gate.promise;
            }
            return real.fetch(...asked);
        },
        storiesChanged = () => { looks++; real.storiesChanged(); },
        loadStories(), storiesChanged(), 0""")
    try:
        page.wait("asks + looks > 2")
        same(page.evaluate("asks"), 1, "loads while the first is not answered")
    finally:
        page.evaluate("({fetch, storiesChanged} = real), gate.resolve(), 0")
    page.wait("!isLoadingStories && liveTimer === null")
    page.hide(False)


def a_burst_without_end_is_shown_too(stage, page):
    page.hide()
    page.evaluate("window.loads = 0, window.real = loadStories,"
                  " loadStories = () => { loads++; },"
                  " window.burst = setInterval(storiesChanged, 20), 0")
    page.wait("loads > 1")
    page.evaluate("clearInterval(burst), loadStories = real, 0")
    page.hide(False)


def the_focus_stays_where_it_is(stage, page):
    page.evaluate(ROWS + "[1].querySelector('.headline').focus()")
    page.evaluate("$('stories').append($('stories').firstElementChild), loadStories()")
    page.wait("document.activeElement === " + ROWS + "[1].querySelector('.headline')")


def the_address_says_what_is_shown(stage, page):
    desk = "http://127.0.0.1:%d/" % stage.port
    page.open(desk + "#alerts?text=Macron&level=urgent")
    page.wait("document.querySelectorAll('#alerts li').length === 1")
    page.press("s")
    page.wait("location.hash === '#stories?which=told'")
    page.wait(ROWS + ".length === 2")
    page.evaluate(ROWS + "[1].querySelector('.headline').click()")
    page.wait("location.hash === '#stories?which=told&story=1'")
    page.evaluate("history.back()")
    page.wait("!$('alerts-view').hidden && $('alerts-text').value === 'Macron'")
    page.wait("document.querySelectorAll('#alerts li').length === 1")
    page.open(desk + "#stories?which=told&story=1")
    page.wait("document.querySelectorAll('#stories .chosen .timeline li').length === 4")
    page.evaluate("location.hash = '#stories?story=999&which=%22&__proto__=1'")
    page.wait("addressed === '999' && !opened.has('999') && !isLoadingStories")
    same(page.evaluate(ROWS + ".length"), 2, "rows without a story that is gone")
    page.evaluate("location.hash = '#alerts'")
    page.wait("!$('alerts-view').hidden && location.hash === '#alerts'")


def a_name_and_an_outlet_choose(stage, page):
    rows = "document.querySelectorAll('#alerts li').length"
    page.wait(rows + " > 1")
    page.evaluate("document.querySelector('#alerts .entities .choice').click()")
    page.wait("location.hash === '#alerts?entity=entity'")
    page.evaluate("$('alerts').querySelector('.outlet').click()")
    page.wait("location.hash.endsWith('&outlet=Outlet+1')")
    same(page.evaluate("[...document.querySelectorAll('#alerts-view .only')]"
                       ".map(n => n.textContent).join()"),
         "entity entity ✕,outlet Outlet 1 ✕", "what is chosen")
    page.evaluate("document.querySelectorAll('#alerts-view .only')"
                  ".forEach(n => n.click())")
    page.wait("location.hash === '#alerts'")


def nothing_was_complained_of(stage, page):
    same([c for c in page.complaints if "404 (Not Found)" not in c], [],
         "what the browser complained of")
    same(page.evaluate("document.title.includes('OWNED')"), False, "title")


def main():
    tap = Tap()
    need_programs(tap, STAGE)
    if browser.PROGRAM is None:
        tap.skip_all("chromium is not installed")
    stage = Stage()
    stage.cue("join", 0, 1, 12, "Macron visits Kyiv", "Macron", "urgent")
    stage.cue("join", 1, 2, 8, "Макрон прибыл в Киев", "Макрон", "routine")
    stage.cue("join", 0, 2, 2, HOSTILE, "Macron", "routine")
    stage.cue("join", 0, 3, 1, "Weather", "", "")
    page = browser.Browser()
    page.open("http://127.0.0.1:%d/" % stage.port)
    page.wait("document.querySelectorAll('#alerts li').length === 3 &&"
              " $('connection').innerText === 'live'")
    for test in (
        stories_are_rows,
        a_row_opens_to_its_timeline_by_keyboard,
        an_open_story_grows_live,
        an_item_that_tells_nothing_shows_too,
        a_late_answer_does_not_take_a_timeline_back,
        copies_of_an_item_are_counted,
        filters_and_search_choose,
        a_story_that_the_list_is_without_stays,
        a_story_gone_to_while_typing_stays,
        a_story_gone_to_is_chosen,
        what_is_typed_is_gone_back_to,
        a_slow_answer_is_waited_for,
        a_burst_without_end_is_shown_too,
        the_focus_stays_where_it_is,
        the_address_says_what_is_shown,
        a_name_and_an_outlet_choose,
        nothing_was_complained_of,
    ):
        tap.run(test, stage, page)
    page.close()
    stage.clear()
    tap.done()


main()
