// Versions of the agent. Rolling back makes the modules of an old version a new one, from which training goes on.
import { h } from "./dom.js";
import { bytes, count, moment, percentFine } from "./format.js";
import { token } from "./api.js";
import { badge, button, grid, panelOf } from "./parts.js";

const modules = (a) => h("ul", { class: "plain" }, a.modules.map((m) =>
	h("li", null, m.kind, " ", h("b", null, percentFine(m.value)), h("span", { class: "muted" }, ` ${m.metric}, ${bytes(m.size)}`))));

const rollBack = (a) => (a.current ? badge("current", "ok")
	: button("Roll back to this", "deploy", { "data-version": a.version, "aria-label": "Roll back to version " + a.version }));

export const agents = {
	title: "Agents",
	render: (state) => [panelOf({ key: "agents", wide: true }, "Versions of the agent",
		h("p", { class: "muted" }, "Rolling back makes the modules of an old version a new one that every edge gets. The next round trains from them; one that is under way ends as it began.",
			!token() && " It needs the token (at the top of the page)."),
		grid("Versions of the agent", [["Version"], ["Made"], ["By round", true], ["Modules"], ["Edges that serve it", true], ["Change"]],
			state.agents.map((a) => ({ key: a.version, cells: ["version " + a.version, moment(a.made), a.round ? count(a.round) : "–", modules(a), count(a.edges), rollBack(a)] })),
			"No round has made an agent yet."))],
};
