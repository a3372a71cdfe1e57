// The registry: who is there, what they serve, what the cloud believes of them.
import { h, s } from "./dom.js";
import { ago, count, moment, percent } from "./format.js";
import { map } from "./map.js";
import { badge, button, edgeHealth, grid, panelOf } from "./parts.js";

function belief(edge) {
	if (!edge.belief) return "–";
	let x = 0;
	const text = edge.belief.map((p, i) => `type ${i} ${percent(p)}`).join(", ");
	return h("span", { class: "belief", title: text }, s("svg", { viewBox: "0 0 100 10", width: 100, height: 10, "aria-hidden": "true" },
		edge.belief.map((p, i) => s("rect", { class: "s" + (i % 6), x: ((x += p) - p) * 100, y: 0, width: p * 100, height: 10 }))), h("span", { class: "vh" }, text));
}

const wish = (edge) => (edge.allowed && !edge.revoked
	? button("Revoke", "revoke", { "data-edge": edge.edge, "aria-label": "Revoke " + edge.edge, class: "danger" })
	: button("Allow", "allow", { "data-edge": edge.edge, "aria-label": "Allow " + edge.edge }));

export const edges = {
	title: "Edges",
	render(state) {
		const current = state.status ? state.status.agent_version : 0;
		const legend = state.edges.find((e) => e.belief);
		return [panelOf({ key: "map", wide: true }, "Federation", map(state.edges, state.round, state.status, true)),
			panelOf({ key: "edges", wide: true }, "Edges", legend && h("ul", { class: "legend", "aria-hidden": "true" }, legend.belief.map((_, i) => h("li", { class: "s" + i }, "type " + i))),
				grid("Edges", [["Edge"], ["Health"], ["Serves version", true], ["Believed type"], ["Last seen"], ["First seen"], ["Change"]],
					state.edges.map((e) => ({ key: e.edge, cells: [e.edge, badge(...edgeHealth(e, current)), e.agent_version ? count(e.agent_version) : "none", belief(e),
						h("span", { title: moment(e.last_seen) }, e.connected ? "now" : ago(e.last_seen)), moment(e.first_seen), wish(e)] })), "No edge has connected yet."))];
	},
};
