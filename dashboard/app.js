// The page: which view is shown, what people ask for, and drawing anew when something has changed.
import { setToken, token } from "./api.js";
import { byId, h, morph } from "./dom.js";
import { badge, modeBadge } from "./parts.js";
import { act, onChange, reload, showContract, start, state, verify } from "./store.js";
import { accuracy } from "./view_accuracy.js";
import { agents } from "./view_agents.js";
import { contract } from "./view_contract.js";
import { edges } from "./view_edges.js";
import { log, sentence } from "./view_log.js";
import { overview } from "./view_overview.js";
import { payments } from "./view_payments.js";
import { policy } from "./view_policy.js";

const views = { overview, contract, payments, accuracy, edges, agents, policy, log };
const THEME = "foedus-colours";
let current = "overview", pending = false, drawn = false, saidRound = "";

/* ---- drawing ---- */

function drawNav() {
	morph(byId("views"), h("div", null, h("ul", null, Object.entries(views).map(([id, v]) =>
		h("li", null, h("a", { href: "#" + id, "aria-current": id === current ? "page" : null }, v.title))))));
}

function drawState() {
	const live = state.live === "live" ? badge("live", "ok") : badge(state.live === "lost" ? `connection lost: ${state.reason}` : "connecting", "warn");
	morph(byId("state"), h("div", null, state.status && modeBadge(state.status.mode), live));
	const name = state.status ? state.status.name : "";
	if (name) byId("name").textContent = name;
	document.title = `${views[current].title} · ${name || "Foedus"}`;
}

/* A screen reader hears of rounds, not of every event. */
function say() {
	const newest = state.log.find((e) => e.type === "round");
	const text = newest ? sentence(newest) : "";
	if (text !== saidRound) byId("said").textContent = saidRound = text;
}

function draw() {
	pending = false;
	drawState();
	byId("title").textContent = views[current].title;
	const body = state.refused && !state.status
		? [h("p", { class: "panel" }, "This cloud wants the token before it tells anything. It is in the file admin.token of its state folder.")] : views[current].render(state);
	morph(byId("view"), h("div", null, body));
	say();
	if (state.loaded && !drawn) performance.mark("first-screen");
	drawn = state.loaded;
}

function redraw() {
	if (pending) return;
	pending = true;
	if (drawn) setTimeout(draw, 80); // many events at once are one drawing
	else queueMicrotask(draw); // the first screen is there before anything is painted
}

function go() {
	const id = location.hash.slice(1);
	if (id === "main") return;
	const moved = current !== id && id in views;
	current = id in views ? id : "overview";
	drawNav();
	draw();
	if (moved) {
		byId("main").focus({ preventScroll: true });
		window.scrollTo(0, 0);
	}
}

/* ---- wishes ---- */

function notice(text, tone) {
	const box = byId("notice");
	box.className = "notice " + tone;
	box.textContent = text;
	clearTimeout(notice.timer);
	notice.timer = setTimeout(() => (box.textContent = ""), 8000);
}

async function wish(done, work) {
	try {
		await work();
		notice(done, "ok");
	} catch (e) {
		notice(e.status === 401 ? "This needs the right token: enter it at the top." : e.message, "bad");
		if (e.status === 401) byId("token").focus();
	}
}

const name = (x) => encodeURIComponent(x);
const sure = (text) => window.confirm(text);
const actions = {
	skip: () => byId("main").focus(),
	pause: () => wish("No round starts by itself any more.", () => act("/control/pause", ["status"])),
	resume: () => wish("Rounds start again.", () => act("/control/resume", ["status"])),
	start: () => wish("A round has begun.", () => act("/rounds", ["status", "round", "rounds"])),
	verify: () => wish("The chain was walked.", verify),
	allow: ({ edge }) => wish(`${edge} is allowed.`, () => act(`/edges/${name(edge)}/allow`, ["edges", "status"])),
	revoke: ({ edge }) => sure(`Revoke ${edge}? Its session ends.`) && wish(`${edge} is revoked.`, () => act(`/edges/${name(edge)}/revoke`, ["edges", "status"])),
	deploy: ({ version }) => sure(`Roll back to version ${version}? Every edge gets its modules, as a new version, and the next round trains from them.`) &&
		wish(`Version ${version} is on its way to the edges.`, () => act(`/agents/${name(version)}/deploy`, ["agents", "status"], { train: true })),
	policy: (x) => wish(`${x.policy} writes the menus from the next round on.`, () => act(`/policies/${name(x.policy)}/use`, ["policies", "status"])),
};
const changes = {
	contract: (value) => showContract(value ? Number(value) : null),
	filter: (value) => { log.filter = value; redraw(); },
};

document.addEventListener("click", (e) => {
	const x = e.target.closest("[data-action]");
	if (!x) return;
	if (x.tagName === "A") e.preventDefault();
	actions[x.dataset.action](x.dataset);
});
document.addEventListener("change", (e) => {
	const kind = e.target.dataset.change;
	if (kind) changes[kind](e.target.value);
});
byId("token-form").addEventListener("submit", (e) => {
	e.preventDefault();
	setToken(byId("token").value.trim());
	byId("token").value = "";
	notice(token() ? "The token is used until this tab is closed." : "The token is forgotten.", "ok");
	start();
});

function setTheme(value) {
	if (value) document.documentElement.dataset.theme = value;
	else delete document.documentElement.dataset.theme;
	byId("theme").value = value;
}
byId("theme").addEventListener("change", (e) => {
	localStorage.setItem(THEME, e.target.value);
	setTheme(e.target.value);
});

setTheme(localStorage.getItem(THEME) || "");
onChange(redraw);
window.addEventListener("hashchange", go);
window.addEventListener("resize", redraw);
go();
start();
setInterval(() => {
	if (current === "policy") reload("policies"); // what is learned between rounds is no event
	redraw();
}, 5000);
