#!/usr/bin/env python3
"""What DESIGN and STYLE claim of the source tree, checked. Prints TAP.

Includes go down only (feeds -> frame and store -> roles -> main), libraries
stay behind the files that own them, every header compiles alone, the map in
daemon/main.c names every source file, no file is over 1,000 lines, nothing
stray lies at the top of the tree.
"""
import concurrent.futures
import os
import re
import subprocess

SRCDIR = os.environ.get("SRCDIR", os.getcwd())
BUILDDIR = os.environ.get("BUILDDIR", SRCDIR)
PURE = ("base", "text", "parse", "match", "story", "rule")
FRAME = ("frame", "store")
ROLES = ("parent", "engine", "fetcher", "courier", "desk", "cli")
INCLUDE = re.compile(r'^#include [<"]([^>"]+)[>"]', re.M)
TOP = {"Makefile.am", "README.md", "bench", "bootstrap", "build-aux",
       "completions", "configure.ac", "daemon", "feeds", "include", "man",
       "systemd", "tests"}
# Which folders or files may include a library's headers.
LIBRARIES = {
    r"^libxml/": ("feeds/parse/", "include/parse/"),
    r"^sqlite3\.h$": ("daemon/store/", "include/store/"),
    r"^seccomp\.h$": ("daemon/frame/sandbox.c",),
    r"^yaml\.h$": ("daemon/frame/config", "include/frame/config"),
    r"^libpsl\.h$": ("daemon/frame/domain.c",),
    r"^curl/": ("daemon/frame/curl_", "include/frame/curl_",
                "daemon/frame/domain.c",
                "daemon/fetcher/", "include/fetcher/", "daemon/courier/",
                "include/courier/", "daemon/cli/", "include/cli/"),
    r"^ares\.h$": ("daemon/frame/ares_loop", "daemon/frame/dns"),
    r"^pcre2\.h$": ("feeds/match/", "include/match/", "daemon/frame/config"),
    r"^(sys/socket|netinet/.*|event2/.*|syslog)\.h$": ("daemon/", "include/"),
}


def sources(*endings):
    for top in ("feeds", "daemon", "include"):
        for folder, _, names in os.walk(os.path.join(SRCDIR, top)):
            for name in sorted(names):
                if name.endswith(endings):
                    whole = os.path.join(folder, name)
                    yield os.path.relpath(whole, SRCDIR)


def read(path):
    with open(os.path.join(SRCDIR, path), encoding="utf-8") as file:
        return file.read()


def module_of(path):
    """feeds/parse/rss.c, include/parse/rss.h -> parse"""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else ""


def may_include(module, header):
    """Whether a file of the module may include the project's header."""
    other = header.split("/")[0]
    if module in PURE:
        return other in PURE
    if module in FRAME:
        return other in PURE + FRAME
    if module == "cli":  # commands run a role's pure parts in process
        return other in PURE + FRAME + ("cli", "fetcher")
    if module in ROLES:
        return other in PURE + FRAME + (module,)
    return True  # daemon/main.c


def includes_go_down():
    ours = PURE + FRAME + ROLES
    return ["%s includes %s" % (path, header)
            for path in sources(".c", ".h")
            for header in INCLUDE.findall(read(path))
            if header.split("/")[0] in ours and "/" in header
            and not may_include(module_of(path), header)]


def libraries_stay_with_their_owners():
    wrong = []
    for path in sources(".c", ".h"):
        for header in INCLUDE.findall(read(path)):
            for pattern, owners in LIBRARIES.items():
                if re.search(pattern, header) and not path.startswith(owners):
                    wrong.append("%s includes %s" % (path, header))
    return wrong


def compiles(path):
    flags = []
    with open(os.path.join(BUILDDIR, "Makefile"), encoding="utf-8") as file:
        for line in file:
            if re.match(r"(XML|EVENT|CURL)_CFLAGS = ", line):
                flags += line.split("=", 1)[1].split()
    done = subprocess.run(
        ["cc", "-fsyntax-only", "-D_GNU_SOURCE", "-Werror", "-x", "c",
         "-I", os.path.join(SRCDIR, "include"), "-I", BUILDDIR] + flags +
        [os.path.join(SRCDIR, path)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode == 0


def headers_compile_alone():
    headers = [path for path in sources(".h") if path.startswith("include/")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [path for path, ok in zip(headers, pool.map(compiles, headers))
                if not ok]


def map_names_every_file():
    text = read("daemon/main.c")
    text = text[:text.index("*/")]
    named = set(re.findall(r"[a-z]+(?:/[a-z0-9_]+)+\.c", text))
    real = {path for path in sources(".c") if path != "daemon/main.c"}
    return (["not in the map: " + path for path in sorted(real - named)] +
            ["in the map only: " + path for path in sorted(named - real)])


def files_are_at_most_1000_lines():
    generated = re.compile(r"generated|written by", re.I)
    return ["%s has %d lines" % (path, read(path).count("\n"))
            for path in sources(".c", ".h")
            if read(path).count("\n") > 1000
            and not generated.search(read(path)[:400])]


def top_holds_what_belongs_there():
    """As the repository has it; a release has no other files."""
    listed = subprocess.run(
        ["git", "-C", SRCDIR, "ls-files"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True).stdout.splitlines()
    names = {path.split("/")[0] for path in listed}
    return sorted(name for name in names - TOP if not name.startswith("."))


TESTS = [includes_go_down, libraries_stay_with_their_owners,
         headers_compile_alone, map_names_every_file,
         files_are_at_most_1000_lines, top_holds_what_belongs_there]


def main():
    print("1..%d" % len(TESTS))
    for number, test in enumerate(TESTS, 1):
        wrong = test()
        for line in wrong:
            print("# " + line)
        print("%s %d - %s" % ("not ok" if wrong else "ok", number,
                              test.__name__))


if __name__ == "__main__":
    main()
