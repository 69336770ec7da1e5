// collect scrolls the page and returns where its labeled parts lie, as
// {scrollY, documentHeight, boxes}. A box has a class ("text", "heading",
// "button", "image", "face", "field"), its corner, width and height in CSS
// pixels of the viewport, the share of it that nothing covers, and for text the
// font size, the weight and the color.
//
// Parts carry data-label; every line of text is a box of its own, a heading
// where an ancestor is labeled so. What lies outside the viewport, is clipped
// by a scrolling ancestor or covered by something else is left out.
async (scroll) => {
	const root = document.scrollingElement;
	await document.fonts.ready;
	root.scrollTo({top: Math.round(scroll * Math.max(0, root.scrollHeight - innerHeight)), behavior: "instant"});
	for (const e of document.querySelectorAll("[data-scroll]")) {
		e.scrollTop = Math.round(e.dataset.scroll * Math.max(0, e.scrollHeight - e.clientHeight));
	}
	await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

	const styles = new Map();
	const style = (e) => {
		if (!styles.has(e)) styles.set(e, getComputedStyle(e));
		return styles.get(e);
	};
	const cut = (a, b) => ({
		left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
		right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
	});

	// clipped returns the part of a rectangle that the viewport and the
	// ancestors of its element let through.
	const clipped = (e, rect) => {
		let r = cut(rect, {left: 0, top: 0, right: innerWidth, bottom: innerHeight});
		for (; e && e !== document.body; e = e.parentElement) {
			if (style(e).position === "fixed") return r;
			const p = e.parentElement;
			if (p && p !== document.body && style(p).overflow !== "visible") r = cut(r, p.getBoundingClientRect());
		}
		return r;
	};

	// uncovered returns the share of nine points of r at which e is on top.
	const uncovered = (e, r) => {
		let hits = 0;
		for (const v of [1, 3, 5]) {
			for (const u of [1, 3, 5]) {
				const hit = document.elementFromPoint(r.left + (r.right - r.left) * u / 6, r.top + (r.bottom - r.top) * v / 6);
				if (hit && (e.contains(hit) || hit.contains(e))) hits++;
			}
		}
		return hits / 9;
	};

	const round = (x) => Math.round(10 * x) / 10;
	const boxes = [];
	const add = (name, e, rect, more) => {
		const r = clipped(e, rect), w = r.right - r.left, h = r.bottom - r.top;
		if (w < 2 || h < 2 || !e.checkVisibility({opacityProperty: true, visibilityProperty: true})) return;
		const visible = uncovered(e, r);
		if (visible < 0.15) return;
		boxes.push({class: name, box: [r.left, r.top, w, h].map(round), visible: Math.round(100 * visible) / 100, ...more});
	};
	const font = (e) => ({size: round(parseFloat(style(e).fontSize)), weight: +style(e).fontWeight, color: style(e).color});

	for (const e of document.querySelectorAll("[data-label]")) {
		if (e.dataset.label !== "heading") add(e.dataset.label, e, e.getBoundingClientRect());
	}
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const range = document.createRange();
	while (walker.nextNode()) {
		const node = walker.currentNode, e = node.parentElement;
		if (!node.data.trim() || e.closest("option, style, script")) continue;
		range.selectNodeContents(node);
		for (const r of range.getClientRects()) add(e.closest("[data-label=heading]") ? "heading" : "text", e, r, font(e));
	}

	// What a field shows has no text node: measure it.
	const pen = document.createElement("canvas").getContext("2d");
	for (const e of document.querySelectorAll("input, textarea, select")) {
		const words = e.tagName === "SELECT" ? e.selectedOptions[0]?.text : e.type === "password" ? "•".repeat(e.value.length) || e.placeholder : e.value || e.placeholder;
		if (!words || ["checkbox", "radio", "range", "color"].includes(e.type)) continue;
		const s = style(e), box = e.getBoundingClientRect(), height = 1.2 * parseFloat(s.fontSize);
		pen.font = `${s.fontWeight} ${s.fontSize} ${s.fontFamily}`;
		const pad = parseFloat(s.paddingLeft) + parseFloat(s.borderLeftWidth);
		const width = Math.min(pen.measureText(words).width, box.width - 2 * pad);
		const left = s.direction === "rtl" ? box.right - pad - width : box.left + pad;
		const top = e.tagName === "TEXTAREA" ? box.top + parseFloat(s.paddingTop) : (box.top + box.bottom - height) / 2;
		add("text", e, {left, top, right: left + width, bottom: top + height}, font(e));
	}
	return {scrollY: root.scrollTop, documentHeight: root.scrollHeight, boxes};
}
