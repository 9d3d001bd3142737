"""The manuals and completions know every command and option there is."""

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
