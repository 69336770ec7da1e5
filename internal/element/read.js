// Reads what a document shows: headings, paragraphs, links, buttons, fields,
// images, videos, navigations and dialogs, in the order of the document, with
// the frames in it and what covers others. Nothing of the page is changed. The
// elements are kept in this world, by their index in the answer.
({max, nodes, ms, main, queries}) => {
  const begin = performance.now();

  // What the browser's own properties and methods say: a page can hide those of
  // forms and of the document behind elements with their names.
  const real = (type, key) => {
    const d = Object.getOwnPropertyDescriptor(type.prototype, key);
    return d.get ? (o) => d.get.call(o) : (o, ...args) => d.value.call(o, ...args);
  };
  const nodeType = real(Node, "nodeType"), childNodes = real(Node, "childNodes"), parentNode = real(Node, "parentNode"), parentElement = real(Node, "parentElement");
  const rootNode = real(Node, "getRootNode"), textContent = real(Node, "textContent");
  const localName = real(Element, "localName"), space = real(Element, "namespaceURI"), open = real(Element, "shadowRoot");
  // Closed shadow trees: a capture keeps them in this world, an extension may ask for
  // them. Only what the world itself has counts: an id of the page is a global, too.
  const own = (key) => Object.hasOwn(globalThis, key) ? globalThis[key] : null;
  const closed = own("saccadeClosed"), asked = own("chrome") && own("chrome").dom;
  const shadow = (el) => open(el) || closed && closed.get(el) || asked && el instanceof HTMLElement && asked.openOrClosedShadowRoot(el) || null;
  const attribute = real(Element, "getAttribute"), visible = real(Element, "checkVisibility");
  const bounds = real(Element, "getBoundingClientRect"), lines = real(Element, "getClientRects"), find = real(Element, "querySelector");
  const edges = ["clientLeft", "clientTop", "clientWidth", "clientHeight"].map((k) => real(Element, k));
  const outer = ["offsetWidth", "offsetHeight"].map((k) => real(HTMLElement, k));
  const all = {doc: real(Document, "querySelectorAll"), part: real(DocumentFragment, "querySelectorAll")};
  const select = (tree, query) => (tree instanceof ShadowRoot ? all.part : all.doc)(tree, query);
  const byId = {doc: real(Document, "getElementById"), part: real(DocumentFragment, "getElementById")};
  const top0 = real(Document, "documentElement")(document), body0 = real(Document, "body")(document);
  const sx = main ? scrollX : 0, sy = main ? scrollY : 0;
  const items = [], kept = [];
  let truncated = false, listed = 0, blockers = 0;

  const roles = new Set(["heading", "paragraph", "link", "button", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio",
    "switch", "slider", "spinbutton", "img", "video", "navigation", "dialog", "alertdialog"]);
  const buttons = new Set(["button", "submit", "reset", "image"]);
  const inputs = {checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton", search: "searchbox"};
  const tags = {h1: "heading", h2: "heading", h3: "heading", h4: "heading", h5: "heading", h6: "heading", p: "paragraph", pre: "paragraph",
    button: "button", summary: "button", textarea: "textbox", img: "img", svg: "img", canvas: "img", video: "video", nav: "navigation", dialog: "dialog"};
  const fields = new Set(["textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "switch", "slider", "spinbutton"]);
  const roleOf = (el, tag) => {
    const own = (attribute(el, "role") || "").trim().split(/\s+/)[0].toLowerCase();
    if (own === "none" || own === "presentation") return "";
    if (own === "image") return "img";
    if (own === "alertdialog") return "dialog";
    if (roles.has(own)) return own;
    if (tag === "a" || tag === "area") return attribute(el, "href") !== null ? "link" : "";
    if (tag === "input") return el.type === "hidden" ? "" : buttons.has(el.type) ? "button" : inputs[el.type] || "textbox";
    if (tag === "select") return el.multiple || el.size > 1 ? "listbox" : "combobox";
    if (tags[tag]) return tags[tag];
    const edit = attribute(el, "contenteditable");
    return edit !== null && edit !== "false" ? "textbox" : "";
  };

  // Texts and names.
  const mute = new Set(["script", "style", "noscript", "template", "select", "textarea", "input", "svg", "iframe", "object", "video", "audio"]);
  const kids = (n) => {
    const tree = shadow(n);
    if (tree) return childNodes(tree);
    if (n instanceof HTMLSlotElement) {
      const a = n.assignedNodes();
      if (a.length) return a;
    }
    return childNodes(n);
  };
  const textOf = (el) => {
    let left = 400, s = "";
    const walk = (n, depth) => {
      for (const k of kids(n)) {
        if (--left < 0 || s.length > 200 || depth > 60) return;
        if (nodeType(k) === 3) {
          s += k.data.slice(0, 2000).replace(/\s+/g, " ");
        } else if (nodeType(k) === 1) {
          const tag = localName(k);
          if (mute.has(tag) || attribute(k, "aria-hidden") === "true" || !visible(k, {visibilityProperty: true}) && getComputedStyle(k).display !== "contents") continue;
          const label = attribute(k, "aria-label");
          if (label) s += " " + label.slice(0, 200) + " ";
          else if (tag === "img") s += " " + (attribute(k, "alt") || "").slice(0, 200) + " ";
          else {
            const block = tag === "br" || !getComputedStyle(k).display.startsWith("inline");
            if (block) s += " ";
            walk(k, depth + 1);
            if (block) s += " ";
          }
        }
      }
    };
    walk(el, 0);
    return s.replace(/\s+/g, " ").trim().slice(0, 200);
  };
  const nameOf = (el, tag, role, text) => {
    const root = rootNode(el), get = (a) => (attribute(el, a) || "").slice(0, 200).trim();
    let by = "";
    for (const id of get("aria-labelledby").split(/\s+/).slice(0, 5)) {
      const other = id && (root instanceof ShadowRoot ? byId.part : byId.doc)(root, id);
      if (other) by += " " + (textOf(other) || (textContent(other) || "").slice(0, 200));
    }
    if (by.trim()) return by;
    if (get("aria-label")) return get("aria-label");
    if (tag === "img" || tag === "input" && el.type === "image") return get("alt") || get("title");
    if (tag === "svg") {
      const t = find(el, "title");
      return t ? (textContent(t) || "").slice(0, 200) : "";
    }
    if (tag === "input" && buttons.has(el.type)) return (el.value || {submit: "Submit", reset: "Reset"}[el.type] || "").slice(0, 200);
    if (fields.has(role)) {
      const label = el.labels && el.labels[0];
      return label && textOf(label) || get("placeholder") || get("title");
    }
    if (role === "navigation" || role === "dialog" || role === "video" || role === "img") return get("title");
    return text || get("title");
  };

  // Selectors: from the nearest ancestor with a name of its own downward.
  const counts = new Map(), places = new Map();
  const unique = (root, query) => {
    let m = counts.get(root);
    if (!m) counts.set(root, m = new Map());
    if (!m.has(query)) m.set(query, select(root, query).length);
    return m.get(query) === 1;
  };
  const generated = /\d{3,}|^(radix|headlessui|react|ember|mui|ext-|yui|gen|uid|id|__)[-_\d:]|^:|(^|[-_])(?=[a-z]*\d)(?=\d*[a-z])[a-z\d]{6,}($|[-_])/i;
  const marks = new Map();
  const marked = (root, a, v) => { // how often a value of an attribute occurs
    let m = marks.get(root);
    if (!m) marks.set(root, m = new Map());
    if (!m.has(a)) {
      const c = new Map();
      for (const el of select(root, "[" + a + "]")) c.set(attribute(el, a), (c.get(attribute(el, a)) || 0) + 1);
      m.set(a, c);
    }
    return m.get(a).get(v);
  };
  const anchor = (el, root) => {
    const id = attribute(el, "id");
    if (id && id.length <= 64 && !generated.test(id)) {
      const q = "#" + CSS.escape(id);
      if (unique(root, q)) return q;
    }
    for (const a of ["data-testid", "data-test", "name"]) {
      const v = attribute(el, a);
      if (!v || v.length > 64 || /["\\\n\r\f\0]/.test(v) || generated.test(v) || marked(root, a, v) !== 1) continue;
      if (a !== "name" || /^(input|select|textarea|button)$/.test(localName(el))) return `[${a}="${v}"]`;
    }
    return el === body0 && unique(root, "body") ? "body" : "";
  };
  const step = (el) => {
    const up = parentNode(el), tag = CSS.escape(localName(el));
    if (!places.has(up)) {
      const number = new Map(), total = new Map();
      for (const c of childNodes(up)) {
        if (nodeType(c) !== 1) continue;
        const t = space(c) + " " + localName(c), n = (total.get(t) || 0) + 1;
        total.set(t, n);
        number.set(c, n);
      }
      places.set(up, {number, total});
    }
    const p = places.get(up);
    return p.total.get(space(el) + " " + localName(el)) > 1 ? `${tag}:nth-of-type(${p.number.get(el)})` : tag;
  };
  const selectorOf = (el, depth = 0) => {
    const root = rootNode(el);
    let s = "";
    for (let n = el; ;) {
      const a = anchor(n, root);
      if (a) { s = s ? a + " > " + s : a; break; }
      if (n === top0) { s = s ? ":root > " + s : ":root"; break; }
      s = s ? step(n) + " > " + s : step(n);
      if (s.length > 1000) return "";
      if (!parentElement(n)) {
        if (!(root instanceof ShadowRoot)) return "";
        s = ":host > " + s;
        break;
      }
      n = parentElement(n);
    }
    if (root instanceof ShadowRoot) {
      const host = depth < 10 ? selectorOf(root.host, depth + 1) : "";
      if (!host) return "";
      s = host + " >>> " + s;
    }
    return s.length > 1000 ? "" : s;
  };

  // Geometry.
  const rect = (r) => [r.left + sx, r.top + sy, r.width, r.height];
  const everywhere = [-1e7, -1e7, 2e7, 2e7];
  const meet = (a, b) => {
    const x = Math.max(a[0], b[0]), y = Math.max(a[1], b[1]);
    return [x, y, Math.max(0, Math.min(a[0] + a[2], b[0] + b[2]) - x), Math.max(0, Math.min(a[1] + a[3], b[1] + b[3]) - y)];
  };
  const inside = (el, r) => { // the padding box
    const [w, h] = el instanceof HTMLElement ? outer.map((f) => f(el)) : [0, 0], [x, y, cw, ch] = edges.map((f) => f(el));
    const k = w > 0 ? r[2] / w : 1, l = h > 0 ? r[3] / h : 1;
    return [r[0] + x * k, r[1] + y * l, cw * k, ch * l];
  };
  const content = (el, r) => { // the content box of a frame, and how much it is scaled
    const w = outer[0](el), k = w > 0 ? r[2] / w : 1, b = inside(el, r), s = getComputedStyle(el);
    const [t, i, o, l] = ["Top", "Right", "Bottom", "Left"].map((side) => (parseFloat(s["padding" + side]) || 0) * k);
    return [[b[0] + l, b[1] + t, Math.max(0, b[2] - l - i), Math.max(0, b[3] - t - o)], k];
  };
  const solid = (s) => {
    if (s.backgroundImage !== "none") return true;
    const m = /^rgba?\(([^)]*)\)/.exec(s.backgroundColor), a = m ? m[1].split(/[ ,/]+/) : [];
    return m ? a.length < 4 || parseFloat(a[3]) > 0.5 : s.backgroundColor !== "transparent";
  };

  // Order of painting: the path of stacking contexts and layers (CSS 2.1,
  // appendix E); what is no layer lies below the layers of level 0.
  const path = (up, z, n) => ({up, z, n, depth: up ? up.depth + 1 : 0});
  const before = (a, b) => {
    let p = a, q = b;
    while (p.depth > q.depth) p = p.up;
    while (q.depth > p.depth) q = q.up;
    if (p === q) return a.depth - b.depth;
    while (p.up !== q.up) { p = p.up; q = q.up; }
    return p.z - q.z || p.n - q.n;
  };

  const top = path(null, 0, 0);
  const stack = top0 ? [[top0, {flow: everywhere, abs: everywhere, fixed: everywhere, context: top, layer: top, parent: -1, text: 0, flex: false}]] : [];
  let n = 0;
  while (stack.length) {
    const [el, c] = stack.pop();
    if (++n > nodes || listed >= max || n % 256 === 0 && performance.now() - begin > ms) { truncated = true; break; }
    const tag = localName(el), s = getComputedStyle(el);
    if (s.display === "none" || parseFloat(s.opacity) < 0.02) continue;
    const next = {...c};
    if (s.display !== "contents") {
      const fixed = s.position === "fixed", placed = s.position !== "static";
      const clip = fixed ? c.fixed : s.position === "absolute" ? c.abs : c.flow;
      const moved = s.transform !== "none" || s.filter !== "none" || s.perspective !== "none" || s.willChange === "transform" || /paint|layout|strict|content/.test(s.contain);
      const z = s.zIndex === "auto" || !placed && !c.flex ? null : parseInt(s.zIndex) || 0;
      const context = z !== null || fixed || s.position === "sticky" || moved || parseFloat(s.opacity) < 1 || s.isolation === "isolate" || s.mixBlendMode !== "normal" || s.clipPath !== "none";
      let at = null;
      if ((context || placed) && c.context.depth < 64) {
        at = path(c.context, z || 0, n);
        next.layer = at;
        if (context) next.context = at;
      } else {
        at = path(c.layer, -0.5, n);
      }
      const r = rect(bounds(el));
      const hides = /inset\((50|100)%/.test(s.clipPath) || placed && /^rect\(0px,? 0px,? 0px,? 0px\)/.test(s.clip);
      const seen = !hides && s.visibility === "visible" && r[2] >= 2 && r[3] >= 2;
      if (hides) continue;

      let role = seen ? roleOf(el, tag) : "", text = "";
      const inline = s.display.startsWith("inline") && s.display !== "inline-block" && s.display !== "inline-flex" && s.display !== "inline-grid";
      if (seen && (!role || role === "paragraph") && c.text < 2 && tag !== "iframe" && tag !== "html" && !(c.text && inline)) {
        let direct = tag === "p" || tag === "pre" || role === "paragraph", tried = 0;
        for (const k of direct ? [] : kids(el)) {
          if (++tried > 200) break;
          if (nodeType(k) === 3 && /\S/.test(k.data)) { direct = true; break; }
        }
        role = direct && (text = textOf(el)) ? "paragraph" : "";
      }
      if (role === "img" && tag === "svg" && c.text === 2) role = ""; // an icon of its button
      if (role === "dialog" && tag === "dialog" && !el.open) role = "";
      const shown = seen && meet(r, clip)[2] >= 1 && meet(r, clip)[3] >= 1 && (!role || visible(el));
      if (shown && (tag === "iframe" || tag === "frame")) {
        const [b, k] = content(el, r);
        items.push({f: 1, s: selectorOf(el), b, c: meet(b, clip), k, p: c.parent, at});
        kept.push(el);
      } else if (shown && role) {
        const sel = selectorOf(el);
        if (sel) {
          if (!text && !fields.has(role) && role !== "img" && role !== "video" && role !== "navigation" && role !== "dialog") text = textOf(el);
          const bare = role === "link" || role === "button";
          const item = {s: sel, r: role, n: nameOf(el, tag, role, text), b: r, c: clip, p: c.parent, at};
          if (solid(s)) item.o = 1;
          else if (bare && !text && tag !== "input") item.h = 1;
          if (inline) {
            const parts = [...lines(el)].slice(0, 16).map(rect).filter((q) => q[2] > 0 && q[3] > 0);
            if (parts.length > 1) item.q = parts;
          }
          next.parent = items.length;
          items.push(item);
          kept.push(el);
          listed++;
        }
        next.text = role === "paragraph" ? Math.max(1, c.text) : role === "navigation" || role === "dialog" || role === "img" || role === "video" ? c.text : 2;
      } else if (shown && (placed || context) && blockers < 2000 && tag !== "html" && tag !== "body" && r[2] * r[3] > 100 && solid(s)) {
        blockers++;
        items.push({x: 1, b: r, c: clip, p: c.parent, at});
        kept.push(el);
      }

      const cuts = tag !== "html" && tag !== "body" && !inline && (s.overflowX !== "visible" || s.overflowY !== "visible");
      if (cuts) {
        const box = inside(el, r), cut = [...everywhere];
        if (s.overflowX !== "visible") { cut[0] = box[0]; cut[2] = box[2]; }
        if (s.overflowY !== "visible") { cut[1] = box[1]; cut[3] = box[3]; }
        next.flow = meet(clip, cut);
      } else {
        next.flow = clip;
      }
      if (placed || moved) next.abs = next.flow;
      if (moved) next.fixed = next.flow;
      next.flex = s.display.endsWith("flex") || s.display.endsWith("grid");
      if (s.contentVisibility === "hidden") continue;
    }
    if (tag === "svg" || tag === "iframe" || mute.has(tag) && tag !== "noscript") continue;
    const below = kids(el);
    for (let i = below.length - 1; i >= 0; i--) {
      if (nodeType(below[i]) === 1) stack.push([below[i], next]);
    }
  }

  // What areas of interest name.
  const found = (queries || []).map((query) => {
    let tree = document, dx = sx, dy = sy;
    const parts = query.split(/\s*>>>\s*/);
    try {
      for (const p of parts.slice(0, -1)) {
        const el = select(tree, p)[0];
        if (!el) return {n: 0};
        if (shadow(el)) { tree = shadow(el); continue; }
        if (!el.contentDocument) return {n: 0};
        const r = bounds(el), [box] = content(el, [r.left, r.top, r.width, r.height]);
        dx += box[0]; dy += box[1]; tree = el.contentDocument;
      }
      const matches = select(tree, parts[parts.length - 1]);
      for (const el of [...matches].slice(0, 1000)) {
        const r = bounds(el);
        if (r.width >= 1 && r.height >= 1 && visible(el, {opacityProperty: true, visibilityProperty: true})) return {n: matches.length, b: [r.left + dx, r.top + dy, r.width, r.height]};
      }
      return {n: matches.length};
    } catch { return {n: -1}; }
  });

  [...items].sort((a, b) => before(a.at, b.at)).forEach((item, i) => { item.z = i; });
  for (const item of items) delete item.at;
  globalThis.saccadeKept = kept;
  return {items, found, truncated};
}
