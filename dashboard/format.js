// Numbers and times as people read them, everywhere the same. "–" stands for what is not known.
export const NONE = "–";
const known = (x) => typeof x === "number" && Number.isFinite(x);
/* 12,345.678; by hand, since to set up Intl takes longer than to draw the first screen. */
const fixed = (digits) => (x) => x.toFixed(digits).replace(/\d(?=(\d{3})+(\.|$))/g, "$&,");
const whole = fixed(0), one = fixed(1), two = fixed(2), three = fixed(3);
const plain = (text) => (/^-[0.,]*$/.test(text) ? text.slice(1) : text).replace("-", "−");

/* Credits: three decimals below ten thousand, none above; without the unit, which heads the column. */
export const credits = (x) => (known(x) ? plain((Math.abs(x) >= 1e4 ? whole : three)(x)) : NONE);
/* The difference of two credits; tiny ones are said to be tiny and not nothing. */
export function slack(x) {
	if (!known(x)) return NONE;
	if (x !== 0 && Math.abs(x) < 5e-4) return (x < 0 ? "−" : "") + "<0.001";
	return credits(x);
}
export const count = (x) => (known(x) ? plain(whole(x)) : NONE);
export const decimal = (x) => (known(x) ? plain(two(x)) : NONE);
export const percent = (x) => (known(x) ? plain(one(100 * x)) + " %" : NONE);
export const percentFine = (x) => (known(x) ? plain(two(100 * x)) + " %" : NONE);

export function bytes(x) {
	if (!known(x)) return NONE;
	const units = ["B", "kB", "MB", "GB"];
	let i = 0;
	while (x >= 1000 && i < units.length - 1) { x /= 1000; i++; }
	return (i ? one : whole)(x) + " " + units[i];
}

export function duration(ms) {
	if (!known(ms)) return NONE;
	if (ms < 1000) return whole(ms) + " ms";
	const s = ms / 1000;
	if (s < 60) return one(s) + " s";
	if (s < 3600) return Math.floor(s / 60) + " min " + Math.floor(s % 60) + " s";
	if (s < 86400) return Math.floor(s / 3600) + " h " + Math.floor((s % 3600) / 60) + " min";
	return Math.floor(s / 86400) + " d " + Math.floor((s % 86400) / 3600) + " h";
}

const two0 = (n) => String(n).padStart(2, "0");
export function clock(text) {
	const t = text ? new Date(text) : null;
	return t && !isNaN(t) ? `${two0(t.getHours())}:${two0(t.getMinutes())}:${two0(t.getSeconds())}` : NONE;
}
export function moment(text) {
	const t = text ? new Date(text) : null;
	if (!t || isNaN(t)) return NONE;
	return `${t.getFullYear()}-${two0(t.getMonth() + 1)}-${two0(t.getDate())} ${clock(text)}`;
}
export function ago(text, now = Date.now()) {
	const t = text ? new Date(text) : null;
	if (!t || isNaN(t)) return NONE;
	const ms = now - t;
	return ms < 5000 ? "just now" : (ms < 60000 ? Math.floor(ms / 1000) + " s" : duration(ms)) + " ago";
}
/* Names in the order in which people count them: edge-2 before edge-10. */
export function byName(a, b) {
	const x = a.match(/\d+|\D+/g) || [], y = b.match(/\d+|\D+/g) || [];
	for (let i = 0; i < x.length && i < y.length; i++) {
		const less = x[i] - y[i] || (x[i] < y[i] ? -1 : x[i] > y[i] ? 1 : 0);
		if (less) return less;
	}
	return x.length - y.length;
}
export const item = (x) => (x === null || x === undefined ? NONE : x === "declined" ? "declined" : "item " + x);
export const plural = (n, one, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;
