// What is known of the cloud, kept up to date by its events.
import { find, get, metrics, post } from "./api.js";
import { byName } from "./format.js";
import { listen } from "./stream.js";

const ROUNDS = 200, EDGES = 1000, PAYMENTS = 500, LOG = 500, PAST = 100;

export const state = {
	status: null, edges: [], rounds: [], round: null, contract: null, contracts: new Map(), chosen: null,
	agents: [], policies: [], learning: null, numbers: "", ledger: null, payments: [], log: [],
	live: "connecting", reason: "", refused: false, loaded: false,
};

let changed = () => {};
export const onChange = (f) => (changed = f);

const byEdge = (a, b) => byName(a.edge, b.edge);
const upsert = (list, key, x) => {
	const i = list.findIndex((y) => y[key] === x[key]);
	if (i < 0) return false;
	list[i] = { ...list[i], ...x };
	return true;
};

/* ---- reading ---- */

async function ledger() {
	const head = await get("/ledger?limit=1");
	const first = Math.max(1, head.entries - PAYMENTS + 1);
	state.ledger = head;
	state.payments = head.entries ? (await get(`/ledger?limit=${PAYMENTS}&cursor=${first}`)).items.reverse() : [];
}

const readers = {
	status: async () => (state.status = await get("/status")),
	edges: async () => (state.edges = (await get(`/edges?limit=${EDGES}`)).items.sort(byEdge)),
	rounds: async () => (state.rounds = (await get(`/rounds?limit=${ROUNDS}`)).items),
	round: async () => {
		if (state.status.last_round) state.round = await find("/rounds/latest");
	},
	agents: async () => (state.agents = (await get("/agents?limit=100")).items),
	policies: async () => {
		state.policies = (await get("/policies")).items;
		state.learning = await get("/policies/learning");
	},
	ledger,
};

/* Reads a part anew; several wishes within a moment are one. */
const wanted = new Set();
export function reload(...parts) {
	if (!wanted.size) setTimeout(readWanted, 150);
	parts.forEach((p) => wanted.add(p));
}
async function readWanted() {
	const parts = [...wanted];
	wanted.clear();
	await readAll(parts);
}
async function ask(parts) {
	const done = await Promise.allSettled(parts.map((p) => readers[p]()));
	state.refused = done.some((x) => x.status === "rejected" && x.reason.status === 401);
}
async function readAll(parts) {
	await ask(parts);
	changed();
}

const painted = () => new Promise((next) => (document.hidden ? next() : requestAnimationFrame(() => setTimeout(next))));

/* What the first screen shows, then the rest. */
export async function load() {
	await ask(["status", "edges"]);
	if (state.status) await ask(["round"]);
	state.loaded = state.status !== null;
	changed();
	await painted();
	await readAll(["rounds", "agents", "policies", "ledger"]);
	await showContract(state.chosen);
}

/* The contract of a round (null = of the newest that has one); kept, as a menu never changes. */
export async function showContract(number) {
	state.chosen = number;
	const newest = state.rounds.find((r) => r.policy);
	const of = number || (newest && newest.round);
	if (!of) return;
	if (!state.contracts.has(of)) {
		const contract = await find(`/rounds/${of}/menu`).catch(() => null);
		if (contract) state.contracts.set(of, contract);
		if (state.contracts.size > 50) state.contracts.delete(state.contracts.keys().next().value);
	}
	if (state.chosen === number) state.contract = state.contracts.get(of) || null;
	changed();
}

/* ---- events ---- */

function onRound(x) {
	const before = state.rounds.find((r) => r.round === x.round);
	if (!upsert(state.rounds, "round", x)) state.rounds.unshift(x);
	state.rounds.length = Math.min(state.rounds.length, ROUNDS);
	if (state.status) {
		state.status.round = x.ended ? null : x;
		state.status.last_round = Math.max(state.status.last_round, x.round);
	}
	if (!state.round || state.round.round !== x.round || (x.policy && !state.round.menu)) reload("round");
	else Object.assign(state.round, x);
	if (x.policy && !(before && before.policy) && !state.chosen) showContract(null);
	if (x.ended) reload("status", "round", "policies", "edges");
}

function onSeat(x) {
	if (!state.round || state.round.round !== x.round) return reload("round");
	if (!upsert(state.round.seats, "edge", x)) state.round.seats.push(x);
}

function onTask(x) {
	const seat = state.round && state.round.round === x.round && state.round.seats.find((s) => s.edge === x.edge);
	if (!seat) return reload("round");
	if (!upsert(seat.tasks, "task", x)) seat.tasks.push(x);
}

function onPayment(x) {
	state.payments.unshift(x);
	state.payments.length = Math.min(state.payments.length, PAYMENTS);
	if (!state.ledger) return;
	state.ledger.entries = x.entry;
	state.ledger.paid_total += x.amount;
	state.ledger.head = x.hash;
}

let greeted = false;
const events = {
	hello: (x) => {
		if (!x.resumed && greeted) {
			readUpTo = 0;
			load();
		}
		greeted = true;
	},
	round: onRound, seat: onSeat, task: onTask, payment: onPayment,
	edge: (x) => {
		if (!upsert(state.edges, "edge", x)) state.edges = [...state.edges, x].sort(byEdge);
		reload("status");
	},
	agent: () => reload("agents", "status"),
	control: (x) => { state.status = x; reload("policies"); },
};

const numberOf = (id) => Number((id || "").split("-")[1]) || 0;
let logged = 0, readUpTo = 0;

/* What happened before everything was read is only told. */
function take(type, data, id) {
	if (!events[type]) return;
	const past = readUpTo > 0 && numberOf(id) <= readUpTo;
	if (!past || type === "hello") events[type](data);
	if (type !== "hello") {
		state.log.unshift({ at: data.time, type, data, key: ++logged });
		state.log.length = Math.min(state.log.length, LOG);
	}
	changed();
}

let close = null;
/* Reads everything and follows the events; called again with another token. */
export function start() {
	if (close) close();
	state.log = [];
	const first = load();
	close = listen({
		event: take,
		since: first.then(() => state.status && since(state.status.events.last_id), () => null),
		state: (live, reason) => { Object.assign(state, { live, reason }); changed(); },
	});
	return first;
}

/* The id behind which the latest events come. */
function since(last) {
	readUpTo = numberOf(last);
	return last.split("-")[0] + "-" + Math.max(0, readUpTo - PAST);
}

/* ---- wishes of people ---- */

export async function act(path, parts, body) {
	const reply = await post(path, body);
	reload(...parts);
	return reply;
}
export async function verify() {
	await get("/ledger/verify");
	reload("ledger");
}
