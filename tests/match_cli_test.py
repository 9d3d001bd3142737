#!/usr/bin/env python3
"""wirewatch match and wirewatch entity, as a person runs them."""
import json
import os
import subprocess
import tempfile

from harness import SRCDIR, WIREWATCH, Tap, check, need_programs

DATA = os.path.join(SRCDIR, "tests", "data", "match")
TEXT = "Письмо Макрону и macron.\nEmmanuela Macrona zapytano\n"


def run(*args, stdin=b"", status=0):
    result = subprocess.run([WIREWATCH, *args], input=stdin,
                            capture_output=True, timeout=60)
    check(result.returncode == status, "%s: exit status %d: %s"
          % (args, result.returncode, result.stderr.decode()))
    return result.stdout.decode()


def lines(*args, **more):
    return [json.loads(line) for line in run(*args, **more).splitlines()]


class Folder:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.config = self.write(
            "entities.yaml", "entities:\n  - id: macron\n    type: person\n"
            "    names: {fr: [Emmanuel Macron, Macron], ru: [Макрон]}\n")

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def mentions_are_json_lines(folder):
    """match prints a line of JSON for each mention, offsets in bytes"""
    path = folder.write("a.txt", TEXT)
    told = lines("match", "-c", folder.config, "--", path)
    check(told == [
        {"file": path, "entity": "macron", "mention": "Макрону",
         "offset": 13, "length": 14},
        {"file": path, "entity": "macron", "mention": "Emmanuela Macrona",
         "offset": 39, "length": 17}], str(told))
    whole = TEXT.encode()
    for one in told:
        part = whole[one["offset"]:one["offset"] + one["length"]]
        check(part.decode() == one["mention"], "offset of " + str(one))


def misses_are_explained(folder):
    """match --explain tells why, also of near misses"""
    path = folder.write("a.txt", TEXT)
    told = lines("match", "-c", folder.config, "--explain", path)
    check([(one["miss"], one["reason"], one["name"]) for one in told] ==
          [(False, "inflected form", "Макрон"),
           (True, "written small", "Macron"),
           (False, "inflected form", "Emmanuel Macron")], str(told))


def required_entities_must_be_in_the_file(folder):
    """match finds what requires others only where one of them is"""
    config = folder.write("require.yaml", """entities:
  - {id: crocus, names: [Crocus], require: [moscow, kremlin]}
  - {id: moscow, names: [Moscow]}
  - {id: kremlin, names: [Kremlin]}
""")
    alone = folder.write("alone.txt", "Crocus fields")
    both = folder.write("both.txt", "Crocus, near Moscow")
    check([(one["file"], one["entity"]) for one in
           lines("match", "-c", config, both, alone, both)] ==
          [(both, "crocus"), (both, "moscow")] * 2, "mentions")
    told = lines("match", "-c", config, "--explain", alone)
    check([(one["miss"], one["reason"]) for one in told] ==
          [(True, "none of the entities that it requires")], str(told))


def language_matters(folder):
    """match --language takes the endings of that language"""
    check(not lines("match", "-c", folder.config, "-",
                    stdin=b"Macronnal"), "Hungarian without being told")
    told = lines("match", "-c", folder.config, "--language", "hu", "-",
                 stdin=b"Macronnal")
    check(len(told) == 1 and told[0]["file"] == "-", str(told))


def colour_keeps_the_text(folder):
    """match --color shows the text, without its control characters"""
    shown = run("match", "-c", folder.config, "--color", "-",
                stdin="a \033[2J Macron b".encode())
    check("\033[2J" not in shown and "\033[1;31mMacron\033[0m" in shown and
          shown.endswith(" b"), repr(shown))


def json_is_yaml(folder):
    """match takes a configuration in JSON with nothing but entities"""
    check(lines("match", "-c", os.path.join(DATA, "entities.json"), "-",
                stdin="по данным ВОЗ".encode())[0]["entity"] == "who",
          "who")


def many_entities_load_fast(folder):
    """match reads 5,000 entities, doubtful names among them"""
    path = folder.write("many.json", json.dumps({"entities": [
        {"id": "e%d" % i, "type": "person",
         "names": {"en": ["Anna Name%dov" % i, "Martin"]}}
        for i in range(5000)]}))
    told = lines("match", "-c", path, "-", stdin=b"with Anna Name4999ov")
    check([one["entity"] for one in told] == ["e4999"], str(told))


def odd_values_do_not_stop_it(folder):
    """match makes do with odd ids, types and keys, and counts warnings"""
    path = folder.write("odd.json", json.dumps({"entities": [
        {"id": "ORG:EU é", "type": "ORG", "note": "x", "names": ["EU"]},
        {"id": "none", "names": []}]}))
    told = lines("match", "-c", path, "-", stdin=b"the EU said")
    check([one["entity"] for one in told] == ["ORG:EU é"], str(told))


def missing_files_are_told(folder):
    """match goes on after a file that is not there, and exits with 2"""
    path = folder.write("a.txt", "Macron")
    told = lines("match", "-c", folder.config, "/no/such", path, status=2)
    check(len(told) == 1, str(told))
    run("match", "-c", folder.config, status=64)
    run("match", "-c", "/no/such.yaml", path, status=78)


def wikidata_becomes_a_pack(folder):
    """entity import makes a pack that match reads"""
    pack = run("entity", "import", os.path.join(DATA, "wikidata.json"))
    check("# left out, too common: \"Emmanuel\"" in pack, pack)
    path = folder.write("pack.yaml", pack)
    told = lines("match", "-c", path, "-", stdin="у Макрона".encode())
    check(told[0]["entity"] == "emmanuel-macron", str(told))
    with open(os.path.join(DATA, "wikidata.json"), encoding="utf-8") as file:
        entity = next(iter(json.load(file)["entities"].values()))
    dump = "[\n%s,\n%s\n]\n" % (json.dumps(entity), json.dumps(entity))
    check(run("entity", "import", folder.write("dump.json", dump))
          .count('  - id: "emmanuel-macron') == 2, "a dump of two")

    run("entity", "import", folder.write("bad.json", "{"), status=2)
    run("entity", "import", folder.write("none.json", "{}"), status=2)


def packs_hold_only_what_can_be_found(folder):
    """entity import leaves out names and languages that check would refuse"""
    entity = {"id": "Q1", "labels": {
        "en": {"value": "Null"}, "zh-classical": {"value": "Nullus"}},
        "aliases": {"en": [{"value": text} for text in (
            "Macron, Emmanuel", "Null (band)", "1984", "Null Band")]}}
    path = folder.write("null.yaml", run(
        "entity", "import", "-", stdin=json.dumps(entity).encode() + b",\n"))
    with open(path, encoding="utf-8") as file:
        pack = file.read()
    check('"en": ["Null", "Null Band"]' in pack and "classical" not in pack,
          pack)
    told = lines("match", "-c", path, "-", stdin=b"by Null Band")
    check(told[0]["entity"] == "null", str(told))
    entity["id"] = "Q1\n    exact: true"
    run("entity", "import", "-", stdin=json.dumps(entity).encode(), status=2)


def forms_are_listed(folder):
    """entity forms lists the forms of each word"""
    told = run("entity", "forms", "--language", "ru", "Асия Биби")
    check("Асия: " in told and " асией " in told, told)
    run("entity", "forms", "...", status=2)
    run("entity", "forms", "--language", "russian", "Macron", status=64)
    told = json.loads(run("entity", "forms", "--json", "Macron",
                          "--language", "en"))
    check(told == {"word": "Macron", "forms": ["macron"]}, str(told))


def texts_are_read_whole(folder):
    """match reads a long text to its end, empty ones, and bytes that are none"""
    for text, offsets in (
            (b"word " * 50000 + b"Macron.", [250000]),
            (b"", []),
            (b"Emmanuel\r\nMacron\r\n", [10]),
            (b"Mac\0ron \0Macron\0", [9]),
            (b"\xff\xfeMacron\xff \xc3Macron \xd0 Mac\xffron", [2, 11]),
            (b"\xef\xbb\xbfMacron", [3])):
        path = folder.write("text.txt", "")
        with open(path, "wb") as file:
            file.write(text)
        told = [one["offset"] for one in
                lines("match", "-c", folder.config, path)]
        check(told == offsets, "%r: %s" % (text[:30], told))
    run("match", "-c", folder.config, "--language", "russian", "-",
        status=64)


def many_files_come_in_order(folder):
    """match tells thousands of files in the order they were given"""
    paths = [folder.write("d%d.txt" % i, "Macron %d" % i)
             for i in range(3000)]
    told = lines("match", "-c", folder.config, "--", *paths)
    check([one["file"] for one in told] == paths, "the order")


tap = Tap()
need_programs(tap, WIREWATCH)
here = Folder()
for test in (mentions_are_json_lines, misses_are_explained,
             required_entities_must_be_in_the_file, language_matters,
             colour_keeps_the_text, json_is_yaml, many_entities_load_fast,
             odd_values_do_not_stop_it, missing_files_are_told, wikidata_becomes_a_pack,
             packs_hold_only_what_can_be_found, forms_are_listed,
             texts_are_read_whole, many_files_come_in_order):
    tap.run(test, here)
tap.done()
