// Charts as SVG. Each is a figure with a title, a legend, and its numbers as a table that can be unfolded: the
// table is what a screen reader reads, the drawing is hidden from it.
import { h, s } from "./dom.js";

const LEFT = 58, RIGHT = 12, TOP = 12, BOTTOM = 28;

/* Units are the screen's pixels, so that texts have their size on every window: as wide as a panel is inside, or as
 * one of two beside each other. parts.css has the same widths. */
export function room(wide) {
	const all = Math.min(window.innerWidth, 1676) - (window.innerWidth > 760 ? 208 : 26), inside = window.innerWidth > 760 ? 38 : 28;
	return Math.max(240, Math.floor((wide || all < 880 ? all : (all - 16) / 2) - inside));
}

/* Round steps that cover lo..hi: about `n` of them. */
export function ticks(lo, hi, n = 5) {
	if (!(hi > lo)) { const pad = Math.abs(lo) * 0.05 || 1; lo -= pad; hi += pad; }
	const raw = (hi - lo) / n, power = 10 ** Math.floor(Math.log10(raw));
	const step = power * [1, 2, 2.5, 5, 10].find((m) => m * power >= raw * 0.999);
	const from = Math.floor(lo / step + 1e-9) * step, out = [];
	for (let i = 0; out.length < 2 * n + 4; i++) {
		const v = from + i * step;
		out.push(Math.abs(v) < step * 1e-9 ? 0 : v);
		if (v >= hi - step * 1e-9) break;
	}
	return out;
}

const scale = (t, a, b) => {
	const lo = t[0], hi = t[t.length - 1];
	return (v) => a + ((v - lo) / (hi - lo || 1)) * (b - a);
};

export function table(caption, head, rows, numeric = 1) {
	const cell = (x, i, tag) => h(tag, { class: i >= numeric && "n", scope: tag === "th" && (i ? "col" : null) }, x);
	return h("table", null, h("caption", { class: "vh" }, caption),
		h("thead", null, h("tr", null, head.map((x, i) => h("th", { scope: "col", class: i >= numeric && "n" }, x)))),
		h("tbody", null, rows.map((r) => h("tr", null,
			r.map((x, i) => (i === 0 ? h("th", { scope: "row" }, x) : cell(x, i, "td")))))));
}

/* quiet: the heading above says the title already. */
export function figure({ title, note, legend, drawing, head, rows, key, quiet }) {
	return h("figure", { class: "chart", "data-key": key || title },
		h("figcaption", null, h("strong", { class: quiet && "vh" }, title), note && h("span", { class: "muted" }, " ", note)),
		legend && legend.length > 1 && h("ul", { class: "legend", "aria-hidden": "true" },
			legend.map((x, i) => h("li", { class: "s" + (i % 6) }, x))),
		drawing || h("p", { class: "empty" }, "Nothing to show yet."),
		rows.length > 0 && h("details", null, h("summary", null, "Numbers", h("span", { class: "vh" }, " of ", title)),
			h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title + ": numbers" },
				table(title, head, rows))));
}

function frame(W, height, yt, xt, y, x, format, xFormat) {
	return [
		s("g", { class: "grid" }, yt.map((v) => s("path", { d: `M${LEFT} ${y(v)}H${W - RIGHT}` })),
			s("path", { class: "zero", d: yt[0] < 0 && yt[yt.length - 1] > 0 ? `M${LEFT} ${y(0)}H${W - RIGHT}` : null })),
		s("g", { class: "ticks" }, yt.map((v) => s("text", { x: LEFT - 8, y: y(v) + 4, "text-anchor": "end" }, format(v))),
			xt.map((v) => s("text", { x: x(v), y: height - 10, "text-anchor": "middle" }, xFormat(v)))),
	];
}

const svg = (W, height, ...parts) =>
	s("svg", { viewBox: `0 0 ${W} ${height}`, class: "plot", "aria-hidden": "true", focusable: "false" }, ...parts);

const wholeTicks = (lo, hi) => ticks(lo, hi, 8).filter((v) => Number.isInteger(v) && v >= lo && v <= hi);

/* series: [{points: [[x, y]...]}] in the order of the legend; points without a y are left out. */
export function lines({ series, format, xFormat = String, height = 220, integers = true, wide }) {
	const W = room(wide);
	const clean = series.map((one) => one.points.filter((p) => Number.isFinite(p[1])));
	const all = clean.flat();
	if (!all.length) return null;
	const ys = all.map((p) => p[1]), xs = all.map((p) => p[0]);
	const yt = ticks(Math.min(...ys), Math.max(...ys), 4);
	const lo = Math.min(...xs), hi = Math.max(...xs), same = lo === hi;
	const y = scale(yt, height - BOTTOM, TOP);
	const x = same ? () => (LEFT + W - RIGHT) / 2 : scale([lo, hi], LEFT + 8, W - RIGHT - 8);
	const xt = same ? [lo] : integers ? wholeTicks(lo, hi) : ticks(lo, hi, 5).filter((v) => v >= lo && v <= hi);
	return svg(W, height, frame(W, height, yt, xt, y, x, format, xFormat), clean.map((points, i) =>
		s("g", { class: "line s" + (i % 6) },
			s("path", { d: points.map((p, j) => (j ? "L" : "M") + x(p[0]).toFixed(1) + " " + y(p[1]).toFixed(1)).join("") }),
			points.length <= 60 && points.map((p) => s("circle", { cx: x(p[0]).toFixed(1), cy: y(p[1]).toFixed(1), r: 3 })))));
}

/* groups: [{label, values: [...]}], values in the order of the legend. `mark(group, i)` = one to be pointed out. */
export function bars({ groups, format, height = 220, mark = () => false }) {
	const W = room(false);
	const values = groups.flatMap((g) => g.values).filter(Number.isFinite);
	if (!values.length) return null;
	const yt = ticks(Math.min(0, ...values), Math.max(0, ...values), 4), y = scale(yt, height - BOTTOM, TOP);
	const slot = (W - LEFT - RIGHT) / groups.length, n = Math.max(...groups.map((g) => g.values.length));
	const width = Math.min(38, (slot * 0.78) / n), every = Math.ceil((groups.length * 64) / W);
	const middle = (i) => LEFT + slot * (i + 0.5);
	const bar = (g, i, v, j) => {
		const left = middle(i) + (j - g.values.length / 2) * width, top = y(Math.max(v, 0));
		const tall = Math.max(1, Math.abs(y(v) - y(0)));
		return [s("rect", { class: "s" + (j % 6) + (mark(i, j) ? " own" : ""), x: left + 1, y: top, width: width - 2, height: tall, rx: 2 }),
			mark(i, j) && s("path", { class: "flag", d: `M${left + width / 2} ${top - 3}l-4-6h8z` })];
	};
	return svg(W, height, frame(W, height, yt, [], y, middle, format, String),
		s("g", { class: "bars" }, groups.map((g, i) => g.values.map((v, j) => Number.isFinite(v) && bar(g, i, v, j)))),
		s("g", { class: "ticks" }, groups.map((g, i) => i % every === 0 &&
			s("text", { x: middle(i), y: height - 10, "text-anchor": "middle" }, g.label))));
}
