#!/usr/bin/env python3
"""Fails when the documents fall behind the code: messages, fields, limits, phases and codes of docs/protocol.md,
the paths, links and make targets that README.md names, headings that links lead to, functions and files of the guides,
and what the log says by docs/operations.md. Commands are looked at by docs_commands.py."""
import os
import re
import sys

problems = []


def need(ok, message):
    if not ok:
        problems.append(message)
    return ok


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def proto_messages(text):
    """{message: [(type, field)]} of a proto file without nested messages (a oneof is flattened)."""
    text = re.sub(r"//[^\n]*", "", text)
    out = {}
    for m in re.finditer(r"^message (\w+) \{(.*?)^\}", text, re.M | re.S):
        out[m.group(1)] = re.findall(r"^\s*(?:repeated )?([\w.]+) (\w+) = \d+;", m.group(2), re.M)
    return out


def check_messages(doc):
    messages = proto_messages(read("proto/foedus.proto"))
    need(len(messages) > 10, "proto/foedus.proto: only %d messages could be read" % len(messages))
    for name, fields in messages.items():
        need(re.search(r"\b%s\b" % name, doc), "docs/protocol.md: no message %s" % name)
        for _, field in fields:
            need("`%s`" % field in doc or ("`Envelope.%s`" % field) in doc,
                 "docs/protocol.md: field %s of %s is not named" % (field, name))
    bodies = [f for t, f in messages.get("Envelope", []) if t not in ("uint64",)]
    for body in bodies:
        row = re.search(r"^\| \w+ \| [\w ]+ \| `%s` \|" % body, doc, re.M)
        need(row, "docs/protocol.md: no row in the table of messages for `%s`" % body)
    rows = re.findall(r"^\| \w+ \| [\w ]+ \| `(\w+)` \|", doc, re.M)
    for row in rows:
        need(row in bodies, "docs/protocol.md: `%s` is not a message of the code" % row)


def limits(path):
    text = re.sub(r"/\*.*?\*/", "", read(path), flags=re.S)
    out = dict(re.findall(r"^\s+(WIRE_\w+) = ([^,]+),", text, re.M))
    out.update(re.findall(r"^#define (WIRE_\w+)[ \t]+(.+)$", text, re.M))
    return {name: eval(value.replace("(uint64_t)", ""), {"__builtins__": {}}) for name, value in out.items()}


def check_limits(doc):
    stated = dict(re.findall(r"^\| `(WIRE_\w+)` \| (\d+) \|", doc, re.M))
    code = limits("common/wire/limits.h")
    need(len(code) > 10, "common/wire/limits.h: only %d limits could be read" % len(code))
    for name, value in code.items():
        need(stated.get(name) == str(value),
             "docs/protocol.md: %s is stated as %s, the code says %d" % (name, stated.get(name), value))
    for name in set(stated) - set(code):
        need(False, "docs/protocol.md: %s is not a limit of the code" % name)


def check_words(doc):
    """Codes of errors, and the stored names of phases, task states and deployments."""
    for name in re.findall(r'X\(E_\w+, -\d+, "([\w-]+)"\)', read("common/base/err.h")):
        need("| `%s` |" % name in doc, "docs/protocol.md: the code `%s` is not in the table of errors" % name)
    for name in re.findall(r'X\((?:PHASE|TASK|DEPLOY)_\w+, "([\w-]+)"\)', read("cloud/store/records.h")):
        need(name == "none" or "`%s`" % name in doc, "docs/protocol.md: the state `%s` is not named" % name)


def anchors(path):
    """The headings as GitHub makes anchors of them."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", read(path), flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles}


def check_links(path):
    text = re.sub(r"^```.*?^```", "", read(path), flags=re.M | re.S)
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([\w-]+))?\)", text):
        where = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
        if need(os.path.exists(where), "%s: the link %s leads nowhere" % (path, target)) and anchor:
            need(anchor in anchors(where), "%s: %s has no heading #%s" % (path, target or path, anchor))


def check_readme(path):
    text = read(path)
    for word in re.findall(r"`([\w.*-]+/[\w./*-]*)`", text):
        need(word.startswith("build/") or os.path.exists(word), "%s: there is no %s" % (path, word))
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))
    for target in re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b", text):
        need(target in targets, "%s: make has no target %s" % (path, target))


def sources():
    out = []
    for top in ("common", "cloud", "edge", "ctl", "sim", "tests"):
        for folder, _, names in os.walk(top):
            out += [read(os.path.join(folder, n)) for n in sorted(names) if n.endswith((".c", ".h", ".inc"))]
    return "\n".join(out)


def check_guide(path, code):
    """Functions and files in `code` exist; NAME in a path stands for the reader's own."""
    text = re.sub(r"^```.*?^```", "", read(path), flags=re.M | re.S)
    for name in re.findall(r"`(\w+)\(\)`", text):
        need(re.search(r"\b%s\(" % name, code), "%s: there is no function %s" % (path, name))
    for name in re.findall(r"`((?:common|cloud|edge|ctl|sim|tests|deploy|proto|docs)/[\w./-]+)`", text):
        need(os.path.exists(name) or "NAME" in name or "modest" in name, "%s: there is no %s" % (path, name))
    for name in re.findall(r"`struct (\w+)`", text):
        need(re.search(r"\bstruct %s\b" % name, code), "%s: there is no struct %s" % (path, name))


def check_said(path, code):
    """What a table of `log or answer` quotes is in the sources: words between what a program fills in."""
    table = re.search(r"^\| log or answer \|.*?(?=\n\n|\Z)", read(path), re.M | re.S)
    if need(table, "%s: no table of what the log says" % path):
        for quote in re.findall(r"^\|[^|]*?`([^`]+)`", table.group(0), re.M):
            for part in re.split(r"\.\.\.|\d+", quote.rstrip(".")):
                need(part.strip(" :") in code, "%s: no program says '%s'" % (path, part))


def reachable(path):
    """The documents to which links lead from this one, over any number of steps."""
    seen, left = set(), [path]
    while left:
        path = left.pop()
        if path in seen or not path.endswith(".md") or not os.path.exists(path):
            continue
        seen.add(path)
        left += [os.path.normpath(os.path.join(os.path.dirname(path), t)) for t in re.findall(r"\]\(([^)#:]+)", read(path))]
    return seen


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    doc = read("docs/protocol.md")
    check_messages(doc)
    check_limits(doc)
    check_words(doc)
    documents = ["README.md"] + ["docs/" + d for d in sorted(os.listdir("docs")) if d.endswith(".md")]
    for path in documents:
        check_links(path)
    check_readme("README.md")
    code = sources()
    for path in ("docs/extending.md", "docs/formats.md", "docs/operations.md", "docs/concepts.md", "docs/tuning.md"):
        check_guide(path, code)
    check_said("docs/operations.md", code)
    reached = reachable("README.md")
    for path in documents + ["docs/decisions/" + d for d in sorted(os.listdir("docs/decisions"))]:
        need(path in reached, "%s: no document leads to it" % path)
    print("\n".join(problems), end="\n" if problems else "")
    print("docs: %d documents, %d problems" % (len(documents), len(problems)))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
