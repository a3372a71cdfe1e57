#include "common/base/grid.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/mem.h"

struct cell {
	char *text;
	size_t width;
	enum grid_tone tone;
};

struct grid {
	size_t columns, count, room;
	const char *const *titles;
	const char *align;
	struct cell *cells;
};

/* The character at `s` and its bytes; 0 bytes when it is not UTF-8. */
static size_t decode(const unsigned char *s, uint32_t *c)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	size_t more = s[0] < 0x80 ? 0 : s[0] < 0xc0 ? 4 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : s[0] < 0xf8 ? 3 : 4;

	if (more == 4)
		return 0;
	*c = more ? (uint32_t)(s[0] & (more == 1 ? 0x1f : more == 2 ? 0x0f : 0x07)) : s[0];
	for (size_t i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if (more && (*c < least[more] || *c > 0x10ffff))
		return 0;
	return more + 1;
}

static bool in(uint32_t c, const uint32_t (*ranges)[2], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	return false;
}

/* After Unicode's East Asian Width, by blocks. */
static size_t columns_of(uint32_t c)
{
	static const uint32_t none[][2] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},
	                                   {0x610, 0x61a},   {0x64b, 0x65f},   {0x200b, 0x200f},
	                                   {0x202a, 0x202e}, {0x2060, 0x206f}, {0x20d0, 0x20ff},
	                                   {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};
	static const uint32_t two[][2] = {{0x1100, 0x115f},   {0x2e80, 0x303e},  {0x3041, 0xa4cf},
	                                  {0xac00, 0xd7a3},   {0xf900, 0xfaff},  {0xfe30, 0xfe6f},
	                                  {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1f300, 0x1f64f},
	                                  {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

	if (in(c, none, ARRAY_LEN(none)))
		return 0;
	return in(c, two, ARRAY_LEN(two)) ? 2 : 1;
}

/* Control characters, and those that turn the direction of text round. */
static bool is_harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Appends what may be shown of it (`out` may be NULL) and answers its width. */
static size_t show(const char *text, struct buf *out)
{
	size_t width = 0;

	while (*text) {
		uint32_t c = 0;
		size_t n = decode((const unsigned char *)text, &c);

		if (!n || is_harmful(c)) {
			if (out)
				buf_append(out, "?", 1);
			width++;
			text += n ? n : 1;
			continue;
		}
		if (out)
			buf_append(out, text, n);
		width += columns_of(c);
		text += n;
	}
	return width;
}

size_t grid_width(const char *text)
{
	return show(text, NULL);
}

void grid_clean(const char *text, struct buf *out)
{
	show(text, out);
}

struct grid *grid_new(size_t columns, const char *const *titles, const char *align)
{
	struct grid *g = mem_zalloc(sizeof(*g));

	g->columns = columns < GRID_COLUMNS_MAX ? columns : GRID_COLUMNS_MAX;
	g->titles = titles;
	g->align = align;
	return g;
}

void grid_free(struct grid *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->count; i++)
		free(g->cells[i].text);
	free(g->cells);
	free(g);
}

void grid_cell(struct grid *g, const char *fmt, ...)
{
	struct buf raw = BUF_INIT, clean = BUF_INIT;
	struct cell *c;
	va_list ap;

	if (g->count == g->room) {
		g->room = g->room ? g->room * 2 : 64;
		g->cells = mem_realloc(g->cells, g->room, sizeof(*g->cells));
	}
	c = &g->cells[g->count++];
	va_start(ap, fmt);
	buf_vfmt(&raw, fmt, ap);
	va_end(ap);
	c->width = show(buf_cstr(&raw), &clean);
	c->text = mem_strdup(buf_cstr(&clean));
	c->tone = GRID_PLAIN;
	buf_release(&raw);
	buf_release(&clean);
}

void grid_tone(struct grid *g, enum grid_tone tone)
{
	if (g->count)
		g->cells[g->count - 1].tone = tone;
}

size_t grid_rows(const struct grid *g)
{
	return (g->count + g->columns - 1) / g->columns;
}

static void measure(const struct grid *g, size_t width[GRID_COLUMNS_MAX])
{
	for (size_t c = 0; c < g->columns; c++)
		width[c] = g->titles ? grid_width(g->titles[c]) : 0;
	for (size_t i = 0; i < g->count; i++)
		if (g->cells[i].width > width[i % g->columns])
			width[i % g->columns] = g->cells[i].width;
}

static const char *code(enum grid_tone tone)
{
	static const char *const codes[] = {"", "\033[32m", "\033[33m", "\033[31m", "\033[2m"};

	return codes[tone];
}

/* Blanks at a line's end are left out. */
static void put(FILE *out, const char *text, size_t own, size_t width, bool right, bool last,
                const char *tone)
{
	int gap = (int)(width > own ? width - own : 0);

	if (right)
		fprintf(out, "%*s", gap, "");
	fprintf(out, "%s%s%s", tone, text, *tone ? "\033[0m" : "");
	if (!last)
		fprintf(out, "%*s", (right ? 0 : gap) + 2, "");
}

void grid_print(const struct grid *g, FILE *out, bool colours)
{
	size_t width[GRID_COLUMNS_MAX];

	measure(g, width);
	for (size_t c = 0; g->titles && c < g->columns; c++)
		put(out, g->titles[c], grid_width(g->titles[c]), width[c], g->align[c] == 'r', c + 1 == g->columns,
		    "");
	if (g->titles)
		fputc('\n', out);
	for (size_t i = 0; i < g->count; i++) {
		const struct cell *cell = &g->cells[i];
		size_t c = i % g->columns;
		bool last = c + 1 == g->columns || i + 1 == g->count;

		put(out, cell->text, cell->width, width[c], g->align[c] == 'r', last,
		    colours ? code(cell->tone) : "");
		if (last)
			fputc('\n', out);
	}
}
