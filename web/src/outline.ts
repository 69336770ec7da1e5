// A rainbow has colors that some ground has too. Its strong places, four times
// chance and more, have an outline, as in the rendered maps.

const level = 0.5; // of the positions of 0..1: four times chance

// outline strokes the border of strong places over the whole canvas; positions
// are w x h, from the upper left.
export function outline(to: HTMLCanvasElement, positions: Float32Array, w: number, h: number): void {
  const c = to.getContext('2d')!;
  const [sx, sy] = [to.width / w, to.height / h];
  const path = new Path2D();
  for (let y = 0; y + 1 < h; y++) {
    for (let x = 0; x + 1 < w; x++) {
      const i = y * w + x;
      const ends = crossings(positions[i]!, positions[i + 1]!, positions[i + w + 1]!, positions[i + w]!);
      for (let k = 0; k + 1 < ends.length; k += 2) {
        path.moveTo((x + 0.5 + ends[k]![0]) * sx, (y + 0.5 + ends[k]![1]) * sy);
        path.lineTo((x + 0.5 + ends[k + 1]![0]) * sx, (y + 0.5 + ends[k + 1]![1]) * sy);
      }
    }
  }
  const scale = Math.max(1, to.width / 900);
  c.lineCap = 'round';
  for (const [width, style] of [[5 * scale, 'rgba(255,255,255,.9)'], [2.5 * scale, 'rgba(0,0,0,.9)']] as const) {
    c.lineWidth = width;
    c.strokeStyle = style;
    c.stroke(path);
  }
}

// crossings are the points where the level passes between four neighbors: upper
// left, upper right, lower right, lower left. Two points make a line.
function crossings(a: number, b: number, d: number, e: number): [number, number][] {
  const out: [number, number][] = [];
  const at = (p: number, q: number) => (level - p) / (q - p);
  const between = (p: number, q: number) => p >= level !== q >= level;
  if (between(a, b)) out.push([at(a, b), 0]);
  if (between(b, d)) out.push([1, at(b, d)]);
  if (between(e, d)) out.push([at(e, d), 1]);
  if (between(a, e)) out.push([0, at(a, e)]);
  return out;
}
