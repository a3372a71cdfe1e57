// The first screen: who is there, what happens now, and how it has gone.
import { h } from "./dom.js";
import { count, credits, duration, percent } from "./format.js";
import { map } from "./map.js";
import { button, facts, panelOf } from "./parts.js";
import { accuracyChart } from "./view_accuracy.js";
import { logTable } from "./view_log.js";
import { phaseText, roundPanel } from "./view_round.js";

const tile = (name, value, note) => h("div", { class: "tile" }, h("dt", null, name), h("dd", null, h("b", null, value), h("small", null, note)));

function tiles({ status, rounds, ledger }) {
	const e = status.edges, done = rounds.find((r) => r.phase === "done"), best = done && done.modules[0];
	return h("dl", { class: "tiles" },
		tile("Edges connected", `${count(e.connected)} / ${count(e.known)}`, `${count(e.needed)} needed for a round`),
		tile("Round", status.round ? count(status.round.round) : count(status.last_round), status.round ? phaseText(status.round.phase) : "none under way"),
		tile("Agent", status.agent_version ? "version " + status.agent_version : "none yet", best ? `${best.kind} ${percent(best.value)}` : "no round is over"),
		tile("Paid, credits", ledger ? credits(ledger.paid_total) : "–", ledger ? `${count(ledger.entries)} payments` : ""));
}

function controls({ status }) {
	const paused = status.mode !== "open";
	return h("div", { class: "actions", role: "group", "aria-label": "Rounds" },
		paused ? button("Resume rounds", "resume") : button("Pause rounds", "pause"), button("Start a round now", "start", { disabled: status.round !== null }));
}

export const overview = {
	title: "Overview",
	render(state) {
		if (!state.status) return [h("p", { class: "empty" }, "Reading…")];
		const x = state.status;
		return [tiles(state), h("div", { class: "columns" },
			panelOf({ key: "map" }, "Federation", map(state.edges, state.round, x), controls(state),
				facts(["Policy", x.policy], ["Up for", duration(x.uptime_seconds * 1000)], ["Program", x.program])),
			panelOf({ key: "accuracy-brief" }, "Accuracy by round", accuracyChart(state, 330, false))),
		roundPanel(state),
		panelOf({ key: "latest", wide: true, aside: h("a", { href: "#log" }, "the whole log") }, "Latest events", logTable(state.log.slice(0, 8)))];
	},
};
