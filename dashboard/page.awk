# Writes index.html with its styles and its program inside: one answer is then all that the first screen waits for.
#   awk -v dir=dashboard -f dashboard/page.awk dashboard/index.html
# A module becomes a function that is called once, after those it imports, and answers what it exports. Forms of import
# and export that the dashboard does not use end the build.

function fail(text) {
	print "page.awk: " text >"/dev/stderr"
	failed = 1
	exit 1
}

function constant(file) {
	sub(/\.js$/, "", file)
	return "module_" file
}

function exported(file, line, word) {
	if (!match(line, /^export (const|class|function|async function) [A-Za-z0-9_]+/)) fail(file ": another form of export: " line)
	word = substr(line, 1, RLENGTH)
	sub(/.* /, "", word)
	offers[file, word] = 1
	return word
}

# import { a, b } from "./x.js";
function imported(file, line, from, names, n, i, word) {
	if (line !~ /^import \{ [A-Za-z0-9_, ]+ \} from "\.\/[a-z_]+\.js";$/) fail(file ": another form of import: " line)
	from = names = line
	sub(/.* "\.\//, "", from)
	sub(/";$/, "", from)
	sub(/^import \{ /, "", names)
	sub(/ \} from .*/, "", names)
	module(from)
	n = split(names, word, /, */)
	for (i = 1; i <= n; i++)
		if (!((from, word[i]) in offers)) fail(file ": " from " does not export '" word[i] "'")
	return "const { " names " } = " constant(from) ";"
}

function module(file, line, body, names, rc) {
	if (file in finished) return
	if (file in begun) fail(file ": imports itself, by way of others")
	begun[file] = 1
	while ((rc = (getline line < (dir "/" file))) > 0) {
		if (line ~ /<\/script|<!--/) fail(file ": ends the page's script: " line)
		if (line ~ /^import/) line = imported(file, line)
		else if (line ~ /^export/) {
			names = names (names == "" ? "" : ", ") exported(file, line)
			sub(/^export /, "", line)
		}
		body = body line "\n"
	}
	if (rc < 0) fail(dir "/" file " cannot be read")
	finished[file] = 1
	print "const " constant(file) " = (() => {\n" body "return { " names " };\n})();"
}

function style(file, line, rc) {
	while ((rc = (getline line < (dir "/" file))) > 0) {
		if (line ~ /<\/style/) fail(file ": ends the page's style: " line)
		print line
	}
	if (rc < 0) fail(dir "/" file " cannot be read")
}

/^<link rel="stylesheet" / {
	match($0, /\/dashboard\/[a-z_]+\.css/)
	print "<style>"
	style(substr($0, RSTART + 11, RLENGTH - 11))
	print "</style>"
	next
}
/^<script type="module" / {
	match($0, /\/dashboard\/[a-z_]+\.js/)
	print "<script>\n(() => {\n\"use strict\";"
	module(substr($0, RSTART + 11, RLENGTH - 11))
	print "})();\n</script>"
	next
}
{ print }
END { if (failed) exit 1 }
