// The contract of a round: the menu, what each type has from each item, and why each takes its own.
import { bars, figure } from "./chart.js";
import { h } from "./dom.js";
import { count, credits, decimal, percent, slack } from "./format.js";
import { badge, empty, facts, grid, panelOf } from "./parts.js";

const TOLERANCE = -1e-6; // as the solver counts
/* What holds by nothing binds: the contract leaves no more than it must. */
function holds(x, over) {
	if (x === null) return "–";
	const word = x < TOLERANCE ? "violated" : x < 5e-7 ? "binds" : "holds";
	return [badge(word, word === "violated" ? "bad" : "ok"), " ", slack(word === "binds" ? 0 : x), over !== undefined && over !== null && h("span", { class: "muted" }, ` over ${name(over)}`)];
}
const name = (i) => "item " + i;

function menuChart(c) {
	const m = c.menu, groups = m.q1.map((q, i) => ({ label: name(i), values: [q, m.r1[i]] }));
	return figure({ title: "Period 1", note: "effort asked, and the reward for it", legend: ["effort", "reward, credits"], key: "menu1",
		drawing: bars({ groups, format: decimal }), head: ["Item", "Effort", "Reward", "Samples"],
		rows: m.q1.map((q, i) => [name(i), decimal(q), credits(m.r1[i]), count(Math.round(q * c.samples_per_effort))]) });
}

function secondChart(c, field, title, unit, format) {
	const m = c.menu[field], types = m.length ? m[0].length : 0;
	return figure({ title, note: unit + ", by the item of period 1 (groups) and of period 2 (bars)", key: field,
		legend: Array.from({ length: types }, (_, i) => name(i)), drawing: bars({ groups: m.map((row, i) => ({ label: "after " + name(i), values: row })), format }),
		head: ["After", ...Array.from({ length: types }, (_, i) => name(i))], rows: m.map((row, i) => [name(i), ...row.map(format)]) });
}

function utilityChart(c) {
	return figure({ title: "Utility of each type over the items", note: "credits, both periods together; the mark shows the own item", key: "utility",
		legend: c.types.map((t) => name(t.type)),
		drawing: bars({ height: 260, format: decimal, mark: (i, j) => i === j, groups: c.types.map((t) => ({ label: "type " + t.type, values: t.utility })) }),
		head: ["Type", ...c.types.map((t) => name(t.type))], rows: c.types.map((t) => ["type " + t.type, ...t.utility.map(credits)]) });
}

function secondUtility(c) {
	return figure({ title: "Rent of each type in period 2", note: "credits, after each item of period 1", legend: c.types.map((t) => "type " + t.type), key: "rent2",
		drawing: bars({ format: decimal, groups: c.period2.map((p) => ({ label: "after " + name(p.item), values: p.types.map((t) => t.rent) })) }),
		head: ["After", ...c.types.map((t) => "type " + t.type)], rows: c.period2.map((p) => [name(p.item), ...p.types.map((t) => credits(t.rent))]) });
}

const firstTable = (c) => grid("Constraints of period 1",
	[["Type"], ["Willingness", true], ["Prior", true], ["Rent, credits", true], ["of it in period 1", true], ["Takes part (IR)"], ["Prefers its own item (IC)"]],
	c.types.map((t) => ({ key: t.type, cells: ["type " + t.type, decimal(t.theta), percent(t.prior), credits(t.rent), credits(t.rent_period1),
		holds(t.ir_slack), holds(t.ic_slack, t.ic_item)] })));

const secondTable = (c) => grid("Constraints of period 2",
	[["After, type"], ["Takes part (IR)"], ["Prefers its own item (IC)"]],
	c.period2.flatMap((p) => p.types.map((t) => ({ key: p.item + "-" + t.type, cells: [`${name(p.item)}, type ${t.type}`,
		holds(t.ir_slack), holds(t.ic_slack, t.ic_item)] }))));

function writer(c, r) {
	const by = r && r.policy_weights ? `${c.policy}, weights ${r.policy_weights}` : c.policy;
	const i = c.instance;
	return facts(["Written by", by + (r && r.policy_fallback ? " (stood in for the one in use, which failed)" : "")],
		r && r.policy_weights && ["Learned from", count(r.policy_updates) + " updates"], ["Expected profit per edge", credits(c.expected_profit) + " credits"],
		["Participation", i.participation], ["Discount", decimal(i.delta)], ["Samples per effort", count(c.samples_per_effort)], ["Largest effort", decimal(i.q_max)]);
}

function chooser(state, c) {
	const rounds = state.rounds.filter((r) => r.policy).slice(0, 100);
	return h("label", { class: "choose" }, "Round ", h("select", { id: "contract-round", "data-change": "contract" },
		h("option", { value: "", selected: !state.chosen }, "the newest"), rounds.map((r) =>
			h("option", { value: r.round, selected: state.chosen === r.round }, `${r.round} (${r.policy})`))));
}

export const contract = {
	title: "Contract",
	render(state) {
		const c = state.contract, r = c && state.rounds.find((x) => x.round === c.round);
		if (!c) return [panelOf({ key: "contract" }, "Contract", empty("No menu has been written yet."))];
		const sound = c.feasible ? badge("feasible: IC and IR hold", "ok") : badge("violated: " + c.violation.text, "bad");
		return [panelOf({ key: "contract", wide: true, aside: chooser(state, c) }, `Contract of round ${c.round}`, h("p", null, sound), writer(c, r)),
			h("div", { class: "columns" }, panelOf({ key: "menu" }, "The menu", menuChart(c)), panelOf({ key: "gain" }, "What types gain", utilityChart(c))),
			panelOf({ key: "ic", wide: true }, "Period 1: who takes part, and why each takes its own item", firstTable(c)),
			h("div", { class: "columns" }, panelOf({ key: "menu2" }, "The menu of period 2", secondChart(c, "q2", "Effort asked", "effort", decimal),
				secondChart(c, "r2", "Reward", "credits", credits)), panelOf({ key: "gain2" }, "What types gain in period 2", secondUtility(c), secondTable(c)))];
	},
};
