"""The commands that talk to the daemon, against a desk on a stage."""

import json
import os
import pty
import subprocess
import tempfile

import harness
from harness import LineReader, Tap, check, need_programs, same, wait_for
from stage import STAGE, Stage


def run(stage, *words, env=None):
    return subprocess.run(
        [harness.WIREWATCH, *words], env=env or stage.env, text=True,
        capture_output=True, timeout=60 * harness.SLOW, stdin=subprocess.DEVNULL,
    )


def run_in_terminal(stage, *words, **variables):
    """What a command writes to a terminal of 80 columns."""
    master, slave = pty.openpty()
    env = dict(stage.env, TERM="xterm", **variables)
    process = subprocess.Popen([harness.WIREWATCH, *words], stdout=slave,
                               stdin=subprocess.DEVNULL, env=env)
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 4096)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(master)
    process.wait()
    return text.decode()


def status_tells_how_the_daemon_is(stage):
    done = run(stage, "status")
    same(done.returncode, 0, "exit status")
    check(": ready\n" in done.stdout, done.stdout)
    check("feeds    3: 3 waiting\n" in done.stdout, done.stdout)
    check("page     http://127.0.0.1:%d/\n" % stage.port in done.stdout, done.stdout)
    same(json.loads(run(stage, "status", "--json").stdout)["feeds"]["total"], 3,
         "JSON")


def feeds_are_a_table_or_json_lines(stage):
    stage.cue("feed", "feed-2", "failing", "timeout after 20 s")
    wait_for(lambda: stage.get("/api/v1/feeds/feed-2")[1]["state"] == "failing",
             "the state")
    done = run(stage, "feeds")
    lines = done.stdout.splitlines()
    same(len(lines), 4, "lines")
    check(lines[0].startswith("STATE"), lines[0])
    check(lines[2].endswith("timeout after 20 s"), lines[2])
    feeds = [json.loads(line) for line in
             run(stage, "feeds", "--json", "--state", "failing").stdout.splitlines()]
    same([feed["id"] for feed in feeds], ["feed-2"], "filtered")
    same(run(stage, "feeds", "nothing-like-it").returncode, 1, "none is found")


def tail_prints_the_newest_and_follows(stage):
    stage.cue("alerts", 30)
    lines = run(stage, "tail", "-n", "3", "--json").stdout.splitlines()
    same([json.loads(line)["seq"] for line in lines], [28, 29, 30], "newest last")
    line = run(stage, "tail", "-n", "1").stdout
    check("Macron, report 30" in line and "\033" not in line, line)
    reader = LineReader(subprocess.Popen(
        [harness.WIREWATCH, "tail", "-f", "-n", "2", "--json"], env=stage.env,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL))
    wait_for(lambda: len(reader.lines) == 2, "the newest")
    for _ in range(10):
        stage.cue("alerts", 5)
    wait_for(lambda: len(reader.lines) == 52, "those to come")
    same([json.loads(line)["seq"] for line in reader.lines],
         list(range(29, 81)), "each once, in order")
    reader.stop()


def colours_are_for_terminals_only(stage):
    check("\033[" in run_in_terminal(stage, "tail", "-n", "1"), "colours")
    check("\033[" not in run_in_terminal(stage, "tail", "-n", "1", NO_COLOR="1"),
          "NO_COLOR")
    text = run_in_terminal(stage, "feeds", NO_COLOR="1")
    check(all(len(line) <= 80 for line in text.splitlines()), text)


def hostile_text_cannot_drive_the_terminal(stage):
    stage.cue("tell", "urgent", "https://x.example/", "Macron \x1b]0;OWNED\x07 \u202egnp",
              "Macron", "")
    text = run(stage, "tail", "-n", "1").stdout
    check("\x1b" not in text and "\u202e" not in text and "OWNED" in text, text)


def search_finds_by_words_and_filters(stage):
    done = run(stage, "search", "report", "17", "--json")
    same([json.loads(line)["seq"] for line in done.stdout.splitlines()], [17], "words")
    done = run(stage, "search", "--level", "urgent", "report", "--json")
    same(len(done.stdout.splitlines()), 3, "level")
    done = run(stage, "search", "--since", "1h", "-n", "5", "--json")
    same(len(done.stdout.splitlines()), 5, "limit")
    done = run(stage, "search", "--since", "yesterday", "--outlet", "OUTLET 1",
               "report", "17", "--json")
    same(len(done.stdout.splitlines()), 1, "a day by its name, an outlet in capitals")
    done = run(stage, "search", "--until", "2024-03-22", "report")
    same(done.returncode, 1, "none was so long ago")
    done = run(stage, "search", "--since", "soon", "report")
    same(done.returncode, 2, "no time")
    done = run(stage, "search", "--items", "report", "17")
    check("Macron, report 17" in done.stdout, done.stdout)
    done = run(stage, "search", "unheard-of")
    same((done.returncode, done.stdout, done.stderr),
         (1, "", "wirewatch: nothing found\n"), "nothing is found")
    done = run(stage, "search", "--level", "high", "x")
    same(done.returncode, 2, "bad input")
    check("routine, urgent, flash" in done.stderr, done.stderr)


def reload_says_whether_it_is_in_force(stage):
    done = run(stage, "reload")
    same((done.returncode, done.stderr), (0, ""), "granted")
    stage.cue("refuse", "wirewatch.yaml:3:5: error: unknown key \"feds\"")
    done = run(stage, "reload")
    same(done.returncode, 78, "refused")
    check("wirewatch.yaml:3:5: error: unknown key" in done.stderr, done.stderr)
    check("the last reload was refused" in run(stage, "status").stdout, "status")
    stage.cue("refuse", "")


def poll_fetches_a_feed(stage):
    same(run(stage, "poll", "feed-1", "feed-2").returncode, 0, "two feeds")
    done = run(stage, "poll", "no/such feed")
    same(done.returncode, 1, "no feed")
    check('no feed "no/such feed"' in done.stderr, done.stderr)


def usage_errors_exit_64(stage):
    for words in (("status", "x"), ("tail", "-n", "x"), ("search",), ("poll",),
                  ("reload", "--what"), ("feeds", "a", "b")):
        same(run(stage, *words).returncode, 64, " ".join(words))


def numbers_and_states_out_of_range_are_told(stage):
    done = run(stage, "tail", "-n", "100000")
    check("--lines takes a number from 0 to 1000\n" in done.stderr, done.stderr)
    done = run(stage, "search", "-n", "0", "x")
    check("--limit takes a number from 1 to" in done.stderr, done.stderr)
    done = run(stage, "feeds", "--state", "bad")
    same(done.returncode, 2, "status of a bad state")
    check("state must be one of waiting, up" in done.stderr, done.stderr)


def output_that_cannot_be_written_is_no_success(stage):
    for words in (("status",), ("feeds",), ("tail",), ("help",), ("help", "tail"),
                  ("entity", "forms", "Macron")):
        with open("/dev/full", "w") as full:
            done = subprocess.run([harness.WIREWATCH, *words], env=stage.env,
                                  stdout=full, stderr=subprocess.PIPE, text=True)
        same(done.returncode, 1, " ".join(words))
        check("standard output: No space left" in done.stderr or
              "not all was written" in done.stderr, done.stderr)


def help_of_a_command_is_its_usage(stage):
    same(run(stage, "help", "tail").stdout, run(stage, "tail", "--help").stdout, "help")


def no_daemon_is_told_with_the_remedy(stage):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "none.sock")
        for words in (("status",), ("feeds",), ("tail", "-f"), ("search", "x"),
                      ("reload",), ("poll", "x")):
            done = run(stage, words[0], "-s", path, *words[1:])
            same(done.returncode, 1, words[0])
            check(path + ": No such file" in done.stderr, done.stderr)
            check("systemctl start wirewatchd" in done.stderr, done.stderr)


def main():
    tap = Tap()
    need_programs(tap, STAGE, harness.WIREWATCH)
    stage = Stage()
    for test in (
        status_tells_how_the_daemon_is,
        feeds_are_a_table_or_json_lines,
        tail_prints_the_newest_and_follows,
        search_finds_by_words_and_filters,
        colours_are_for_terminals_only,
        hostile_text_cannot_drive_the_terminal,
        reload_says_whether_it_is_in_force,
        poll_fetches_a_feed,
        usage_errors_exit_64,
        numbers_and_states_out_of_range_are_told,
        output_that_cannot_be_written_is_no_success,
        help_of_a_command_is_its_usage,
        no_daemon_is_told_with_the_remedy,
    ):
        tap.run(test, stage)
    stage.clear()
    tap.done()


main()
