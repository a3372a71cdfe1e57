"""Plants one violation of every rule and looks whether tidy.py finds it, and nothing else in a clean tree."""
import os
import tempfile

import tidy
import tidy_tools

GOOD_H = "/* For things. */\n#ifndef BASE_A_H\n#define BASE_A_H\n\nint a(void);\n\n#endif\n"
GOOD_C = '#include "common/base/a.h"\n\nint a(void)\n{\n\treturn 1;\n}\n'
CLEAN = {"common/base/a.h": GOOD_H, "common/base/a.c": GOOD_C, "docs/x.md": "words\n"}


def c(body):
    return "int f(void)\n{\n%s\n}\n" % body


def plants():
    """(what the finding says, {path: text} added to the clean tree)"""
    long_body = "\n".join(["\tg();"] * (tidy.FUNCTION_LINES_MAX + 1))
    yield "must not include from cloud/core", {"common/base/b.c": '#include "cloud/core/x.h"\n'}
    yield "must not include from edge/core", {"cloud/core/b.c": '#include "edge/core/x.h"\n'}
    yield "must not include from common/wire", {"common/nn/b.c": '#include "common/wire/limits.h"\n'}
    yield "include circle: edge/core -> edge/will -> edge/core", {
        "edge/core/b.c": '#include "edge/will/x.h"\n', "edge/will/b.c": '#include "edge/core/x.h"\n'}
    yield "not in the table", {"extra/deep/b.c": "int x;\n"}
    yield "uv.h belongs in", {"common/base/b.c": "#include <uv.h>\n"}
    yield "openssl/ssl.h belongs in", {"cloud/core/b.c": "#include <openssl/ssl.h>\n"}
    yield "sqlite3.h belongs in", {"cloud/core/b.c": "#include <sqlite3.h>\n"}
    yield "foedus.pb-c.h belongs in", {"common/net/b.c": '#include "proto/foedus.pb-c.h"\n'}
    yield "not relative to the top", {"common/base/b.c": '#include "a.h"\n'}
    yield "its own header is not the first", {"common/base/a.c": "#include <stdio.h>\n" + GOOD_C}
    yield "in the pure core: it is told", {"edge/core/b.c": '#include "common/base/clock.h"\n'}
    yield "random_bytes() in the pure core", {"edge/core/b.c": c("\trandom_bytes(p, 1);")}
    yield "lines (at most %d)" % tidy.FILE_LINES_MAX, {
        "common/base/b.c": "int x;\n" * (tidy.FILE_LINES_MAX + 1)}
    yield "function of 61 lines", {"common/base/b.c": c(long_body)}
    for name in ("strcpy", "strcat", "strncpy", "strncat", "sprintf", "vsprintf", "strtok", "gets", "atoi", "atof",
                 "alloca", "system", "popen"):
        yield name + "() is banned", {"common/base/b.c": c("\t%s(x);" % name)}
    yield "typedef of a struct", {"common/base/b.c": "typedef struct x x_t;\n"}
    for word in ("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"):
        yield "unfinished work: " + word, {"docs/y.md": "later: %s\n" % word}
    yield "white space at the end", {"docs/y.md": "a \n"}
    yield "no newline at the end", {"docs/y.md": "a"}
    yield "path of one machine", {"docs/y.md": "see /" + "home/me/x\n"}
    yield "looks like a key", {"docs/y.md": "-----BEGIN PRIVATE KEY-----\n" + "A" * 64 + "\n"}
    yield "by its name", {"deploy/cloud-key.pem": "x\n"}
    yield "no include guard", {"common/base/b.h": "/* b */\nint b(void);\n"}
    yield "does not end in", {"common/base/b.h": GOOD_H.replace("BASE_A_H", "BASE_C_H")}
    yield "also that of", {"edge/core/a.h": GOOD_H}
    yield "starts with a comment", {"common/base/a.h": GOOD_H.split("\n", 1)[1]}


def findings(files):
    out = []
    tidy.check_tree(files, lambda path, line, message: out.append("%s:%d: %s" % (path, line, message)))
    return out


def tool_findings():
    """The rules that need compilers and shells, on files in a throw-away folder."""
    files = {"clean.h": GOOD_H, "lonely.h": "/* x */\nsize_t n(void);\n", "bad.c": "int f(void)\n{\n\treturn x;\n}\n",
             "broken.sh": "#!/bin/sh\nif true; then\n", "ok.sh": "#!/bin/sh\ntrue\n"}
    out = []
    with tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)
        for name, text in files.items():
            with open(name, "w") as f:
                f.write(text)
        tidy_tools.check_with_tools(files, lambda path, line, message: out.append(path))
        os.chdir(before)
    return set(out)


def main():
    failed = 0
    if tool_findings() != {"lonely.h", "bad.c", "broken.sh"}:
        print("selftest: compilers and shells: found in %s" % sorted(tool_findings()))
        failed += 1
    innocent = dict(CLEAN, **{
        "common/base/d.c": c('\tsay("strcpy(x)"); /* gets(x) */\n\tmy_system(1);'),
        "common/base/e.c": "static const char t[] = \"/tmp/x-XXXXXX\";\n"})
    for f in findings(innocent):
        print("selftest: found in a clean tree: " + f)
        failed += 1
    count = 3
    for want, planted in plants():
        count += 1
        got = findings(dict(CLEAN, **planted))
        if len([f for f in got if want in f]) != 1:
            print("selftest: not found once: '%s'; found: %s" % (want, got))
            failed += 1
    print("tidy selftest: %d rules planted, %d failed" % (count, failed))
    return 1 if failed else 0
