import { signal } from '@preact/signals';
import { tables as packed } from 'saccade:colors';

export type Palette = 'heat' | 'turbo' | 'fog';

// palettes are the colors of attention by name; all have one scale.
export const palettes: [Palette, string][] = [['heat', 'Heat'], ['turbo', 'Turbo'], ['fog', 'Fog']];

const tables = Object.fromEntries(Object.entries(packed).map(([name, text]) => [name, Uint8Array.from(atob(text), (c) => c.charCodeAt(0))])) as Record<Palette, Uint8Array>;

const storedAt = 'saccade.palette';

// palette is the chosen one. It is kept in the browser, and asked for with
// every new analysis.
export const palette = signal<Palette>(palettes.find(([p]) => p === localStorage.getItem(storedAt))?.[0] ?? 'heat');

export function choosePalette(p: Palette): void {
  palette.value = p;
  localStorage.setItem(storedAt, p);
}

// askedPalette is the palette as a request names it.
export const askedPalette = () => (palette.value === 'heat' ? {} : { palette: palette.value });

// tableOf is 256 colors, RGBA, from no attention to most.
export const tableOf = (p: Palette): Uint8Array => tables[p];

// color is a palette's color at a position of 0..1, opaque.
export function color(position: number, p: Palette = 'heat'): string {
  const i = 4 * Math.round(255 * Math.min(1, Math.max(0, position)));
  return `rgb(${tables[p][i]}, ${tables[p][i + 1]}, ${tables[p][i + 2]})`;
}

// shade is the same color as opaque as it is drawn.
export function shade(position: number, p: Palette): string {
  const i = 4 * Math.round(255 * Math.min(1, Math.max(0, position)));
  return `rgb(${tables[p][i]} ${tables[p][i + 1]} ${tables[p][i + 2]} / ${(tables[p][i + 3]! / 255).toFixed(3)})`;
}
