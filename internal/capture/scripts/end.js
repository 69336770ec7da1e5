// Ends an animation: at its end when it has one; else, and where it follows
// the scroll position, as if it were not there.
function () {
  const scrolled = this.timeline && !(this.timeline instanceof DocumentTimeline);
  const timing = this.effect && this.effect.getComputedTiming();
  if (scrolled || !timing || timing.endTime === Infinity) this.cancel(); else this.finish();
}
