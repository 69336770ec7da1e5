// Stops what moves: animations (finite: at their end, endless or tied to the
// scroll position: as if they were not there), video, and SVG. In the main frame
// it returns to the top and cuts what sticks out to the left of a page that is
// written from right to left, which the browser cannot photograph.
() => {
  const end = (a) => {
    const scrolled = a.timeline && !(a.timeline instanceof DocumentTimeline);
    const timing = a.effect && a.effect.getComputedTiming();
    if (scrolled || !timing || timing.endTime === Infinity) a.cancel(); else a.finish();
  };
  const still = (tree) => {
    for (const a of tree.getAnimations()) {
      try { end(a); } catch {}
    }
    for (const el of tree.querySelectorAll("*")) {
      if (el.shadowRoot) still(el.shadowRoot);
      if (el instanceof HTMLMediaElement) el.pause();
      else if (el instanceof SVGSVGElement && !el.ownerSVGElement && el.querySelector("animate,animateTransform,animateMotion,set")) {
        const endless = el.querySelector("[repeatCount=indefinite],[repeatDur=indefinite]");
        el.pauseAnimations();
        el.setCurrentTime(endless ? 0 : 3600);
      }
    }
  };
  try { still(document); } catch {}
  if (window !== top) return;
  scrollTo({top: 0, behavior: "instant"});
  const root = document.documentElement, body = document.body;
  const sticksOut = () => {
    if (root.scrollWidth <= root.clientWidth) return false;
    scrollTo({left: -1e6, behavior: "instant"});
    const out = scrollX < 0;
    scrollTo({left: 0, behavior: "instant"});
    return out;
  };
  if (!body || !sticksOut()) return;
  const margin = Math.max(0, body.getBoundingClientRect().left);
  root.style.setProperty("overflow-x", "clip", "important");
  body.style.setProperty("overflow-x", "clip", "important");
  body.style.setProperty("overflow-clip-margin", margin + "px", "important");
  if (sticksOut()) body.style.setProperty("position", "relative", "important");
}
