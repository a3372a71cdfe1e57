// Requests to the cloud. The token, when there is one, lives in this tab only.
const KEY = "foedus-token";

export const token = () => sessionStorage.getItem(KEY) || "";
export function setToken(text) {
	if (text) sessionStorage.setItem(KEY, text);
	else sessionStorage.removeItem(KEY);
}
export const headers = (more) => (token() ? { ...more, Authorization: "Bearer " + token() } : { ...more });

export class Problem extends Error {
	constructor(status, detail) {
		super(detail);
		this.status = status;
	}
}

async function answer(reply) {
	const body = await reply.json().catch(() => null);
	if (reply.ok) return body;
	throw new Problem(reply.status, body && body.detail ? body.detail : `the cloud answered ${reply.status}`);
}

const read = async (path) => answer(await fetch("/api/v1" + path, { headers: headers() }));
/* What the first screen shows stands in the page where the cloud may tell it to everyone (cloud/admin/first.c). */
const early = new Map(Object.entries(JSON.parse(document.getElementById("first").textContent || "{}")).map(([path, x]) => [path, Promise.resolve(x)]));

export function get(path) {
	const begun = early.get(path);
	early.delete(path);
	return begun || read(path);
}
/* null where there is nothing (yet) */
export const find = async (path) => get(path).catch((e) => {
	if (e.status === 404) return null;
	throw e;
});
export const post = async (path, body) => answer(await fetch("/api/v1" + path, body
	? { method: "POST", headers: headers({ "Content-Type": "application/json" }), body: JSON.stringify(body) } : { method: "POST", headers: headers() }));
/* Prometheus' text: the value of one line, null when there is none. */
export async function metrics() {
	const reply = await fetch("/metrics", { headers: headers() });
	return reply.ok ? reply.text() : "";
}
