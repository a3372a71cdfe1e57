// The ledger: what was paid, to whom, and whether the chain of hashes holds.
import { bars, figure } from "./chart.js";
import { h } from "./dom.js";
import { count, credits, decimal, duration, moment } from "./format.js";
import { badge, button, facts, grid, panelOf, short } from "./parts.js";

const PERIOD = { 1: "period 1", 2: "period 2", 3: "deriving" };

function byRound(state) {
	const rounds = state.rounds.slice(0, 40).reverse();
	return figure({ title: "Paid by round", quiet: true, note: "credits", legend: ["paid"], head: ["Round", "Paid, credits", "Tasks paid"],
		drawing: bars({ format: decimal, groups: rounds.map((r) => ({ label: String(r.round), values: [r.paid] })) }),
		rows: rounds.map((r) => [r.round, credits(r.paid), count(r.tasks.accepted)]).reverse() });
}

function byEdge(state) {
	const sum = new Map();
	for (const p of state.payments) sum.set(p.edge, (sum.get(p.edge) || 0) + p.amount);
	const rows = [...sum].sort((a, b) => b[1] - a[1]), all = !state.ledger || state.ledger.entries <= state.payments.length;
	return figure({ title: "Paid by edge", quiet: true, note: `credits, ${all ? "all" : "the latest " + count(state.payments.length)} payments`, legend: ["paid"],
		drawing: bars({ format: decimal, groups: rows.slice(0, 24).map(([edge, v]) => ({ label: edge, values: [v] })) }),
		head: ["Edge", "Paid, credits"], rows: rows.map(([edge, v]) => [edge, credits(v)]) });
}

function chain(state) {
	const l = state.ledger, v = l && l.verification;
	if (!l) return null;
	const sound = !v ? badge("not verified since the start") : v.verified ? badge("verified", "ok") : badge("broken: " + v.problem, "bad");
	return [facts(["Paid in all", credits(l.paid_total) + " credits"], ["Payments", count(l.entries)], ["Head of the chain", short(l.head)],
		["Chain", [sound, v && h("span", { class: "muted" }, ` ${count(v.entries)} payments, ${moment(v.time)}, took ${duration(v.duration_ms)}`)]]),
	h("div", { class: "actions" }, button("Verify the chain", "verify"), h("a", { href: "/api/v1/ledger/export", download: "ledger.jsonl" }, "Export as JSON lines"))];
}

export const payments = {
	title: "Payments",
	render: (state) => [panelOf({ key: "ledger", wide: true }, "Ledger", chain(state)),
		h("div", { class: "columns" }, panelOf({ key: "by-round" }, "By round", byRound(state)), panelOf({ key: "by-edge" }, "By edge", byEdge(state))),
		panelOf({ key: "payments", wide: true }, "Latest payments",
			grid("Latest payments", [["Payment"], ["Time"], ["Edge"], ["Round", true], ["For"], ["Amount, credits", true], ["Hash"]],
				state.payments.slice(0, 100).map((p) => ({ key: p.entry, cells: [count(p.entry), moment(p.time), p.edge, count(p.round), PERIOD[p.period] || p.period,
					credits(p.amount), short(p.hash)] })), "Nothing was paid yet."))],
};
