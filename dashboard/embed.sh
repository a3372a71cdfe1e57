#!/bin/sh
# Writes the dashboard's files as C arrays, for cloud/admin/assets.c.
#   dashboard/embed.sh FILE... >assets.c
set -eu

type_of() {
    case $1 in
    *.html) echo 'text/html; charset=utf-8' ;;
    *.css) echo 'text/css; charset=utf-8' ;;
    *.js) echo 'text/javascript; charset=utf-8' ;;
    *.svg) echo 'image/svg+xml' ;;
    *)
        echo "embed.sh: $1: what type is that? (accepted: .html, .css, .js, .svg)" >&2
        exit 1
        ;;
    esac
}

echo '#include "cloud/admin/assets.h"'
n=0
for file in "$@"; do
    echo "static const unsigned char file_$n[] = {"
    od -An -v -tx1 "$file" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
    echo '};'
    n=$((n + 1))
done
echo 'const struct asset assets[] = {'
n=0
for file in "$@"; do
    type=$(type_of "$file")
    echo "    {\"${file##*/}\", \"$type\", file_$n, sizeof(file_$n)},"
    n=$((n + 1))
done
echo '    {0, 0, 0, 0}};'
