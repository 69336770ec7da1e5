// Turns what read.js reports of a document into areas of interest for the API: what of each element is in the window, in
// fractions of it. It runs in the page's tab, in a world of the extension's own.
'use strict';

globalThis.saccadeAreas = (doc, width, height, most) => {
  const meet = (a, b) => {
    const x = Math.max(a[0], b[0]), y = Math.max(a[1], b[1]);
    return [x, y, Math.min(a[0] + a[2], b[0] + b[2]) - x, Math.min(a[1] + a[3], b[1] + b[3]) - y];
  };
  const holds = (a, b) => a[0] <= b[0] && a[1] <= b[1] && a[0] + a[2] >= b[0] + b[2] && a[1] + a[3] >= b[1] + b[3];
  const around = (i, of) => { // whether an item is an ancestor of another one
    for (let n = of; n >= 0; n = doc.items[n].p) if (n === i) return true;
    return false;
  };
  const seen = doc.items.map((item) => meet(meet(item.b, item.c), [0, 0, width, height]));
  const opaque = doc.items.map((item, i) => i).filter((i) => doc.items[i].o || doc.items[i].x);
  const names = new Map(), areas = [];
  doc.items.forEach((item, i) => {
    const b = seen[i];
    if (!item.r || b[2] < 1 || b[3] < 1) return;
    if (opaque.some((o) => doc.items[o].z > item.z && !around(i, o) && holds(seen[o], b))) return; // behind something
    const name = `${item.r} ${(item.n || '').replace(/[\s\p{C}]+/gu, ' ').trim()}`.slice(0, 80).trim(), n = (names.get(name) || 0) + 1;
    names.set(name, n);
    const x = b[0] / width, y = b[1] / height;
    areas.push({ name: n > 1 ? `${name} (${n})` : name, box: { x, y, width: Math.min(b[2] / width, 1 - x), height: Math.min(b[3] / height, 1 - y) } });
  });
  const order = new Map(areas.map((a, i) => [a, i]));
  const size = (a) => a.box.width * a.box.height;
  return areas.sort((a, b) => size(b) - size(a)).slice(0, most).sort((a, b) => order.get(a) - order.get(b));
};
