"""The manuals and completions know every command and option there is."""

import json
import os
import re
import shutil
import subprocess

import harness
from harness import Tap, check, need_programs

COMPLETIONS = ("completions/wirewatch", "completions/_wirewatch",
               "completions/wirewatch.fish")


def read(name, folder=harness.SRCDIR):
    with open(os.path.join(folder, name)) as file:
        return file.read()


def commands():
    text = subprocess.run([harness.WIREWATCH, "help"], capture_output=True,
                          text=True, check=True).stdout
    return re.findall(r"^  ([a-z]+) ", text, re.M)


def usage(command):
    return subprocess.run([harness.WIREWATCH, command, "--help"],
                          capture_output=True, text=True, check=True).stdout


def every_command_is_in_the_manual():
    text = read("man/wirewatch.1.in")
    for command in commands():
        check(re.search(r"^(\.It )?\.?Cm %s\b|^\.It Cm %s\b" % (command, command),
                        text, re.M), "wirewatch.1 lacks " + command)


def every_option_is_in_the_manual():
    text = read("man/wirewatch.1.in")
    for command in commands():
        for option in re.findall(r"\[--([a-z-]+)", usage(command)):
            check("Fl -" + option in text,
                  "wirewatch.1 lacks --%s of %s" % (option, command))


def options_of_the_commands_are_those_of_the_manual():
    told = set(re.findall(r"\bFl -([a-z-]+)", read("man/wirewatch.1.in")))
    known = {"help", "version", "socket"}
    for command in commands():
        known |= set(re.findall(r"\[--([a-z-]+)", usage(command)))
    folder = os.path.join(harness.SRCDIR, "daemon", "cli")
    for name in os.listdir(folder):
        if name.endswith(".c"):
            known |= set(re.findall(r'\{"([a-z-]+)", [a-z]+_argument', read(name, folder)))
    check(told == known, "not in both: %s" % sorted(told ^ known))


def options_of_the_daemon_are_those_of_its_manual():
    text = read("man/wirewatchd.8.in")
    options = subprocess.run([harness.WIREWATCHD, "--help"], capture_output=True,
                             text=True, check=True).stdout
    known = set(re.findall(r"^ +(?:-([a-zA-Z]), )?--([a-z-]+)", options, re.M))
    told = set(re.findall(r"^\.It (?:Fl ([a-zA-Z]) , )?Fl -([a-z-]+)", text, re.M))
    check(len(known) > 8 and known == told, "not in both: %s" % sorted(known ^ told))
    table = set(re.findall(r'\{"([a-z-]+)", \w+_argument, NULL, [^}]+\},(?! +/\* int)',
                           read("daemon/main.c")))
    check(table == {name for _, name in known}, "usage: %s" % sorted(table))


def keys_that_texts_name_are_in_the_schema():
    schema = json.loads(read("config.schema.json", harness.BUILDDIR))
    for name in ("man/wirewatch.1.in", "man/wirewatch.yaml.5.in",
                 "man/wirewatchd.8.in", "README.md"):
        for group, key in re.findall(
                r"\b(defaults|stories|network|desk|websub|log)\.([a-z_]+)\b", read(name)):
            check(key in schema["$defs"][group]["properties"] or key == "example"
                  or (group, key) == ("log", "level"),
                  "%s names %s.%s" % (name, group, key))


def metrics_that_texts_name_are_there():
    source = read("daemon/desk/metrics.c")
    names = []
    for name in ("man/wirewatch.1.in", "man/wirewatch.yaml.5.in",
                 "man/wirewatchd.8.in", "README.md"):
        names += re.findall(r"\bwirewatch_([a-z_]+)", read(name))
    for name in names:
        check('"%s"' % name in source, "no metric wirewatch_" + name)
    check(len(names) > 5, names)


def every_path_of_the_desk_is_in_the_manual():
    text = re.sub(r" Ns( Ar id)?( Ns)?( Pa)? ?", lambda m: "{id}" if m[1] else "",
                  read("man/wirewatchd.8.in"))
    paths = set(re.findall(r'\{REQUEST_[A-Z]+, "([^"]+)"', read("daemon/desk/api.c")))
    check(len(paths) > 15, paths)
    for path in paths:
        if not re.search(r"\.(js|css|svg)$", path):  # parts of the page
            check(re.search(r"(Pa|,) %s( |$)" % re.escape(path), text, re.M),
                  "wirewatchd.8 lacks " + path)


def every_command_and_option_is_completed():
    for name in COMPLETIONS:
        text = read(name)
        for command in commands():
            check(re.search(r"\b%s\b" % command, text), name + " lacks " + command)
            for option in re.findall(r"\[--([a-z-]+)", usage(command)):
                check("--" + option in text or "-l %s " % option in text,
                      "%s lacks --%s of %s" % (name, option, command))


def bash_completes_commands_and_levels():
    script = (
        "source %s/completions/wirewatch; COMP_WORDS=(wirewatch sea); COMP_CWORD=1;"
        "_wirewatch; echo ${COMPREPLY[*]};"
        "COMP_WORDS=(wirewatch search --level f); COMP_CWORD=3;"
        "_wirewatch; echo ${COMPREPLY[*]}" % harness.SRCDIR
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    check(done.stdout.split() == ["search", "flash"], done.stdout + done.stderr)


def the_manuals_are_without_lint():
    for name in ("wirewatch.1", "wirewatch.yaml.5", "wirewatchd.8"):
        done = subprocess.run(
            ["mandoc", "-T", "lint", "-W", "warning",
             os.path.join(harness.BUILDDIR, "man", name)],
            capture_output=True, text=True)
        check(done.returncode == 0, done.stdout + done.stderr)


def main():
    tap = Tap()
    need_programs(tap, harness.WIREWATCH)
    for test in (
        every_command_is_in_the_manual,
        every_option_is_in_the_manual,
        options_of_the_commands_are_those_of_the_manual,
        options_of_the_daemon_are_those_of_its_manual,
        keys_that_texts_name_are_in_the_schema,
        metrics_that_texts_name_are_there,
        every_path_of_the_desk_is_in_the_manual,
        every_command_and_option_is_completed,
        bash_completes_commands_and_levels,
    ):
        tap.run(test)
    if shutil.which("mandoc"):
        tap.run(the_manuals_are_without_lint)
    else:
        tap.skip("the manuals are without lint", "mandoc is not installed")
    tap.done()


main()
