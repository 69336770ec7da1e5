// Lets a page whose content scrolls inside of an element (body included) grow
// to all of its content, as if the document itself scrolled. A page that is
// higher than its window anyway stays as it is. With a frame it does the same
// for that frame, whose content has the height.
(frame, height) => {
  const root = document.documentElement, body = document.body;
  if (!body) return 0;
  const big = (el) => el.clientHeight >= innerHeight / 2 && el.clientWidth >= innerWidth / 2;
  const scrolls = (el) => {
    if (el === root || el.scrollHeight <= el.clientHeight + 8 || !big(el)) return false;
    const s = getComputedStyle(el), y = s.overflowY;
    if (el === body) return y !== "visible" && y !== "clip" && getComputedStyle(root).overflowY !== "visible";
    return y === "auto" || y === "scroll";
  };
  const all = [];
  const collect = (tree) => {
    for (const el of tree.querySelectorAll("*")) {
      if (all.length > 100000) return;
      all.push(el);
      if (el.shadowRoot) collect(el.shadowRoot);
    }
  };
  const above = (el) => el.assignedSlot || el.parentElement || (el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null);
  const set = (el, rules) => {
    for (const k in rules) el.style.setProperty(k, rules[k], "important");
  };
  const free = (el) => {
    const s = getComputedStyle(el), h = el.getBoundingClientRect().height;
    const rules = {overflow: "visible", height: "auto", "max-height": "none", contain: "none", transition: "none"};
    if (el !== root) rules["min-height"] = h + "px";
    if (s.position === "fixed" || s.position === "absolute") {
      rules.top = s.top;
      rules.bottom = "auto";
      if (s.position === "fixed") rules.position = "absolute";
    }
    if (s.display !== "inline" && s.display !== "contents") set(el, rules);
  };
  const freeAll = (el) => {
    for (; el; el = above(el)) free(el);
  };
  if (frame) {
    const r = frame.getBoundingClientRect();
    if (root.scrollHeight > innerHeight * 1.5 || r.width < innerWidth / 2 || r.height < innerHeight / 2) return 0;
    freeAll(frame);
    set(frame, {height: height + "px", "min-height": "0", flex: "none"});
    return 1;
  }
  let unfolded = 0;
  for (; unfolded < 4 && root.scrollHeight <= innerHeight * 1.5; unfolded++) {
    if (!all.length) collect(document);
    let best = null, most = 0;
    for (const el of all) {
      const hidden = el.scrollHeight * el.clientWidth;
      if (hidden > most && scrolls(el)) { best = el; most = hidden; }
    }
    if (!best) break;
    const whole = best.scrollHeight, before = root.scrollHeight;
    best.scrollTop = 0;
    freeAll(best);
    if (root.scrollHeight <= before) set(best, {height: whole + "px", flex: "none"});
  }
  return unfolded;
}
