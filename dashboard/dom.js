// Making and updating elements. Texts become text nodes: nothing from the server is ever read as HTML.
const SVG = "http://www.w3.org/2000/svg";

function fill(element, props, children) {
	for (const [name, value] of Object.entries(props || {})) {
		if (value === null || value === undefined || value === false) continue;
		element.setAttribute(name, value === true ? "" : String(value));
	}
	for (const child of children.flat(Infinity)) {
		if (child === null || child === undefined || child === false || child === "") continue;
		element.append(child instanceof Node ? child : document.createTextNode(String(child)));
	}
	return element;
}

/* h("p", {class: "x"}, "text", h("b", null, 1)); what is null or false is left out. */
export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
export const s = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

function morphAttributes(old, next) {
	for (const { name } of [...old.attributes])
		if (!next.hasAttribute(name) && !(name === "open" && old.tagName === "DETAILS")) old.removeAttribute(name);
	for (const { name, value } of next.attributes)
		if (old.getAttribute(name) !== value) old.setAttribute(name, value);
}

const alike = (a, b) =>
	a.nodeType === b.nodeType && a.nodeName === b.nodeName &&
	(a.nodeType !== 1 || a.getAttribute("data-key") === b.getAttribute("data-key"));

/* Makes the children of `old` like those of `next` and keeps the elements that stay, and with them the focus, the
 * place scrolled to and what is unfolded. Actions are found by their data-action (app.js), so none get lost. */
export function morph(old, next) {
	let at = old.firstChild;
	for (const child of [...next.childNodes]) {
		if (!at || !alike(at, child)) {
			const later = child.nodeType === 1 && child.hasAttribute("data-key") ? findAlike(at, child) : null;
			if (!later) {
				old.insertBefore(child, at);
				continue;
			}
			old.insertBefore(later, at);
			at = later;
		}
		if (at.nodeType === 1) {
			morphAttributes(at, child);
			morph(at, child);
		} else if (at.nodeValue !== child.nodeValue) at.nodeValue = child.nodeValue;
		at = at.nextSibling;
	}
	while (at) {
		const after = at.nextSibling;
		at.remove();
		at = after;
	}
}

function findAlike(from, child) {
	for (let x = from; x; x = x.nextSibling) if (alike(x, child)) return x;
	return null;
}

export const byId = (id) => document.getElementById(id);
