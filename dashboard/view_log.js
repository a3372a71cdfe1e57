// What happened, in words, and when by the cloud's clock.
import { h } from "./dom.js";
import { clock, count, credits, item, percent } from "./format.js";
import { badge, grid, panelOf } from "./parts.js";
import { phaseText } from "./view_round.js";

const period = (n) => (n === 3 ? "deriving" : "period " + n);

const words = {
	round: (x) => (x.phase === "failed" ? `round ${x.round} failed: ${x.failure}` : x.phase === "done" ? `round ${x.round} is done, ${credits(x.paid)} credits paid`
		: `round ${x.round}: ${phaseText(x.phase)}`),
	seat: (x) => `${x.edge}: period 1 ${item(x.period1)}, period 2 ${item(x.period2)}` + (x.deploy === "none" ? "" : `, agent ${x.deploy}`),
	task: (x) => `${x.edge}, ${period(x.period)}: ${x.state}${x.reason ? " (" + x.reason + ")" : ""}, ${count(x.samples)} samples`
		+ (Number.isFinite(x.metric) ? `, ${percent(x.metric)}` : ""),
	payment: (x) => `${x.edge} is paid ${credits(x.amount)} credits for ${period(x.period)} of round ${x.round}`,
	edge: (x) => `${x.edge} ${x.revoked ? "is revoked" : x.connected ? "is connected" : "is away"}` + (x.connected && x.agent_version ? `, serves version ${x.agent_version}` : ""),
	agent: (x) => `version ${x.version} of the agent was made`,
	control: (x) => `the cloud is ${x.mode}; policy ${x.policy}`,
};
const toneOf = ({ type, data }) => (data.phase === "failed" || data.state === "rejected" || data.revoked ? "bad" : data.state === "late" || data.connected === false ? "warn"
	: type === "payment" || data.phase === "done" ? "ok" : "plain");

export const sentence = (e) => words[e.type](e.data);
export const logTable = (entries) => grid("Events", [["Time"], ["Kind"], ["What happened"]],
	entries.map((e) => ({ key: e.key, cells: [clock(e.at), badge(e.type, toneOf(e)), sentence(e)] })), "Nothing has happened since the cloud was started.", "events");

export const log = {
	title: "Log",
	filter: "",
	render(state) {
		const kinds = ["", ...Object.keys(words)], shown = state.log.filter((e) => !log.filter || e.type === log.filter);
		const aside = h("label", { class: "choose" }, "Show ", h("select", { id: "log-filter", "data-change": "filter" },
			kinds.map((k) => h("option", { value: k, selected: log.filter === k }, k || "everything"))));
		return [panelOf({ key: "log", wide: true, aside }, "Events", logTable(shown.slice(0, 300)))];
	},
};
