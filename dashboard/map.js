// The federation as a drawing: the cloud in the middle, edges around it. The same is in the table of edges.
import { room } from "./chart.js";
import { s } from "./dom.js";
import { edgeHealth } from "./parts.js";

const H = 330, SHOWN = 60, LABELLED = 16;

const doing = (seat) => {
	const open = seat && seat.tasks.find((t) => t.state === "assigned" || t.state === "delivered" || t.state === "held");
	if (open) return open.period === 3 ? "deriving" : "training";
	if (!seat) return "";
	return seat.tasks.some((t) => t.paid > 0) ? "paid" : seat.period1 === null ? "" : "in the round";
};

function place(W, i, n) {
	const ring = n > 24 && i % 2 ? 0.68 : 1, angle = (2 * Math.PI * i) / n - Math.PI / 2 + (n === 2 ? Math.PI / 2 : 0);
	return [W / 2 + Math.min(300, W / 2 - 48) * ring * Math.cos(angle), H / 2 + 112 * ring * Math.sin(angle)];
}

function edgeMark(W, edge, seat, current, i, n) {
	const [x, y] = place(W, i, n), [health, tone] = edgeHealth(edge, current), work = doing(seat);
	const below = y >= H / 2 ? 1 : -1;
	return {
		link: s("path", { class: `link ${tone} ${work === "training" || work === "deriving" ? "busy" : ""}`,
			d: `M${W / 2} ${H / 2}L${x.toFixed(1)} ${y.toFixed(1)}` }),
		node: s("g", { class: "edge " + tone, "data-key": edge.edge },
			s("title", null, `${edge.edge}: ${health}${work ? ", " + work : ""}`),
			s("circle", { cx: x, cy: y, r: n > 24 ? 7 : 13 }),
			tone !== "ok" && s("path", { class: "cross", d: `M${x - 5} ${y - 5}l10 10m0-10l-10 10` }),
			n <= LABELLED && s("text", { x, y: y + below * 25 + 4, "text-anchor": "middle" }, edge.edge),
			n <= LABELLED && work && s("text", { class: "sub", x, y: y + below * 40 + 4, "text-anchor": "middle" }, work)),
	};
}

export function map(edges, round, status, wide) {
	const W = room(wide);
	const live = status && status.round, shown = edges.slice(0, SHOWN);
	const seats = new Map(live && round ? round.seats.map((x) => [x.edge, x]) : []);
	const marks = shown.map((e, i) => edgeMark(W, e, seats.get(e.edge), status ? status.agent_version : 0, i, shown.length));
	const connected = edges.filter((e) => e.connected).length;
	return s("svg", { viewBox: `0 0 ${W} ${H}`, class: "map", role: "img",
		"aria-label": `Federation map: the cloud and ${edges.length} edges, ${connected} of them connected` },
	marks.map((m) => m.link), marks.map((m) => m.node),
	s("g", { class: "cloud" }, s("circle", { cx: W / 2, cy: H / 2, r: 38 }),
		s("text", { x: W / 2, y: H / 2 - 1, "text-anchor": "middle" }, "cloud"),
		s("text", { class: "sub", x: W / 2, y: H / 2 + 15, "text-anchor": "middle" },
			live ? "round " + live.round : status ? status.mode : "")),
	edges.length > SHOWN && s("text", { class: "sub", x: W - 8, y: H - 8, "text-anchor": "end" }, `and ${edges.length - SHOWN} more`));
}
