// Server-sent events over fetch(), which unlike EventSource can send the token. Comes back by itself.
import { headers } from "./api.js";

const WAIT_MIN = 500, WAIT_MAX = 15000, SILENCE_MAX = 40000;

/* "event: x\nid: y\ndata: z" as {type, id, data}. */
function parse(block) {
	const e = { type: "message", id: null, data: "" };
	for (const line of block.split("\n")) {
		const colon = line.indexOf(":");
		if (colon <= 0) continue;
		const value = line.slice(colon + 1).replace(/^ /, "");
		if (line.startsWith("event:")) e.type = value;
		else if (line.startsWith("id:")) e.id = value;
		else if (line.startsWith("data:")) e.data += value;
	}
	return e.data ? e : null;
}

/* Begins behind the id that on.since promises. Calls on.event(type, data, id), on.state("live" | "lost", reason) until closed by the function that it returns. The
 * server writes a comment every 15 s; a stream that is silent for longer is dead. */
export function listen(on) {
	let last = null, began = false, wait = WAIT_MIN, abort = null, timer = null, closed = false;

	async function read() {
		let reason = "the cloud ended the stream", silence = null;
		abort = new AbortController();
		const heard = () => {
			clearTimeout(silence);
			silence = setTimeout(() => abort.abort(), SILENCE_MAX);
		};
		try {
			if (!began) last = await on.since;
			began = true;
			heard();
			const more = last ? { "Last-Event-ID": last } : {};
			const reply = await fetch("/api/v1/events", { headers: headers(more), signal: abort.signal });
			if (!reply.ok) throw new Error(reply.status === 401 ? "reading needs the token" : `it answered ${reply.status}`);
			await drain(reply.body.getReader(), heard);
		} catch (e) {
			reason = e.name === "AbortError" ? "silence" : e.message;
		}
		clearTimeout(silence);
		if (closed) return;
		on.state("lost", reason);
		timer = setTimeout(read, wait);
		wait = Math.min(2 * wait, WAIT_MAX);
	}

	async function drain(reader, heard) {
		const decoder = new TextDecoder();
		let text = "";
		for (;;) {
			const { value, done } = await reader.read();
			if (done) return;
			heard();
			text += decoder.decode(value, { stream: true });
			for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) take(text.slice(0, end));
		}
	}

	function take(block) {
		const e = parse(block);
		if (!e) return;
		if (e.id) last = e.id;
		if (e.type === "hello") {
			wait = WAIT_MIN;
			on.state("live", "");
		}
		on.event(e.type, JSON.parse(e.data), e.id);
	}

	read();
	return () => {
		closed = true;
		clearTimeout(timer);
		if (abort) abort.abort();
	};
}
