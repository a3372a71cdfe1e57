// Numbers and times as people read them, everywhere the same. "–" stands for what is not known.
export const NONE = "–";
const known = (x) => typeof x === "number" && Number.isFinite(x);
const fixed = (min, max) => new Intl.NumberFormat("en-GB", { minimumFractionDigits: min, maximumFractionDigits: max });
const whole = fixed(0, 0), three = fixed(3, 3), two = fixed(2, 2), percent1 = fixed(1, 1), percent2 = fixed(2, 2);
const plain = (text) => (/^-[0.,]*$/.test(text) ? text.slice(1) : text).replace("-", "−");

/* Credits: three decimals below ten thousand, none above; without the unit, which heads the column. */
export const credits = (x) => (known(x) ? plain((Math.abs(x) >= 1e4 ? whole : three).format(x)) : NONE);
/* The difference of two credits; tiny ones are said to be tiny and not nothing. */
export function slack(x) {
	if (!known(x)) return NONE;
	if (x !== 0 && Math.abs(x) < 5e-4) return (x < 0 ? "−" : "") + "<0.001";
	return credits(x);
}
export const count = (x) => (known(x) ? plain(whole.format(x)) : NONE);
export const decimal = (x) => (known(x) ? plain(two.format(x)) : NONE);
export const percent = (x) => (known(x) ? plain(percent1.format(100 * x)) + " %" : NONE);
export const percentFine = (x) => (known(x) ? plain(percent2.format(100 * x)) + " %" : NONE);

export function bytes(x) {
	if (!known(x)) return NONE;
	const units = ["B", "kB", "MB", "GB"];
	let i = 0;
	while (x >= 1000 && i < units.length - 1) { x /= 1000; i++; }
	return (i ? fixed(1, 1) : whole).format(x) + " " + units[i];
}

export function duration(ms) {
	if (!known(ms)) return NONE;
	if (ms < 1000) return whole.format(ms) + " ms";
	const s = ms / 1000;
	if (s < 60) return percent1.format(s) + " s";
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
export const item = (x) => (x === null || x === undefined ? NONE : x === "declined" ? "declined" : "item " + x);
export const plural = (n, one, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;
