// Reports whether a visitor sees a curtain (a preloader, a splash screen), a
// spinner or a skeleton instead of the page, or nothing because all of it is
// hidden for the moment.
() => {
  const style = getComputedStyle;
  const seen = (el) => {
    const s = style(el);
    return s.visibility !== "hidden" && s.display !== "none" && parseFloat(s.opacity) > 0.05;
  };
  const root = document.documentElement, body = document.body;
  if (!body || !seen(root) || !seen(body)) return true;

  const opaque = (s) => {
    const m = /rgba?\(([^)]*)\)/.exec(s.backgroundColor), a = m ? m[1].split(/[ ,/]+/) : [];
    return s.backgroundImage !== "none" || (m !== null && (a.length < 4 || parseFloat(a[3]) > 0.5));
  };
  // A curtain lies over the whole window and is opaque.
  const covers = (el) => {
    const s = style(el);
    if (s.position !== "fixed" && s.position !== "absolute" || !seen(el) || !opaque(s)) return false;
    const r = el.getBoundingClientRect();
    return r.left <= 8 && r.top <= 8 && r.right >= innerWidth - 8 && r.bottom >= innerHeight - 8;
  };
  const text = (el) => (el.innerText || "").trim().length;

  // A curtain that is no element.
  for (const el of [root, body]) {
    for (const pseudo of ["::before", "::after"]) {
      const s = style(el, pseudo);
      if (s.content === "none" || s.content === "normal" || s.position !== "fixed" && s.position !== "absolute") continue;
      if (s.visibility === "hidden" || parseFloat(s.opacity) < 0.05 || !opaque(s) || parseInt(s.zIndex) < 1) continue;
      if (parseFloat(s.width) >= innerWidth - 8 && parseFloat(s.height) >= innerHeight - 8) return true;
    }
  }

  // What its name says to be a curtain, a spinner or a skeleton.
  const words = ["load", "spinner", "splash", "skeleton", "shimmer", "placeholder"];
  const query = words.map((w) => `[id*=${w} i],[class*=${w} i]`).join() + ",[aria-busy=true],[role=progressbar]";
  const named = /(^|[-_\s])(pre|page|site|app|full|screen)?[-_]?(load(er|ers|ing)|preload|spinner|splash|skeleton|shimmer)([-_\s\d]|$)/i;
  const moves = (el) => el.getAnimations({subtree: true}).some((a) => a.effect && a.effect.getComputedTiming().endTime === Infinity);
  const inWindow = (r) => r.width > 8 && r.height > 8 && r.top < innerHeight && r.bottom > 0 && r.left < innerWidth && r.right > 0;
  const visible = (el) => el.checkVisibility ? el.checkVisibility({opacityProperty: true, visibilityProperty: true}) : seen(el);
  let tried = 0;
  for (const el of document.querySelectorAll(query)) {
    if (++tried > 500) break;
    const name = (el.id + " " + (el.getAttribute("class") || "")).replace(/([a-z])([A-Z])/g, "$1-$2");
    if (!named.test(name) && !el.matches("[aria-busy=true],[role=progressbar]")) continue;
    if (el === root || el === body || text(el) > 80 || !visible(el)) continue;
    if (covers(el) || inWindow(el.getBoundingClientRect()) && moves(el)) return true;
  }

  // Without a telling name: one element is all that can be hit, it holds next to
  // nothing, and there is more to read behind it.
  let only = null;
  for (let i = 0; i < 9; i++) {
    let el = document.elementFromPoint(innerWidth * (1 + 2 * (i % 3)) / 6, innerHeight * (1 + 2 * Math.floor(i / 3)) / 6);
    while (el && !covers(el)) el = el.parentElement;
    if (!el || el === body || (only && only !== el)) return false;
    only = el;
  }
  return text(only) < 40 && text(body) - text(only) > 40 && !only.querySelector("a,button,input,video,canvas,iframe");
}
