// Shows every part of the page for a moment, so that what loads lazily begins
// to load, and returns to the top. Follows a page that grows, down to the limit.
async (limit) => {
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const painted = () => Promise.race([
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    wait(400),
  ]);
  const end = () => Math.min(limit, document.documentElement.scrollHeight);
  for (let y = innerHeight; y < end(); y += innerHeight) {
    scrollTo({top: y, behavior: "instant"});
    await painted();
    await wait(60);
  }
  scrollTo({top: 0, behavior: "instant"});
  await painted();
  return document.documentElement.scrollHeight;
}
