// The round under way, or the last one: its phases, and where each edge is.
import { h } from "./dom.js";
import { byName, count, credits, duration, item, moment, percent } from "./format.js";
import { badge, facts, grid, panelOf, policyName } from "./parts.js";

export const PHASES = [
	["signal1", "Signals"], ["policy", "Menu"], ["choice1", "Choices"], ["train1", "Training"], ["aggregate1", "Aggregation"],
	["signal2", "Signals"], ["choice2", "Choices"], ["train2", "Training"], ["aggregate2", "Aggregation"],
	["derive", "Deriving"], ["aggregate3", "Aggregation"], ["integrate", "Integration"], ["deploy", "Deployment"],
];
const PARTS = [["Period 1", 0, 5], ["Period 2", 5, 9], ["The agent", 9, 13]];
const index = (phase) => (phase === "done" ? PHASES.length : PHASES.findIndex((p) => p[0] === phase));

export const phaseText = (phase) => {
	const i = index(phase);
	if (i < 0 || i >= PHASES.length) return phase;
	return PHASES[i][1].toLowerCase() + (i < 9 ? `, period ${i < 5 ? 1 : 2}` : "");
};

function step(i, at, failed) {
	const place = failed ? "skipped" : i < at ? "over" : i === at ? "now" : "to come";
	return h("li", { class: place.replace(" ", "-"), "aria-current": i === at ? "step" : null },
		h("span", { class: "dot", "aria-hidden": "true" }), PHASES[i][1], h("span", { class: "vh" }, `: ${place}`));
}

export function phases(round) {
	const at = index(round.phase), failed = round.phase === "failed";
	return h("ol", { class: "phases", "aria-label": "Phases of the round" }, PARTS.map(([name, from, to]) =>
		h("li", { class: "part" }, h("span", { class: "muted" }, name),
			h("ol", null, PHASES.slice(from, to).map((_, i) => step(from + i, at, failed))))));
}

const TASK = { accepted: "ok", rejected: "bad", late: "warn" };

function taskCell(seat, period) {
	const t = seat.tasks.find((x) => x.period === period), choice = seat["period" + period];
	const head = period === 3 ? "" : item(choice) + " ";
	if (!t || t.state === "none") return head || "–";
	return [head, badge(t.state, TASK[t.state] || "plain"),
		h("div", { class: "muted" }, `${count(t.samples)} samples` + (Number.isFinite(t.metric) ? `, ${percent(t.metric)}` : ""))];
}

function seats(round) {
	return grid(`Edges in round ${round.round}`,
		[["Edge"], ["Period 1"], ["Period 2"], ["Deriving"], ["Paid, credits", true], ["Agent"]],
		[...round.seats].sort((a, b) => byName(a.edge, b.edge)).map((x) => ({ key: x.edge, cells: [x.edge, taskCell(x, 1), taskCell(x, 2), taskCell(x, 3), credits(x.tasks.reduce((sum, t) => sum + t.paid, 0)), x.deploy === "none" ? "–" : x.deploy] })),
		"No edge has signalled yet.");
}

function roundFacts(r) {
	const t = r.tasks;
	return facts(["Policy", policyName(r)], ["Expected profit per edge", credits(r.expected_profit) + (r.expected_profit === null ? "" : " credits")],
		["Tasks", `${count(t.accepted)} accepted, ${count(t.open)} open` + (t.rejected ? `, ${count(t.rejected)} rejected` : "") + (t.late ? `, ${count(t.late)} late` : "")],
		["Paid", credits(r.paid) + " credits"],
		...r.modules.map((m) => [m.kind[0].toUpperCase() + m.kind.slice(1), percent(m.value)]),
		["Began", moment(r.started)], r.ended && ["Took", duration(new Date(r.ended) - new Date(r.started))]);
}

export function roundPanel(state) {
	const r = state.round;
	if (!r) return panelOf({ key: "round", wide: true }, "Round", h("p", { class: "empty" },
		state.status ? `No round yet. ${state.status.edges.connected} of the ${state.status.edges.needed} edges that one needs are connected.` : "Reading…"));
	const live = !r.ended;
	const aside = r.phase === "failed" ? badge("failed", "bad") : live ? badge("live: " + phaseText(r.phase), "ok") : badge("done", "plain");
	return panelOf({ key: "round", wide: true, aside }, `Round ${r.round}`, phases(r), r.failure && h("p", { class: "bad-text" }, r.failure),
		roundFacts(r), seats(r));
}
