#!/usr/bin/env python3
"""wirewatch check: each tests/data/config/NAME.yaml gives the messages in
NAME.txt, and an exit status to match. REWRITE=1 writes those files anew."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from harness import BUILDDIR, SRCDIR, WIREWATCH, Tap, check, need_programs

CATALOG = os.path.join(SRCDIR, "feeds", "catalog")
DATA = os.path.join(SRCDIR, "tests", "data", "config")


def run(*args):
    environ = {k: v for k, v in os.environ.items()
               if not k.endswith("_DIRECTORY")}
    return subprocess.run(
        [WIREWATCH, "check", *args], cwd=DATA, env=environ,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60)


def golden(name):
    result = run("-c", name + ".yaml")
    told = result.stderr + result.stdout
    path = os.path.join(DATA, name + ".txt")
    if os.environ.get("REWRITE"):
        with open(path, "wb") as file:
            file.write(told)
    with open(path, "rb") as file:
        expected = file.read()
    check(told == expected, "%s: not as in %s:\n%s"
          % (name, path, told.decode("utf-8", "replace")))
    errors = b": error: " in told
    check(result.returncode == (78 if errors else 0),
          "%s: exit status %d" % (name, result.returncode))


def json_has_the_same():
    for name, status in (("duplicates", 78), ("warnings", 0), ("good", 0)):
        result = run("--json", "-c", name + ".yaml")
        check(result.returncode == status, "exit status")
        told = json.loads(result.stdout)
        check(told["ok"] == (status == 0), "ok")
        check(len(told["problems"]) == told["errors"] + told["warnings"],
              "number of problems")
        check(not result.stderr, "quiet on stderr")
    check((told["feeds"], told["entities"]) == (1, 2), "counts")


def missing_file_is_told():
    result = run("-c", "no-such-file.yaml")
    check(result.returncode == 78, "exit status")
    check(result.stderr.startswith(b"no-such-file.yaml: error: cannot read: "),
          result.stderr.decode())


def load(text):
    """Checks a configuration of this text; without problems."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        result = run("--json", "-c", file.name)
    told = json.loads(result.stdout)
    check(told["ok"] and not told["problems"],
          "\n".join(p["file"] + ": " + p["message"]
                    for p in told["problems"]))
    return told


def catalog(kind, key, rest):
    names = sorted(name for name in os.listdir(CATALOG)
                   if name.endswith(kind))
    check(names, "the catalog is empty")
    paths = [os.path.join(CATALOG, name) for name in names]
    each = [load("%s: [{%s: %s}]\n%s" % (rest[0], key, path, rest[1]))
            for path in paths]
    whole = load("%s: [%s]\n%s" % (
        rest[0], ", ".join("{%s: %s}" % (key, path) for path in paths),
        rest[1]))
    return each, whole


def packs_of_the_catalog_load():
    each, whole = catalog(".yaml", "pack", (
        "entities", "feeds: [{id: a, url: 'https://a.example/'}]"))
    both = {"macron", "lecornu"}
    check(whole["entities"] ==
          sum(told["entities"] for told in each) - len(both),
          "an id means two things")


def lists_of_the_catalog_load():
    each, whole = catalog(".opml", "opml", (
        "feeds", "entities: [{id: a, names: [Nizhny Sorsk]}]"))
    check(whole["feeds"] == sum(told["feeds"] for told in each),
          "an address is in two lists")
    check(whole["feeds"] >= 60, "%d feeds" % whole["feeds"])


def example_is_valid():
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(CATALOG, os.path.join(folder, "catalog"))
        path = os.path.join(folder, "wirewatch.yaml")
        os.symlink(os.path.join(SRCDIR, "man", "wirewatch.yaml"), path)
        result = run("-c", path)
        check(result.returncode == 0 and not result.stderr,
              result.stderr.decode())


def example_of_the_readme_is_valid():
    with open(os.path.join(SRCDIR, "README.md"), encoding="utf-8") as file:
        example = file.read().split("```yaml\n")[1].split("```")[0]
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(CATALOG, os.path.join(folder, "catalog"))
        for name, text in (("wirewatch.yaml", example),
                           ("hook.key", "whsec_" + "a" * 32 + "\n")):
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        os.chmod(os.path.join(folder, "hook.key"), 0o600)
        result = run("-c", os.path.join(folder, "wirewatch.yaml"))
        check(result.returncode == 0 and not result.stderr,
              result.stderr.decode())


def secrets_out_of_reach_are_told_where_they_belong():
    """a secret that cannot be read is named where it belongs, with what to do"""
    command = [WIREWATCH, "check"]
    if os.geteuid() == 0:  # who may read everything, but not without that right
        command = ["setpriv", "--bounding-set=-all", *command]
    with tempfile.TemporaryDirectory() as folder:
        secrets = os.path.join(folder, "secrets")
        file = os.path.join(secrets, "hook.key")
        with open(os.path.join(folder, "wirewatch.yaml"), "w") as config:
            config.write('sinks: [{id: d, type: webhook, url: "https://d.example/h",'
                         ' secret_file: hook.key}]\n')
        environ = dict(os.environ, CONFIGURATION_DIRECTORY=folder)
        environ.pop("CREDENTIALS_DIRECTORY", None)
        for mode, credentials, told in (
                (0o700, None, "cannot read %s: No such file or directory\n"),
                (0, None, "cannot read %s: Permission denied (use sudo)\n"),
                (0, folder, "cannot read %s: Permission denied (systemd hands "
                            "secrets over when it starts the service: restart it)\n")):
            os.makedirs(secrets, exist_ok=True)
            os.chmod(secrets, mode)
            if credentials:
                environ["CREDENTIALS_DIRECTORY"] = credentials
            done = subprocess.run(command, env=environ, capture_output=True,
                                  text=True, timeout=60)
            os.chmod(secrets, 0o700)
            check(done.returncode == 78 and told % file in done.stderr, done.stderr)


def keys_that_cannot_sign_are_told():
    sink = ('sinks: [{id: d, type: webhook, url: "https://d.example/h", '
            'secret_file: hook.key}]\n')
    good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "wirewatch.yaml")
        encoding = "hook.key must hold base64"
        for text, told in ((good, None), (good + "\r\nwhsec_c2VjcmV0MQ== \n", None),
                           ("any text\n", None), (good + "whsec_\n", encoding),
                           ("whsec_two words\n", encoding), ("whsec_ab-_\n", encoding),
                           (8 * good, None), (9 * good, "hook.key must hold at most 8 secrets"),
                           ("any\0text\n", "bytes that are not text")):
            with open(path, "w") as file:
                file.write(sink)
            with open(os.path.join(folder, "hook.key"), "w") as file:
                file.write(text)
            result = run("-c", path)
            errors = result.stderr.decode()
            check(result.returncode == (78 if told else 0), "%r: %s" % (text, errors))
            check(told is None or told in errors, errors)


def feeds_of_one_title_are_told_apart():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "wirewatch.yaml")
        with open(path, "w") as file:
            file.write("feeds: [{opml: news.opml}]\n")
        with open(os.path.join(folder, "news.opml"), "w") as file:
            file.write('<opml version="2.0"><body>%s</body></opml>' % "".join(
                '<outline text="News" xmlUrl="https://%d.example/rss"/>' % i
                for i in range(2000)))
        result = run("-c", path)
        check(result.returncode == 0, result.stderr.decode()[-500:])


def folder_that_cannot_be_read_is_told():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "wirewatch.yaml")
        with open(path, "w") as file:
            file.write("defaults: {interval: 60s}\n")
        os.symlink("conf.d", os.path.join(folder, "conf.d"))  # round and round
        result = run("-c", path)
        check(result.returncode == 78 and
              b"conf.d: error: cannot read: " in result.stderr,
              result.stderr.decode())


def file_with_a_name_that_is_not_read_is_told():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "wirewatch.yaml")
        with open(path, "w") as file:
            file.write("defaults: {interval: 60s}\n")
        os.mkdir(os.path.join(folder, "conf.d"))
        with open(os.path.join(folder, "conf.d", "desk.yml"), "w") as file:
            file.write("typo: 1\n")
        result = run("-c", path)
        check(result.returncode == 0 and
              b"conf.d/desk.yml: warning: left out: only names" in result.stderr,
              result.stderr.decode())


def schema_names_every_section():
    with open(os.path.join(BUILDDIR, "config.schema.json")) as file:
        schema = json.load(file)
    check({"feeds", "entities", "rules", "sinks", "routes"} <=
          set(schema["properties"]), "sections")
    text = json.dumps(schema)
    for name in schema["$defs"]:
        check('"#/$defs/%s"' % name in text, name + " is used nowhere")
    references = set(re.findall(r'"#/\$defs/([^/"]+)', text))
    check(references <= set(schema["$defs"]), "reference to nothing")


def manual_is_well_formed():
    page = os.path.join(BUILDDIR, "man", "wirewatch.yaml.5")
    with open(page) as file:
        text = file.read()
    for key in ("secret_file", "near", "opml", "pack", "retention"):
        check(".It Ic %s : " % key in text, key + " is not in the manual")
    if shutil.which("mandoc"):
        result = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page],
                                capture_output=True)
        check(not result.stdout, result.stdout.decode())


def usage_is_64():
    check(run("--nonsense").returncode == 64, "unknown option")
    check(run("x").returncode == 64, "argument")


def main():
    tap = Tap()
    need_programs(tap, WIREWATCH)
    for name in sorted(os.listdir(DATA)):
        if name.endswith(".yaml"):
            test = lambda: golden(name[:-5])
            test.__doc__ = "check tells of " + name[:-5]
            tap.run(test)
    tap.run(json_has_the_same)
    tap.run(missing_file_is_told)
    tap.run(packs_of_the_catalog_load)
    tap.run(lists_of_the_catalog_load)
    tap.run(example_is_valid)
    tap.run(example_of_the_readme_is_valid)
    tap.run(keys_that_cannot_sign_are_told)
    tap.run(secrets_out_of_reach_are_told_where_they_belong)
    tap.run(feeds_of_one_title_are_told_apart)
    tap.run(folder_that_cannot_be_read_is_told)
    tap.run(file_with_a_name_that_is_not_read_is_told)
    tap.run(schema_names_every_section)
    tap.run(manual_is_well_formed)
    tap.run(usage_is_64)
    tap.done()


main()
