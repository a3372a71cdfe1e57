#!/usr/bin/env python3
"""Runs the commands of the documents.

A fenced block's first line says what is to be done with it:
  sh run          run by bash, all blocks of RUN_ORDER one after the other in one empty folder
  text expect     what the block before it must have printed, line by line; "..." stands for anything
  sh needs=WHY    not run: it needs root, docker, packages, minutes or another host; its commands must exist
  c compiles      must compile
  ini PROGRAM     a configuration file: each key must be an option of that program
Every other command of our programs, also in blocks of other documents and in `code`, must exist: program, verb and
options, by --help. Rows "| `--option` | default |" of docs/tuning.md must state the program's default. Ports are replaced
by free ones.

  docs_commands.py [--quick]      --quick runs nothing that starts a daemon (nor anything else of RUN_ORDER)"""
import functools
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile

RUN_ORDER = ["docs/getting-started.md", "docs/concepts.md", "docs/operations.md", "docs/formats.md", "docs/tuning.md"]
PORTS = ["7700", "7701", "7800", "7801", "7802"]
NEEDS = {"root", "docker", "packages", "minutes", "host"}
PROGRAMS = ["foedus-cloud", "foedus-edge", "foedus-sim", "foedus", "edmsac"]
NOT_COMMANDS = {"foedus agent manifest 1"}  # what a signature is over
TIMEOUT_S = 900  # rounds under sanitizers, on a busy machine
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
problems = []


def need(ok, message):
    if not ok and message not in problems:
        problems.append(message)
    return ok


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


# --- what the documents hold --------------------------------------------------------------------
class Block:
    def __init__(self, path, line, info, text):
        self.where, self.path = "%s:%d" % (path, line), path
        self.info, self.text = info.split(), text


def blocks_of(path):
    """Fenced blocks, and those indented by four spaces after an empty line."""
    out, inside, fence, before = [], [], None, ""
    for number, line in enumerate(read(path).split("\n"), 1):
        mark = re.match(r"^```(.*)$", line)
        if mark and fence is None:
            fence, inside = (number, mark.group(1)), []
        elif mark:
            out.append(Block(path, fence[0], fence[1], "\n".join(inside)))
            fence = None
        elif fence is not None:
            inside.append(line)
        elif line.startswith("    ") and (before == "" or before.startswith("    ")):
            if before == "" or not out or out[-1].info != ["indented"]:
                out.append(Block(path, number, "indented", ""))
            out[-1].text += line[4:] + "\n"
        before = line
    return out


def inline_of(path):
    text = re.sub(r"^```.*?^```", "", read(path), flags=re.M | re.S)
    return re.findall(r"`([^`\n]+)`", text)


# --- commands that must exist -------------------------------------------------------------------
@functools.lru_cache(maxsize=None)
def help_of(words):
    done = subprocess.run([os.path.join(BUILD, words[0])] + list(words[1:]) + ["--help"], capture_output=True, text=True,
                          timeout=120, check=False)
    return done.stdout if done.returncode == 0 else None


def options_of(text):
    """{long name: default or None} and the letters of a --help."""
    long = {}
    text = re.sub(r"\n {20,}", " ", text)
    for letter, name, rest in re.findall(r"^ +(?:-(\w), )? *--([\w-]+)(.*)$", text, re.M):
        default = re.search(r"\(default: ([^)]*)\)", rest)
        long[name] = default.group(1) if default else None
        if letter:
            long["-" + letter] = None
    return long


def is_verb(text, word):
    return re.search(r"^ +%s(?:  |$)" % re.escape(word), text, re.M) is not None


def split(line):
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return line.split()


def check_command(where, line):
    """One simple command that begins with one of our programs."""
    words = split(line)
    path, rest = [words[0]], words[1:]
    text = help_of(tuple(path))
    if not need(text is not None, "%s: %s --help fails" % (where, words[0])):
        return
    while rest and re.match(r"^[a-z][a-z-]*$", rest[0]) and "Usage: %s [options]" % " ".join(path) not in text:
        if not need(is_verb(text, rest[0]), "%s: `%s` has no '%s'" % (where, " ".join(path), rest[0])):
            return
        path.append(rest.pop(0))
        text = help_of(tuple(path))
        if not need(text is not None, "%s: `%s --help` fails" % (where, " ".join(path))):
            return
    known = options_of(text)
    for word in rest:
        name = re.match(r"^--([a-z][\w-]*)", word)
        if name:
            need(name.group(1) in known or name.group(1) in ("help", "version"),
                 "%s: `%s` has no option --%s" % (where, " ".join(path), name.group(1)))
        elif re.match(r"^-[a-z]$", word):
            need(word in known or word == "-h", "%s: `%s` has no option %s" % (where, " ".join(path), word))


def simple_commands(text):
    """The commands of a script, without their redirections; here-documents are left out."""
    text = re.sub(r"<<'?(\w+)'?.*?^\1$", "", text, flags=re.M | re.S)
    text = re.sub(r"\\\n\s*", " ", text)
    for line in text.split("\n"):
        line = re.sub(r"\s#\s.*$", "", re.sub(r"^\s*[$#] ", "", line))
        for part in re.split(r"\|\||&&|\||;|&(?!\d)|\$\(|\)|\b(?:do|then|until|while|if)\b", line):
            part = re.sub(r"\d?>+&?\s*\S+|<\s*\S+", "", part).strip()
            if part:
                yield part


def check_existence(where, text):
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.M))
    for command in simple_commands(text):
        command = re.sub(r"^(?:sudo |exec |[A-Z_]+=\S* )+", "", command)
        first = command.split()[0]
        name = os.path.basename(first)
        if name in PROGRAMS and "/" not in command.split()[0].replace("/usr/bin/", ""):
            check_command(where, command.replace(first, name, 1))
        elif first == "make":
            for word in command.split()[1:]:
                need(word in targets or not re.match(r"^[a-z-]+$", word) or word.startswith("-"),
                     "%s: make has no target %s" % (where, word))
        elif first.startswith("deploy/"):
            need(os.path.exists(first), "%s: there is no %s" % (where, first))


def check_inline(path):
    for code in inline_of(path):
        if code.split()[0] in PROGRAMS and len(code.split()) > 1 and "..." not in code and code not in NOT_COMMANDS:
            check_existence(path, re.sub(r"\bCOMMAND\b", "", code))


def check_ini(b):
    known = options_of(help_of((b.info[1],)) or "")
    for key in re.findall(r"^([\w-]+) *=", b.text, re.M):
        need(key in known, "%s: %s has no option %s" % (b.where, b.info[1], key))


def check_defaults(path):
    program = None
    for line in read(path).split("\n"):
        heading = re.match(r"^## .*`(foedus-\w+)`", line)
        if heading:
            program = heading.group(1)
        row = re.match(r"^\| `--([\w-]+)` \| ([^|]*) \|", line)
        if row and need(program, "%s: a row of options without a program" % path):
            known = options_of(help_of((program,)) or "")
            name, stated = row.group(1), row.group(2).strip().replace(",", "")
            if need(name in known, "%s: %s has no option --%s" % (path, program, name)):
                need((known[name] or "none") == stated, "%s: the default of --%s of %s is %s, not %s" %
                     (path, name, program, known[name], stated))


def check_compiles(b):
    done = subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I.",
                           "-x", "c", "-"], input=b.text, capture_output=True, text=True, check=False)
    need(done.returncode == 0, "%s: does not compile\n%s" % (b.where, done.stderr))


# --- commands that are run ----------------------------------------------------------------------
def free_ports(count):
    held = [socket.socket() for _ in range(count)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    ports = [str(s.getsockname()[1]) for s in held]
    for s in held:
        s.close()
    return ports


def with_ports(text, ports):
    return re.sub(r"\b(%s)\b" % "|".join(PORTS), lambda m: ports[m.group(1)], text)


def script_of(blocks, ports):
    lines = ["set -eu"]
    for i, b in enumerate(blocks):
        lines += ["echo; echo '@@ %d'" % i, with_ports(b.text, ports)]
    return "\n".join(lines + ["echo; echo '@@ end'"])


def end_group(process):
    """All that the script has left running, by its process group."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            return
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            pass


def run_script(script, folder):
    """(what was printed, exit code)"""
    env = dict(os.environ, PATH=BUILD + os.pathsep + os.environ["PATH"], FOEDUS_SOURCE=os.getcwd())
    with open(os.path.join(folder, ".out"), "w+", encoding="utf-8", errors="replace") as out:
        process = subprocess.Popen(["bash", "-c", script], cwd=folder, env=env, stdout=out, stderr=subprocess.STDOUT,
                                   start_new_session=True)
        try:
            code = process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            code = "none after %d s" % TIMEOUT_S
        end_group(process)
        out.seek(0)
        return out.read(), code


def check_expected(b, printed):
    """The lines in their order, others between them."""
    lines = printed.split("\n")
    for want in b.text.split("\n"):
        pattern = ".*".join(re.escape(x.strip()) for x in want.split("..."))
        while lines and not re.search(pattern, lines[0]):
            lines.pop(0)
        if not need(lines, "%s: not printed: %s" % (b.where, want)):
            return
        lines.pop(0)


def run_all(documents):
    blocks, expected = [], {}
    for path in RUN_ORDER:
        for b in documents.get(path, []):
            if b.info[:2] == ["sh", "run"]:
                blocks.append(b)
            elif b.info == ["text", "expect"]:
                expected[len(blocks) - 1] = b
    ports = dict(zip(PORTS, free_ports(len(PORTS))))
    with tempfile.TemporaryDirectory(prefix="foedus-docs-") as folder:
        printed, code = run_script(script_of(blocks, ports), folder)
        parts = re.split(r"^@@ (\w+)\n", printed, flags=re.M)
        said = dict(zip(parts[1::2], parts[2::2]))
        if not need("end" in said, "the commands stopped with exit code %s at %s:\n%s" %
                    (code, blocks[min(len(said), len(blocks)) - 1].where, parts[-1][-3000:])):
            for log in sorted(f for f in os.listdir(folder) if f.endswith(".log")):
                problems.append("%s:\n%s" % (log, "\n".join(read(os.path.join(folder, log)).split("\n")[-12:])))
    for i, b in expected.items():
        if str(i) in said:
            check_expected(b, said[str(i)])
    return len(blocks)


def check_block(b):
    kind = b.info[0] if b.info else ""
    if kind == "sh":
        for word in b.info[1:]:
            need(word == "run" or word.startswith("needs=") and word[6:] in NEEDS,
                 "%s: '%s' is not run nor needs=%s" % (b.where, word, "|".join(sorted(NEEDS))))
        need("run" not in b.info or b.path in RUN_ORDER, "%s: %s is not among the documents that are run" % (b.where, b.path))
    if kind in ("sh", "indented", ""):
        check_existence(b.where, b.text)
    if kind == "ini" and len(b.info) > 1:
        check_ini(b)
    if b.info == ["c", "compiles"]:
        check_compiles(b)


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    paths = ["README.md"] + ["docs/" + d for d in sorted(os.listdir("docs")) if d.endswith(".md")]
    documents = {p: blocks_of(p) for p in paths}
    for path, blocks in documents.items():
        for b in blocks:
            check_block(b)
        check_inline(path)
    check_defaults("docs/tuning.md")
    ran = 0 if "--quick" in sys.argv[1:] else run_all(documents)
    print("\n".join(problems), end="\n" if problems else "")
    print("docs commands: %d blocks, %d run, %d problems" % (sum(len(b) for b in documents.values()), ran, len(problems)))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
