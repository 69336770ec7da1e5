// Shows every part of the page for a moment, so that what loads lazily begins
// to load, and returns to the top. Follows a page that grows, down to the limit.
// What shows itself only while it is in view keeps the look it had there.
async (limit) => {
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const painted = () => Promise.race([
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    wait(400),
  ]);
  const end = () => Math.min(limit, document.documentElement.scrollHeight);
  const hides = (s) => parseFloat(s.opacity) < 0.1 || s.visibility === "hidden";

  // What is hidden below the first window, to be asked again when in view.
  let hidden = [];
  const shown = new Map();
  const collect = (tree) => {
    for (const el of tree.querySelectorAll("*")) {
      if (hidden.length >= 2000) return;
      if (el.shadowRoot) collect(el.shadowRoot);
      const r = el.getBoundingClientRect();
      if (r.width > 8 && r.height > 8 && r.top > innerHeight / 2 && hides(getComputedStyle(el))) hidden.push(el);
    }
  };
  if (end() > innerHeight) collect(document);
  const ask = () => {
    hidden = hidden.filter((el) => {
      const r = el.getBoundingClientRect(), s = getComputedStyle(el);
      if (r.bottom < 0 || r.top > innerHeight) return true;
      const moving = el.getAnimations();
      if (hides(s) && !moving.length) return true;
      for (const a of moving) {
        try { a.finish(); } catch {}
      }
      if (hides(s)) return true;
      shown.set(el, {opacity: s.opacity, visibility: s.visibility, transform: s.transform, filter: s.filter});
      return false;
    });
  };

  for (let y = innerHeight; y < end(); y += innerHeight) {
    scrollTo({top: y, behavior: "instant"});
    await painted();
    await wait(100);
    ask();
  }
  scrollTo({top: 0, behavior: "instant"});
  await painted();
  for (const [el, look] of shown) {
    if (!hides(getComputedStyle(el)) && !el.getAnimations().length) continue;
    el.style.setProperty("transition", "none", "important");
    for (const k in look) el.style.setProperty(k, look[k], "important");
  }
  return document.documentElement.scrollHeight;
}
