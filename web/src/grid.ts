import { file } from './api';
import type { FrameRow, FramesFile, Analysis } from './types';

// Grid is where people look, frame by frame: rows of cells from the top left,
// each a byte whose square is proportional to the density, which sums to 1
// over a frame.
export class Grid {
  private readonly scratch: Float32Array;

  constructor(
    readonly w: number,
    readonly h: number,
    readonly times: Float64Array, // seconds, as the video counts them
    private readonly values: Uint8Array,
  ) {
    this.scratch = new Float32Array(w * h);
  }

  get frames(): number {
    return this.times.length;
  }

  // density decodes a frame; the array is valid until the next call.
  density(frame: number): Float32Array {
    const n = this.w * this.h;
    const v = this.values.subarray(frame * n, frame * n + n);
    const out = this.scratch;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const x = v[i]! * v[i]!;
      out[i] = x;
      sum += x;
    }
    const scale = sum > 0 ? 1 / sum : 0;
    for (let i = 0; i < n; i++) out[i]! *= scale;
    return out;
  }

  // mean is the density of all frames together, or of those of a span.
  mean(from = 0, to = this.frames): Float32Array {
    const out = new Float32Array(this.w * this.h);
    for (let f = from; f < to; f++) {
      const d = this.density(f);
      for (let i = 0; i < out.length; i++) out[i]! += d[i]! / (to - from);
    }
    return out;
  }
}

const headBytes = 16;

// parseGrid reads attention.grid: a head of 16 bytes (magic "SGRD", version,
// rows, columns), then for every frame its time (float64), the largest density
// (float32) and a byte a cell. What is cut off at the end is left out.
export function parseGrid(buffer: ArrayBuffer): Grid {
  const view = new DataView(buffer);
  if (buffer.byteLength < headBytes || view.getUint32(0, false) !== 0x53475244) throw new Error('This is no attention grid.');
  if (view.getUint32(4, true) !== 1) throw new Error('This attention grid is of a newer version. Please load the page again.');
  const h = view.getUint32(8, true);
  const w = view.getUint32(12, true);
  const row = 12 + w * h;
  const frames = Math.floor((buffer.byteLength - headBytes) / row);
  const times = new Float64Array(frames);
  const values = new Uint8Array(frames * w * h);
  for (let f = 0; f < frames; f++) {
    const at = headBytes + f * row;
    times[f] = view.getFloat64(at, true);
    values.set(new Uint8Array(buffer, at + 12, w * h), f * w * h);
  }
  return new Grid(w, h, times, values);
}

// fromNumPy makes a grid of density.npy, for analyses that are older than the
// grid.
function fromNumPy(buffer: ArrayBuffer, rows: FrameRow[]): Grid {
  const size = new DataView(buffer).getUint16(8, true);
  const head = new TextDecoder().decode(new Uint8Array(buffer, 10, size));
  const shape = /'shape': \(([\d, ]+)\)/.exec(head)![1]!.split(',').filter((s) => s.trim()).map(Number);
  const [h, w] = shape.slice(-2) as [number, number];
  const density = new Float32Array(buffer.slice(10 + size));
  const frames = density.length / (w * h);
  const values = new Uint8Array(density.length);
  for (let f = 0; f < frames; f++) {
    const d = density.subarray(f * w * h, (f + 1) * w * h);
    const most = d.reduce((a, b) => Math.max(a, b), 0);
    for (let i = 0; i < d.length; i++) values[f * w * h + i] = Math.round(255 * Math.sqrt(d[i]! / most));
  }
  return new Grid(w, h, Float64Array.from({ length: frames }, (_, f) => rows[f]?.time ?? 0), values);
}

// Numbers are what the app reads of a finished analysis.
export interface Numbers {
  grid: Grid;
  rows: FrameRow[]; // empty without the output "data"
  duration: number; // seconds, from the first frame
}

// loadNumbers reads the grid and the table of an analysis that has ended. Where
// nothing of attention was asked for, the grid is beside the outputs.
export async function loadNumbers({ outputs: o = {}, preview }: Pick<Analysis, 'outputs' | 'preview'>, signal?: AbortSignal): Promise<Numbers | undefined> {
  const a = o.attention;
  const grids = a?.grid ?? (a ? undefined : preview?.grid);
  const table: FramesFile | undefined = a?.data && (await (await file(a.data.json, signal)).json());
  const rows = table?.frames ?? [];
  const link = grids ?? a?.data?.density;
  if (!link) return undefined;
  const buffer = await (await file(link, signal)).arrayBuffer();
  const grid = grids ? parseGrid(buffer) : fromNumPy(buffer, rows);
  return { grid, rows, duration: o.input?.duration ?? 0 };
}

// frameAt is the frame that is on screen at a time: the last that begins by
// then.
export function frameAt(times: Float64Array, t: number): number {
  let lo = 0;
  let hi = times.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (times[mid]! <= t + 5e-4) lo = mid;
    else hi = mid - 1;
  }
  return lo;
}

// frameEnd is when a frame gives way to the next.
export function frameEnd(times: Float64Array, duration: number, f: number): number {
  return f + 1 < times.length ? times[f + 1]! : Math.max((times[0] ?? 0) + duration, times[f]! + 1e-3);
}
