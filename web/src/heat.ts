import { outline } from './outline';
import { color, palette, tableOf } from './palette';
import type { GazePoint } from './types';

export type View = 'heat' | 'perception' | 'hotspots' | 'clarity' | 'excitingness' | 'path' | 'off';

// The scale is fixed, so that videos and images compare: twice, four, eight and
// sixteen times as much attention as by chance.
const octaves = 4;
const missedRate = 0.225;

// Painter draws a density on a canvas. It keeps its buffers from frame to frame.
export class Painter {
  private small = document.createElement('canvas');
  private pixels?: ImageData;
  private a = new Float32Array(0);

  // field draws heat, in the chosen palette, or perception over the whole canvas.
  field(to: HTMLCanvasElement, density: Float32Array, w: number, h: number, view: View, strength: number): void {
    const positions = this.smooth(this.positions(density, view), w, h);
    const table = tableOf(palette.value);
    const W = 4 * w;
    const H = 4 * h;
    if (!this.pixels || this.pixels.width !== W || this.pixels.height !== H) {
      this.small.width = W;
      this.small.height = H;
      this.pixels = new ImageData(W, H);
    }
    const out = this.pixels.data;
    for (let i = 0; i < positions.length; i++) {
      const p = positions[i]!;
      if (view === 'perception') {
        out[4 * i + 3] = 255 * 0.85 * (1 - p) * strength;
        out[4 * i] = out[4 * i + 1] = out[4 * i + 2] = 0;
        continue;
      }
      const e = 4 * Math.round(255 * p);
      out[4 * i] = table[e]!;
      out[4 * i + 1] = table[e + 1]!;
      out[4 * i + 2] = table[e + 2]!;
      out[4 * i + 3] = Math.min(255, table[e + 3]! * strength);
    }
    this.small.getContext('2d')!.putImageData(this.pixels, 0, 0);
    const c = to.getContext('2d')!;
    c.clearRect(0, 0, to.width, to.height);
    c.imageSmoothingEnabled = true;
    c.imageSmoothingQuality = 'high';
    c.drawImage(this.small, 0, 0, to.width, to.height);
    if (view === 'heat' && palette.value === 'turbo') outline(to, positions, W, H);
  }

  // difference draws where the second density has more (orange) or less (blue).
  difference(to: HTMLCanvasElement, base: Float32Array, other: Float32Array, w: number, h: number): void {
    const d = this.smooth(Float32Array.from(base, (b, i) => (other[i]! - b) * base.length), w, h);
    const m = new ImageData(4 * w, 4 * h);
    for (let i = 0; i < d.length; i++) {
      const v = Math.max(-1, Math.min(1, d[i]! / 6));
      const [r, g, b] = v > 0 ? [230, 130, 0] : [40, 110, 230];
      m.data.set([r!, g!, b!, 230 * Math.sqrt(Math.abs(v)) * (Math.abs(v) > 0.04 ? 1 : 0)], 4 * i);
    }
    const small = new OffscreenCanvas(4 * w, 4 * h);
    small.getContext('2d')!.putImageData(m, 0, 0);
    const c = to.getContext('2d')!;
    c.clearRect(0, 0, to.width, to.height);
    c.imageSmoothingQuality = 'high';
    c.drawImage(small, 0, 0, to.width, to.height);
  }

  private positions(density: Float32Array, view: View): Float32Array {
    const n = density.length;
    if (this.a.length !== n) this.a = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      const times = density[i]! * n;
      const p = view === 'perception' ? 1 - Math.exp(-missedRate * times) : times <= 1 ? 0 : Math.log2(times) / octaves;
      this.a[i] = p < 1 ? p : 1;
    }
    return this.a;
  }

  private smooth(v: Float32Array, w: number, h: number): Float32Array {
    return double(double(v, w, h), 2 * w, 2 * h);
  }
}

// double halves the cells: each new value lies a quarter of the way to its
// neighbor, as in the rendered maps.
function double(v: Float32Array, w: number, h: number): Float32Array {
  const out = new Float32Array(4 * w * h);
  for (let y = 0; y < 2 * h; y++) {
    const near = y >> 1;
    const far = Math.min(Math.max(near + 2 * (y & 1) - 1, 0), h - 1);
    for (let x = 0; x < 2 * w; x++) {
      const cx = x >> 1;
      const fx = Math.min(Math.max(cx + 2 * (x & 1) - 1, 0), w - 1);
      out[y * 2 * w + x] = (9 * v[near * w + cx]! + 3 * v[near * w + fx]! + 3 * v[far * w + cx]! + v[far * w + fx]!) / 16;
    }
  }
  return out;
}

// spots draws gaze points as circles whose area is their share of attention.
export function spots(to: HTMLCanvasElement, points: GazePoint[], strength: number): void {
  const c = clear(to);
  const most = Math.max(0.02, ...points.map((p) => p.mass));
  for (const p of [...points].reverse()) {
    const r = 0.16 * Math.min(to.width, to.height) * Math.sqrt(p.mass / Math.max(most, 0.3));
    ring(c, p.x * to.width, p.y * to.height, Math.max(r, 8), color(0.45 + 0.55 * (p.mass / most)), 0.55 * strength);
    label(c, `${Math.round(100 * p.mass)} %`, p.x * to.width, p.y * to.height);
  }
}

// path draws fixations in their order, joined by a line; the last one is full.
export function path(to: HTMLCanvasElement, points: GazePoint[], numbered: boolean): void {
  const c = clear(to);
  const scale = Math.max(1, to.width / 900);
  for (const [width, style] of [[5 * scale, 'rgba(0,0,0,.65)'], [2.5 * scale, '#fff']] as const) {
    c.lineWidth = width;
    c.strokeStyle = style;
    c.lineJoin = 'round';
    c.beginPath();
    for (const [i, p] of points.entries()) c[i ? 'lineTo' : 'moveTo'](p.x * to.width, p.y * to.height);
    c.stroke();
  }
  for (const [i, p] of [...points.entries()].reverse()) { // the earlier ones above the later
    if (!numbered && i < points.length - 1) continue;
    ring(c, p.x * to.width, p.y * to.height, 13 * scale, color(numbered ? 1 - (0.6 * i) / points.length : 0.9), 0.95);
    if (numbered) label(c, String(i + 1), p.x * to.width, p.y * to.height);
  }
}

function clear(to: HTMLCanvasElement): CanvasRenderingContext2D {
  const c = to.getContext('2d')!;
  c.clearRect(0, 0, to.width, to.height);
  return c;
}

function ring(c: CanvasRenderingContext2D, x: number, y: number, r: number, fill: string, opacity: number): void {
  c.beginPath();
  c.arc(x, y, r, 0, 2 * Math.PI);
  c.globalAlpha = opacity;
  c.fillStyle = fill;
  c.fill();
  c.globalAlpha = 1;
  c.lineWidth = 4;
  c.strokeStyle = 'rgba(0,0,0,.7)';
  c.stroke();
  c.lineWidth = 2;
  c.strokeStyle = '#fff';
  c.stroke();
}

function label(c: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  const size = Math.max(12, Math.round(c.canvas.width / 75));
  c.font = `600 ${size}px system-ui, sans-serif`;
  c.textAlign = 'center';
  c.textBaseline = 'middle';
  c.lineWidth = 3;
  c.strokeStyle = 'rgba(0,0,0,.75)';
  c.strokeText(text, x, y);
  c.fillStyle = '#fff';
  c.fillText(text, x, y);
}
