// Who writes the menus, and what it learns.
import { figure, lines } from "./chart.js";
import { h } from "./dom.js";
import { count, credits, moment, percentFine } from "./format.js";
import { badge, button, empty, facts, grid, panelOf, policyName } from "./parts.js";

function learningCurve(l) {
	const steps = [...l.items].reverse(), at = (x) => x.updates;
	return figure({ title: "Held-out ratio", note: "profit over the optimum on problems it never learns from; by updates", legend: ["in use", "tried"],
		drawing: lines({ format: percentFine, xFormat: count, integers: false, series: [{ points: steps.map((x) => [at(x), x.accepted ? x.ratio : x.before]) },
			{ points: steps.map((x) => [at(x), x.ratio]) }] }),
		head: ["Updates", "Time", "Tried", "Before", "Outcome"], rows: [...l.items].map((x) => [count(x.updates), moment(x.time), percentFine(x.ratio), percentFine(x.before), x.accepted ? "replaced" : "kept as it was"]) });
}

function profits(state) {
	const rounds = state.rounds.filter((r) => r.policy && Number.isFinite(r.expected_profit)).reverse();
	return figure({ title: "Expected profit per edge, by round", note: "credits", legend: ["expected profit"],
		drawing: lines({ format: credits, series: [{ points: rounds.map((r) => [r.round, r.expected_profit]) }] }), head: ["Round", "Policy", "Updates behind it", "Expected profit"],
		rows: rounds.map((r) => [r.round, policyName(r), r.policy_weights ? count(r.policy_updates) : "–", credits(r.expected_profit)]).reverse() });
}

function learning(state) {
	const l = state.learning;
	if (!l || !l.learning) return empty("The policy in use does not learn on the job.");
	return [facts(["Held-out ratio", percentFine(l.ratio)], ["Updates since the start", count(l.updates)], ["Replacements", `${count(l.accepted)} accepted, ${count(l.refused)} refused`],
		["Rounds remembered", count(l.remembered)]), l.items.length ? learningCurve(l) : empty("Nothing was tried since the start: it learns between rounds.")];
}

const choose = (p) => (p.used ? badge("in use", "ok") : button("Use", "policy", { "data-policy": p.policy, "aria-label": "Use " + p.policy }));

export const policy = {
	title: "Policy",
	render: (state) => [
		state.status && state.status.policy_note && h("p", { class: "panel" }, state.status.policy_note),
		panelOf({ key: "policies", wide: true }, "Policies", grid("Policies", [["Policy"], ["What it does"], ["From"], ["Change"]],
			state.policies.map((p) => ({ key: p.policy, cells: [p.policy, p.summary, p.configured ? "the configuration" : "–", choose(p)] })))),
		h("div", { class: "columns" }, panelOf({ key: "learning" }, "Learning on the job", learning(state)), panelOf({ key: "profits" }, "Contracts written", profits(state)))],
};
