#!/bin/sh
# Writes the dashboard as C arrays, for cloud/admin/assets.h: the page, with its styles and its program inside, and
# what it names beside them.
#   dashboard/embed.sh FOLDER >assets.c
set -eu

folder=$1
page=$(mktemp)
trap 'rm -f "$page"' EXIT
awk -v dir="$folder" -f "$folder/page.awk" "$folder/index.html" >"$page"

# name file
array() {
    echo "static const unsigned char $1[] = {"
    od -An -v -tx1 "$2" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
    echo '};'
}

echo '#include "cloud/admin/assets.h"'
array page "$page"
n=0
for file in "$folder"/*.svg; do
    array "file_$n" "$file"
    n=$((n + 1))
done
echo 'const struct asset assets[] = {'
echo '    {"index.html", "text/html; charset=utf-8", page, sizeof(page)},'
n=0
for file in "$folder"/*.svg; do
    echo "    {\"${file##*/}\", \"image/svg+xml\", file_$n, sizeof(file_$n)},"
    n=$((n + 1))
done
echo '    {0, 0, 0, 0}};'
