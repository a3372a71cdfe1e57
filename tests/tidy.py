#!/usr/bin/env python3
"""Checks the shape of the sources: who includes whom, lengths, banned calls, headers, scripts, stray text.

  make tidy                        everything, compilers included
  python3 tests/tidy.py --quick    text only, under a second
  python3 tests/tidy.py --selftest every rule catches a planted violation

Prints "file:line: message" for each finding; the exit code is 1 when there is one."""
import collections
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tidy_tools  # noqa: E402

FILE_LINES_MAX, FILE_LINES_GOOD, FUNCTION_LINES_MAX = 400, 250, 60

# Folder: what it may include besides itself. A trailing "/" stands for every folder below.
ARROWS = {
    "common/base": (),
    "common/nn": ("common/base",),
    "common/contract": ("common/base",),
    "common/data": ("common/base",),
    "common/module": ("common/nn", "common/data", "common/base"),
    "common/agent": ("common/module", "common/data", "common/base"),
    "common/blob": ("common/base",),
    "common/wire": ("common/contract", "common/blob", "common/base"),
    "common/net": ("common/wire", "common/blob", "common/base"),
    "common/http": ("common/base",),
    "cloud/store": ("common/",),
    "cloud/policy": ("common/agent", "common/module", "common/nn", "common/contract", "common/base"),
    "cloud/aggregate": ("common/",),
    "cloud/core": ("cloud/store", "cloud/policy", "cloud/aggregate", "common/"),
    "cloud/work": ("cloud/core", "cloud/store", "cloud/policy", "cloud/aggregate", "common/"),
    "cloud/admin": ("cloud/core", "cloud/store", "common/"),
    "cloud/daemon": ("cloud/", "common/"),
    "cloud/lab": ("cloud/policy", "common/contract", "common/nn", "common/base"),
    "cloud": ("cloud/", "common/"),
    "edge/will": ("common/contract", "common/base"),
    "edge/core": ("edge/will", "common/"),
    "edge/train": ("edge/core", "common/"),
    "edge/serve": ("edge/core", "common/"),
    "edge/daemon": ("edge/", "common/"),
    "edge": ("edge/", "common/"),
    "ctl": ("common/",),
    "sim": ("cloud/", "edge/", "common/"),
    "bench": ("cloud/", "edge/", "common/", "sim", "tests/"),
    "tests/support": ("cloud/", "edge/", "common/", "sim"),
    "tests/unit": ("cloud/", "edge/", "common/", "sim", "tests/support"),
    "tests/integration": ("cloud/", "edge/", "common/", "sim", "tests/support"),
    "tests/netns": ("common/base",),
    "tests/fuzz": ("cloud/", "edge/", "common/", "sim", "tests/support"),
}

# External header (pattern): the files or folders that may include it. Tests and benchmarks are free.
HOMES = {
    r"uv\.h": ("common/net/", "common/http/", "cloud/daemon/", "edge/daemon/", "edge/train/"),
    r"openssl/.*": ("common/net/", "common/base/digest.c", "common/agent/"),
    r"sqlite3\.h": ("cloud/store/",),
    r"cblas\.h": ("common/nn/",),
    r"microhttpd\.h|curl/.*": ("common/http/",),
    r"Ip[A-Z].*\.h|coin.*": ("cloud/policy/",),
    r"ini\.h": ("common/base/",),
    r"protobuf-c/.*": ("common/wire/",),
    r".*\.pb-c\.h": ("common/wire/",),
}
FREE = ("tests/", "bench/")

# The pure core is told the time and its seed; it never asks for either.
PURE = ("common/contract/", "common/nn/", "common/module/", "cloud/core/", "edge/core/")
IMPURE_HEADERS = r"common/base/clock\.h|common/base/file\.h|time\.h|sys/time\.h|sys/socket\.h|unistd\.h"
IMPURE_CALLS = re.compile(r"\b(rand|random|srand|random_bytes|time|clock_gettime|gettimeofday)\s*\(")

BANNED = re.compile(r"\b(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|gets|atoi|atof|alloca|system|"
                    r"popen)\s*\(")
MARKERS = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.}$)])/(?:work|root|home)(?![\w-])")
KEY_NAME = re.compile(r"\.(pem|key|p12|pfx|crt|csr)$|(^|/)id_(rsa|ed25519)$")
KEY_TEXT = re.compile(r"-----BEGIN [A-Z ]*KEY-----\s*\n?[A-Za-z0-9+/=]{40}")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
SOURCES = (".c", ".h", ".inc")  # .inc: code over a width that the including file defines
LENGTH_LIMITED = SOURCES + (".py", ".sh")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def folder_of(path):
    """"common/base/err.c" -> "common/base"; "ctl/main.c" -> "ctl"; "cloud/main.c" -> "cloud"."""
    return "/".join(path.split("/")[:-1][:2])


def strip_c(text):
    """The code with comments and the insides of literals blanked; line numbers stay."""
    def blank(m):
        s = m.group(0)
        if s[0] == "/":
            return re.sub(r"[^\n]", " ", s)
        return s[0] + re.sub(r"[^\n]", " ", s[1:-1]) + s[-1]
    return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", blank, text, flags=re.S)


def allowed(source, target):
    if source == target:
        return True
    return any(target == a or (a.endswith("/") and target.startswith(a)) for a in ARROWS.get(source, ()))


def check_includes(path, text, find, arrows):
    source = folder_of(path)
    if source not in ARROWS:
        find(path, 1, "folder %s is not in the table of include arrows (tests/tidy.py)" % (source or "."))
    for m in INCLUDE.finditer(text):
        name, line = m.group(2), line_of(text, m.start())
        for pattern, homes in HOMES.items():
            if re.fullmatch(pattern, name) and not path.startswith(homes + FREE):
                find(path, line, "%s belongs in %s" % (name, ", ".join(homes)))
        if path.startswith(PURE) and re.fullmatch(IMPURE_HEADERS, name):
            find(path, line, "%s in the pure core: it is told time and bytes by the shell" % name)
        if m.group(1) == "<" or name.endswith(".pb-c.h"):
            continue
        if "/" not in name:
            find(path, line, "include \"%s\" is not relative to the top of the repository" % name)
            continue
        target = folder_of(name)
        arrows.setdefault((source, target), (path, line))
        if source in ARROWS and not allowed(source, target):
            find(path, line, "%s must not include from %s" % (source, target))


def check_own_header_first(path, text, files, find):
    own = path[:-2] + ".h"
    first = INCLUDE.search(text)
    if path.endswith(".c") and own in files and (not first or first.group(2) != own):
        find(path, line_of(text, first.start()) if first else 1, "its own header is not the first include")


def check_circles(arrows, find):
    graph = collections.defaultdict(set)
    for source, target in arrows:
        if source != target:
            graph[source].add(target)
    state = {}

    def visit(node, trail):
        state[node] = 1
        for n in sorted(graph[node]):
            if state.get(n) == 1:
                circle = trail[trail.index(n):] + [n]
                path, line = arrows[(node, n)]
                find(path, line, "include circle: " + " -> ".join(circle))
            elif n not in state:
                visit(n, trail + [n])
        state[node] = 2
    for node in sorted(list(graph)):
        if node not in state:
            visit(node, [node])


def check_functions(path, code, find):
    start = None
    for number, line in enumerate(code.split("\n"), 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            length = number - start - 1
            if length > FUNCTION_LINES_MAX:
                find(path, start, "function of %d lines (at most %d)" % (length, FUNCTION_LINES_MAX))
            start = None


def check_code(path, code, find):
    for m in BANNED.finditer(code):
        find(path, line_of(code, m.start()), "%s() is banned" % m.group(1))
    if path.startswith(PURE):
        for m in IMPURE_CALLS.finditer(code):
            find(path, line_of(code, m.start()), "%s() in the pure core" % m.group(1))
    for m in re.finditer(r"\btypedef\s+struct\b", code):
        find(path, line_of(code, m.start()), "typedef of a struct")
    check_functions(path, code, find)


def check_header(path, text, guards, find):
    m = re.search(r"^#ifndef (\w+)\n#define (\w+)\n", text, re.M)
    want = re.sub(r"\W", "_", os.path.basename(path)).upper()
    if not text.startswith("/*"):
        find(path, 1, "a header starts with a comment that says what it is for")
    if not m or m.group(1) != m.group(2) or not text.rstrip().endswith("#endif"):
        find(path, 1, "no include guard around the whole header")
        return
    if not m.group(1).endswith("_" + want):
        find(path, line_of(text, m.start()), "include guard %s does not end in _%s" % (m.group(1), want))
    if guards.setdefault(m.group(1), path) != path:
        find(path, line_of(text, m.start()), "include guard is also that of " + guards[m.group(1)])


def check_text(path, text, find, long_files):
    lines = text.count("\n")
    if path.endswith(LENGTH_LIMITED):
        if lines > FILE_LINES_MAX:
            find(path, FILE_LINES_MAX, "%d lines (at most %d)" % (lines, FILE_LINES_MAX))
        elif lines > FILE_LINES_GOOD:
            long_files.append(path)
    for m in re.finditer(r"[ \t\r]+$", text, re.M):
        find(path, line_of(text, m.start()), "white space at the end of the line")
    if text and not text.endswith("\n"):
        find(path, lines + 1, "no newline at the end of the file")
    for m in MARKERS.finditer(text):
        find(path, line_of(text, m.start()), "unfinished work: " + m.group(1))
    for m in MACHINE_PATH.finditer(text):
        find(path, line_of(text, m.start()), "path of one machine: " + m.group(0))
    for m in KEY_TEXT.finditer(text):
        find(path, line_of(text, m.start()), "looks like a key")


def check_tree(files, find):
    """The text rules over {path: text or None for binary files}; returns the paths of long files."""
    arrows, guards, long_files = {}, {}, []
    for path, text in sorted(files.items()):
        if KEY_NAME.search(path):
            find(path, 1, "looks like a key or a certificate by its name")
        if text is None:
            continue
        check_text(path, text, find, long_files)
        if not path.endswith(SOURCES):
            continue
        check_includes(path, text, find, arrows)
        check_own_header_first(path, text, files, find)
        check_code(path, strip_c(text), find)
        if path.endswith(".h"):
            check_header(path, text, guards, find)
    check_circles(arrows, find)
    return long_files


def main(args):
    if args not in ([], ["--quick"], ["--selftest"]):
        print("tidy.py: unknown arguments %s (accepted: --quick or --selftest)" % " ".join(args), file=sys.stderr)
        return 2
    if args == ["--selftest"]:
        import tidy_selftest
        return tidy_selftest.main()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    found = []

    def find(path, line, message):
        found.append("%s:%d: %s" % (path, line, message))
    files = tidy_tools.tracked_files()
    long_files = check_tree(files, find)
    if not args:
        tidy_tools.check_with_tools(files, find)
    print("\n".join(found), end="\n" if found else "")
    if long_files and not args:
        print("note: over %d lines: %s" % (FILE_LINES_GOOD, ", ".join(long_files)))
    print("tidy: %d files, %d findings" % (len(files), len(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main(sys.argv[1:]))
