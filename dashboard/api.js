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

export const get = async (path) => answer(await fetch("/api/v1" + path, { headers: headers() }));
/* null where there is nothing (yet) */
export const find = async (path) => get(path).catch((e) => {
	if (e.status === 404) return null;
	throw e;
});
export const post = async (path) => answer(await fetch("/api/v1" + path, { method: "POST", headers: headers() }));
/* Prometheus' text: the value of one line, null when there is none. */
export async function metrics() {
	const reply = await fetch("/metrics", { headers: headers() });
	return reply.ok ? reply.text() : "";
}
