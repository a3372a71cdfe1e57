#!/usr/bin/env python3
"""Fails when the documents fall behind the code: messages, fields, limits, phases and codes of docs/protocol.md,
and the paths, links and make targets that README.md names."""
import os
import re
import sys

problems = []


def need(ok, message):
    if not ok:
        problems.append(message)


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


def check_links(path):
    text = read(path)
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        where = os.path.normpath(os.path.join(os.path.dirname(path), target))
        need(os.path.exists(where), "%s: the link %s leads nowhere" % (path, target))


def check_readme(path):
    text = read(path)
    for word in re.findall(r"`([\w.*-]+/[\w./*-]*)`", text):
        need(word.startswith("build/") or os.path.exists(word), "%s: there is no %s" % (path, word))
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))
    for target in re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)\b", text):
        need(target in targets, "%s: make has no target %s" % (path, target))


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
    print("\n".join(problems), end="\n" if problems else "")
    print("docs: %d documents, %d problems" % (len(documents), len(problems)))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
