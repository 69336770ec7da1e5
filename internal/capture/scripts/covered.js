// Reports whether a visitor sees a curtain (a preloader, a splash screen)
// instead of the page, or nothing because all of it is hidden for the moment.
() => {
  const seen = (el) => {
    const s = getComputedStyle(el);
    return s.visibility !== "hidden" && s.display !== "none" && parseFloat(s.opacity) > 0.05;
  };
  if (!document.body || !seen(document.documentElement) || !seen(document.body)) return true;
  const fills = (el) => {
    const r = el.getBoundingClientRect();
    return r.left <= 8 && r.top <= 8 && r.right >= innerWidth - 8 && r.bottom >= innerHeight - 8;
  };
  // A curtain lies over the page and is opaque.
  const lies = (el) => {
    const s = getComputedStyle(el);
    if (s.position !== "fixed" && s.position !== "absolute") return false;
    return seen(el) && fills(el);
  };
  const named = /(pre|page|site|app|full)?[-_]?(load(er|ing)|spinner|splash|preload)/i;
  const names = "[id*=load i],[class*=load i],[id*=spinner i],[class*=spinner i],[id*=splash i],[class*=splash i],[aria-busy=true],[role=progressbar]";
  let tried = 0;
  for (const el of document.querySelectorAll(names)) {
    if (++tried > 200) break;
    const name = el.id + " " + (el.getAttribute("class") || "");
    if (!named.test(name) && !el.matches("[aria-busy=true],[role=progressbar]")) continue;
    if (lies(el) && (el.innerText || "").trim().length < 80 && opaque(el)) return true;
  }
  // Without a telling name: one element is all that can be hit, and it holds next to nothing.
  let top = null;
  for (let i = 0; i < 9; i++) {
    const hit = document.elementFromPoint(innerWidth * (1 + 2 * (i % 3)) / 6, innerHeight * (1 + 2 * Math.floor(i / 3)) / 6);
    if (!hit) return false;
    let el = hit;
    while (el && !(lies(el) && opaque(el))) el = el.parentElement;
    if (!el || (top && top !== el)) return false;
    top = el;
  }
  if (!top || top === document.body || !document.body.innerText) return false;
  const rest = document.body.innerText.trim().length - (top.innerText || "").trim().length;
  return (top.innerText || "").trim().length < 40 && rest > 40 && !top.querySelector("a,button,input,video,canvas,iframe");

  function opaque(el) {
    const s = getComputedStyle(el), m = /rgba?\(([^)]*)\)/.exec(s.backgroundColor);
    const a = m ? m[1].split(/[ ,/]+/) : [];
    return s.backgroundImage !== "none" || (m && (a.length < 4 || parseFloat(a[3]) > 0.5));
  }
}
