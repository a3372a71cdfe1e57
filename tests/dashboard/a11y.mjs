// Checks of the shown page, run inside it: names, headings, landmarks, ids, contrast as computed. Answers complaints.
export function complaints() {
	const out = [], seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
	const where = (e) => `<${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""}> '${(e.textContent || "").trim().slice(0, 30)}'`;
	const nameOf = (e) => e.getAttribute("aria-label") || (e.getAttribute("aria-labelledby") || "").split(" ").map((id) => document.getElementById(id)?.textContent || "").join("")
		|| [...(e.labels || [])].map((l) => l.textContent).join("") || (e.tagName === "INPUT" || e.tagName === "SELECT" ? "" : e.textContent.trim()) || e.getAttribute("title") || "";

	for (const e of document.querySelectorAll("a[href], button, input, select, summary, section, nav, [role=region], [role=img], [tabindex='0']"))
		if (!nameOf(e).trim()) out.push(where(e) + " has no name");
	const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
	ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => out.push(`id ${id} twice`));
	let level = 0;
	for (const e of document.querySelectorAll("h1, h2, h3, h4")) {
		const n = Number(e.tagName[1]);
		if (n > level + 1) out.push(where(e) + ` skips from level ${level} to ${n}`);
		level = n;
	}
	for (const tag of ["main", "nav", "header.top", "h1"])
		if (document.querySelectorAll(tag).length !== 1) out.push(`not one ${tag}`);
	for (const e of document.querySelectorAll("table")) if (!e.caption || !e.querySelector("th[scope=col]")) out.push("a table without caption or headings");
	for (const e of document.querySelectorAll("svg:not([aria-hidden=true]):not([role=img])")) out.push(where(e) + ": a drawing that is neither hidden nor named");
	if (!document.documentElement.lang) out.push("no language");

	const rgb = (text) => (text.startsWith("color(srgb") ? text.match(/[\d.]+/g).map((x, i) => (i < 3 ? x * 255 : +x)) : text.match(/[\d.]+/g).map(Number));
	const light = (c) => c.slice(0, 3).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
	const behind = (e) => {
		for (let x = e; x; x = x.parentElement) {
			const c = rgb(getComputedStyle(x).backgroundColor);
			if (c.length < 4 || c[3] > 0.99) return c;
		}
		return [255, 255, 255];
	};
	const told = new Set();
	for (const e of document.querySelectorAll("body *")) {
		const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.nodeValue.trim());
		if (!own || !seen(e) || e.closest(".vh, .skip, :disabled") || e.closest(".cloud, .map .edge") && e.closest("svg")) continue;
		const style = getComputedStyle(e), fore = rgb(e.closest("svg") ? style.fill : style.color), back = behind(e), r = ratio(fore, back);
		const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 700);
		if (r < (large ? 3 : 4.5) && !told.has(where(e))) out.push(`${where(e)}: contrast ${r.toFixed(2)}`);
		told.add(where(e));
	}
	const marks = [...document.querySelectorAll(".plot .bars rect, .plot .line path, .map .edge circle")].map((e) => [e, getComputedStyle(e)]);
	for (const [e, style] of marks) {
		const c = rgb(e.tagName === "rect" ? style.fill : style.stroke), r = ratio(c, behind(e));
		if (r < 3) out.push(`a mark of class ${e.getAttribute("class") || e.parentElement.getAttribute("class")}: contrast ${r.toFixed(2)}`);
	}
	return out;
}

/* What makes the page wider than the window. */
export function overflow() {
	const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
	if (wide <= 0) return [];
	return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".scroll, nav"))
		.slice(0, 5).map((e) => `${wide} px too wide: <${e.tagName.toLowerCase()} class='${e.getAttribute("class") || ""}'>`);
}
