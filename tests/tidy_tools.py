"""The part of tidy.py that runs programs: git, compilers, clang-format and shells."""
import concurrent.futures
import os
import re
import shlex
import shutil
import subprocess

WARNINGS = "-Wall -Wextra -Wshadow -Wconversion -Wvla -Wstrict-prototypes -Wmissing-prototypes -Werror"
SIMD = {"_avx2.c": "-mavx2 -mfma", "_avx512.c": "-mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma"}


def run(command, **more):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, **more)


def tracked_names():
    """What git tracks, or every file outside build/ where there is no git or no repository."""
    if shutil.which("git"):
        r = run(["git", "-c", "safe.directory=*", "ls-files", "-z"])
        if r.returncode == 0 and r.stdout:
            return [n for n in r.stdout.split("\0") if n and os.path.isfile(n)]
    names = []
    for top, folders, here in os.walk("."):
        folders[:] = [d for d in folders if d not in (".git", "build", "__pycache__")]
        names += [os.path.relpath(os.path.join(top, f), ".") for f in here]
    return names


def tracked_files():
    files = {}
    for name in tracked_names():
        with open(name, "rb") as f:
            data = f.read()
        try:
            files[name] = None if b"\0" in data else data.decode("utf-8")
        except UnicodeDecodeError:
            files[name] = None
    return files


def first_lines(path, output):
    """Findings out of a compiler's output: (file, line, message)."""
    out = []
    for m in re.finditer(r"^([^\s:]+):(\d+):(?:\d+:)? (?:fatal )?(?:error|warning): (.*)$", output, re.M):
        out.append((m.group(1), int(m.group(2)), m.group(3)))
    return out or [(path, 1, output.strip().split("\n")[0] if output.strip() else "the compiler failed")]


def simd_flags(path):
    if os.uname().machine != "x86_64":
        return []
    return [f for end, flags in SIMD.items() if path.endswith(end) for f in flags.split()]


def compile_jobs(files):
    """(path, command) for each header alone with gcc and each source with clang."""
    flags = [f for f in shlex.split(os.environ.get("CFLAGS", "-std=gnu11 -D_GNU_SOURCE -I. -Ibuild/gen"))
             if not f.startswith(("-fsanitize", "-fno-sanitize"))]
    warnings = WARNINGS.split()
    for path, text in sorted(files.items()):
        if text is None:
            continue
        if path.endswith(".h") and shutil.which("gcc"):
            yield path, ["gcc"] + flags + warnings + ["-fsyntax-only", "-x", "c", path]
        if path.endswith(".c") and shutil.which("clang"):
            yield path, ["clang"] + flags + warnings + simd_flags(path) + ["-fsyntax-only", path]


def format_jobs(files):
    if not shutil.which("clang-format"):
        return
    if " 14." not in run(["clang-format", "--version"]).stdout:
        return  # other versions lay out the same text differently
    for path, text in sorted(files.items()):
        if text is not None and path.endswith((".c", ".h")):
            yield path, ["clang-format", "--dry-run", "-Werror", "--style=file", path]


def shell_jobs(files):
    for path, text in sorted(files.items()):
        if text is None:
            continue
        shebang = re.match(r"#!.*\b(sh|bash)\b", text)
        if shebang:
            yield path, [shebang.group(1), "-n", path]


def check_with_tools(files, find):
    jobs = list(compile_jobs(files)) + list(format_jobs(files)) + list(shell_jobs(files))
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda job: (job[0], run(job[1])), jobs)
        seen = set()
        for path, r in results:
            if r.returncode == 0:
                continue
            for finding in first_lines(path, r.stdout):
                if finding not in seen:
                    seen.add(finding)
                    find(*finding)
