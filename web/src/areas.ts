import { computed, signal } from '@preact/signals';
import { at, call } from './api';
import { frameEnd, type Grid } from './grid';
import type { Aoi, AoiResult, Kind, Point } from './types';
import { explain } from './ui';

// Okabe and Ito's colors, told apart by color-blind eyes too.
export const palette = ['#e69f00', '#56b4e9', '#009e73', '#f0e442', '#d55e00', '#cc79a7', '#0072b2'];
export const colorOf = (i: number) => palette[i % palette.length]!;

export const corners = (a: Aoi): Point[] =>
  a.box ? [[a.box.x, a.box.y], [a.box.x + a.box.width, a.box.y], [a.box.x + a.box.width, a.box.y + a.box.height], [a.box.x, a.box.y + a.box.height]] : a.polygon ?? [];

// coverage is how much of each cell lies inside an area, 0..1, by the even-odd
// rule; eight lines a row, exact along each.
export function coverage(a: Aoi, w: number, h: number): Float32Array {
  const lines = 16;
  const out = new Float32Array(w * h);
  const p = corners(a);
  for (let line = 0; line < h * lines; line++) {
    const y = (line + 0.5) / lines;
    const xs: number[] = [];
    for (let i = 0; i < p.length; i++) {
      const [x0, y0] = [p[i]![0] * w, p[i]![1] * h];
      const q = p[(i + 1) % p.length]!;
      const [x1, y1] = [q[0] * w, q[1] * h];
      if (y0 <= y !== y1 <= y) xs.push(x0 + ((x1 - x0) * (y - y0)) / (y1 - y0));
    }
    xs.sort((a, b) => a - b);
    const row = Math.floor(y) * w;
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const from = Math.max(0, xs[i]!);
      const to = Math.min(w, xs[i + 1]!);
      for (let x = Math.floor(from); x < to; x++) out[row + x]! += (Math.min(to, x + 1) - Math.max(from, x)) / lines;
    }
  }
  return out;
}

export interface Measured { share: number; peak: number; first: number | null; area: number; line: Float32Array }

const fixation = 0.3; // seconds between fixations
const viewing = 7; // seconds that an image is viewed

// measure follows an area through all frames, as the service does.
export function measure(a: Aoi, grid: Grid, duration: number, still: boolean): Measured {
  const cover = coverage(a, grid.w, grid.h);
  const line = new Float32Array(grid.frames).fill(NaN);
  const start = grid.times[0] ?? 0;
  let [sum, weight, peak, unseen] = [0, 0, 0, 1];
  let first: number | null = null;
  for (let f = 0; f < grid.frames; f++) {
    const t = grid.times[f]! - start;
    if (!still && ((a.from !== undefined && t < a.from) || (a.to !== undefined && t >= a.to))) continue;
    const lasts = still ? viewing : frameEnd(grid.times, duration, f) - grid.times[f]!;
    const share = inside(cover, grid.density(f));
    line[f] = share;
    sum += share * lasts;
    weight += lasts;
    peak = Math.max(peak, share);
    if (first !== null || share <= 0) continue;
    const rate = -Math.log1p(-Math.min(share, 1 - 1e-9)) / fixation;
    const need = Math.log(unseen / 0.5) / rate;
    if (need <= lasts) first = t + Math.max(need, 0);
    unseen *= Math.exp(-rate * lasts);
  }
  return { share: weight ? sum / weight : 0, peak, first, area: cover.reduce((x, y) => x + y, 0) / cover.length, line };
}

export function inside(cover: Float32Array, density: Float32Array): number {
  let s = 0;
  for (let i = 0; i < cover.length; i++) s += cover[i]! * density[i]!;
  return Math.min(s, 1);
}

// AreaSet is the areas of an analysis: drawn here, measured at once from the
// grid, and stored by the service, whose figures then replace ours.
export class AreaSet {
  readonly list = signal<Aoi[]>([]);
  readonly selected = signal<number | undefined>(undefined);
  readonly saving = signal<'saved' | 'waiting' | 'saving' | 'failed'>('saved');
  readonly answers = signal<AoiResult[]>([]);
  readonly here = computed(() => this.list.value.map((a) => measure(a, this.grid, this.duration, this.kind !== 'video')));
  private history: Aoi[][] = [];
  private timer = 0;

  constructor(private kind: Kind, private id: string, private grid: Grid, private duration: number, stored: AoiResult[], private readOnly = false) {
    this.list.value = stored.map(plain);
    this.answers.value = stored;
  }

  // stored is the service's figure for an area that has not changed since.
  stored(i: number): AoiResult | undefined {
    const a = this.list.value[i];
    const r = this.answers.value.find((r) => r.name === a?.name);
    return r && a && JSON.stringify(plain(r)) === JSON.stringify(plain(a)) ? r : undefined;
  }

  change(list: Aoi[], select?: number): void {
    this.history = [...this.history.slice(-49), this.list.peek()];
    this.list.value = list;
    this.selected.value = select;
    this.save();
  }

  // drag changes an area without a step of its own in the history; begin one by
  // mark.
  drag(i: number, a: Aoi): void {
    this.list.value = this.list.peek().map((x, k) => (k === i ? a : x));
    this.save();
  }

  mark(): void {
    this.history = [...this.history.slice(-49), this.list.peek()];
  }

  undo(): void {
    let before = this.history.pop();
    while (before === this.list.peek()) before = this.history.pop(); // marked, and then not changed
    if (!before) return;
    this.list.value = before;
    this.selected.value = undefined;
    this.save();
  }

  // addMiddle adds a shape in the middle, for the keyboard to begin with.
  addMiddle(tool: 'box' | 'polygon'): void {
    if (tool === 'box') return this.add({ box: { x: 0.375, y: 0.375, width: 0.25, height: 0.25 } });
    this.add({ polygon: [0, 1, 2, 3, 4].map((i): Point => [0.5 + 0.15 * Math.sin(1.2566 * i), 0.5 - 0.2 * Math.cos(1.2566 * i)]) });
  }

  add(shape: Pick<Aoi, 'box' | 'polygon' | 'from' | 'to'>): void {
    const list = this.list.peek();
    this.change([...list, { name: this.free('Area'), ...shape }], list.length);
  }

  remove(i: number): void {
    this.change(this.list.peek().filter((_, k) => k !== i));
  }

  duplicate(i: number): void {
    const list = this.list.peek();
    const a = list[i];
    if (!a) return;
    this.change([...list, { ...moved(a, 0.03, 0.03), name: this.free(a.name) }], list.length);
  }

  rename(i: number, name: string): void {
    const list = this.list.peek();
    if (!name.trim() || list.some((a, k) => k !== i && a.name === name)) return;
    this.change(list.map((a, k) => (k === i ? { ...a, name: name.trim() } : a)), i);
  }

  // free is a name that no area has yet.
  private free(base: string): string {
    const stem = base.replace(/ \d+$/, '');
    for (let n = 1; ; n++) {
      const name = `${stem} ${n}`;
      if (!this.list.peek().some((a) => a.name === name)) return name;
    }
  }

  private save(): void {
    if (this.readOnly) return;
    this.saving.value = 'waiting';
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.put(), 500);
  }

  private async put(): Promise<void> {
    const sent = this.list.peek();
    this.saving.value = 'saving';
    try {
      const a = await call<{ aois: AoiResult[] }>('PUT', `${at(this.kind, this.id)}/aois`, { aois: sent.map(plain) });
      this.answers.value = a.aois;
      if (this.list.peek() === sent) this.saving.value = 'saved';
    } catch (e) {
      this.saving.value = 'failed';
      explain(e);
    }
  }
}

// plain is an area without what was measured, rounded to what is drawn.
export function plain(a: Aoi): Aoi {
  const r = (v: number) => Math.round(1e4 * Math.min(1, Math.max(0, v))) / 1e4;
  const out: Aoi = { name: a.name };
  if (a.box) {
    const [x, y] = [r(a.box.x), r(a.box.y)];
    out.box = { x, y, width: Math.max(1e-4, r(Math.min(a.box.width, 1 - x))), height: Math.max(1e-4, r(Math.min(a.box.height, 1 - y))) };
  } else out.polygon = a.polygon?.map(([x, y]) => [r(x), r(y)]);
  if (a.from !== undefined) out.from = Math.round(1e3 * a.from) / 1e3;
  if (a.to !== undefined) out.to = Math.round(1e3 * a.to) / 1e3;
  return out;
}

// moved shifts an area as far as it stays inside the frame.
export function moved(a: Aoi, dx: number, dy: number): Aoi {
  const p = corners(a);
  const xs = p.map((c) => c[0]);
  const ys = p.map((c) => c[1]);
  const x = Math.min(Math.max(dx, -Math.min(...xs)), 1 - Math.max(...xs));
  const y = Math.min(Math.max(dy, -Math.min(...ys)), 1 - Math.max(...ys));
  if (a.box) return { ...a, box: { ...a.box, x: a.box.x + x, y: a.box.y + y } };
  return { ...a, polygon: p.map(([px, py]) => [px + x, py + y] as Point) };
}

// bent moves one corner of a polygon.
export function bent(a: Aoi, corner: number, dx: number, dy: number): Aoi {
  const inFrame = (v: number) => Math.min(1, Math.max(0, v));
  return { ...a, polygon: corners(a).map(([x, y], i) => (i === corner ? [inFrame(x + dx), inFrame(y + dy)] : [x, y])) };
}

// grown changes the size of an area about its upper left corner.
export function grown(a: Aoi, dx: number, dy: number): Aoi {
  if (!a.box) return a;
  const { x, y, width, height } = a.box;
  return { ...a, box: { x, y, width: Math.min(1 - x, Math.max(0.01, width + dx)), height: Math.min(1 - y, Math.max(0.01, height + dy)) } };
}
