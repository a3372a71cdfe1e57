// Pieces that several views use.
import { h } from "./dom.js";

export const panel = (title, ...children) => panelOf({}, title, ...children);
export function panelOf({ key, wide, aside }, title, ...children) {
	const id = "p-" + (key || title).toLowerCase().replace(/[^a-z0-9]+/g, "-");
	return h("section", { class: "panel" + (wide ? " wide" : ""), "aria-labelledby": id, "data-key": id },
		h("header", null, h("h2", { id }, title), aside), children);
}

/* Tone is said by the text too, never by the colour alone. */
export const badge = (text, tone = "plain") => h("span", { class: "badge " + tone }, text);

export const facts = (...pairs) => h("dl", { class: "facts" },
	pairs.filter(Boolean).map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));

export const button = (text, action, more) => h("button", { type: "button", "data-action": action, ...more }, text);

export const empty = (text) => h("p", { class: "empty" }, text);

/* head: [[text, numeric?]...]; rows: [{key, cells}], the first cell names the row. */
export function grid(label, head, rows, none = "Nothing yet.", kind = "") {
	if (!rows.length) return empty(none);
	return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
		h("table", { class: "data " + kind }, h("caption", { class: "vh" }, label),
			h("thead", null, h("tr", null, head.map(([text, n]) => h("th", { scope: "col", class: n && "n" }, text)))),
			h("tbody", null, rows.map(({ key, cells }) => h("tr", { "data-key": key }, cells.map((x, i) =>
				(i === 0 ? h("th", { scope: "row" }, x) : h("td", { class: head[i][1] && "n" }, x))))))));
}

export const short = (digest) => h("code", { title: digest }, digest.slice(0, 12));

const MODES = { open: "ok", paused: "warn", draining: "warn", drained: "warn", stopping: "bad" };
export const modeBadge = (mode) => badge(mode, MODES[mode] || "plain");

export function edgeHealth(edge, current) {
	if (edge.revoked) return ["revoked", "bad"];
	if (!edge.allowed) return ["not allowed", "warn"];
	if (!edge.connected) return ["away", "warn"];
	if (edge.agent_version < current) return ["behind", "plain"];
	return ["connected", "ok"];
}

export function policyName(round) {
	if (!round.policy) return "not written yet";
	return round.policy + (round.policy_fallback ? " (stood in)" : "");
}
