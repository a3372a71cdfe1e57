// What each module is able to do after each round, on the cloud's own validation data.
import { figure, lines } from "./chart.js";
import { count, percent, percentFine } from "./format.js";
import { grid, panelOf, short } from "./parts.js";

const finished = (state) => state.rounds.filter((r) => r.phase === "done").reverse();
const kindsOf = (rounds) => [...new Set(rounds.flatMap((r) => r.modules.map((m) => m.kind)))];
const valueOf = (round, kind) => round.modules.find((m) => m.kind === kind)?.value ?? null;

export function accuracyChart(state, height, wide) {
	const rounds = finished(state), kinds = kindsOf(rounds);
	return figure({
		title: "Accuracy by round", quiet: true, note: "share right on the cloud's validation data", legend: kinds, key: "accuracy" + height,
		drawing: lines({ height, wide, format: percent, series: kinds.map((k) => ({ points: rounds.map((r) => [r.round, valueOf(r, k)]) })) }),
		head: ["Round", ...kinds], rows: rounds.map((r) => [r.round, ...kinds.map((k) => percentFine(valueOf(r, k)))]).reverse(),
	});
}

export const accuracy = {
	title: "Accuracy",
	render(state) {
		const last = finished(state).pop(), made = state.agents.find((a) => a.current);
		const metric = (kind) => made?.modules.find((m) => m.kind === kind)?.metric ?? "–";
		return [panelOf({ key: "accuracy", wide: true }, "By round and module", accuracyChart(state, 320, true)),
			panelOf({ key: "modules", wide: true }, last ? `Modules after round ${last.round}` : "Modules",
				grid("Modules after the last round", [["Module"], ["Metric"], ["Value", true], ["Aggregations", true], ["Last changed in round", true], ["Digest"]],
					last ? last.modules.map((m) => ({ key: m.kind, cells: [m.kind, metric(m.kind), percentFine(m.value), count(m.generation), count(m.round), short(m.digest)] })) : [],
					"No round is over yet."))];
	},
};
