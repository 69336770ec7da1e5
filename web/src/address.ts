import { useEffect, useRef } from 'preact/hooks';
import { measure, plain } from './areas';
import { percent } from './format';
import type { Model } from './model';
import { here, note } from './router';
import { setRange } from './timeline';
import type { Box } from './types';

// useAddress keeps in the address what is on screen, so that a link or the way
// back leads to it: t (seconds), view, o (strength of the overlay, percent),
// area (NAME=X,Y,WIDTH,HEIGHT in 0..1, or the name of a polygon) and range
// (seconds, from and to).
export function useAddress(m: Model): void {
  const state = here.value; // changes with a step back or forward
  const asked = useRef<string | null>(null); // the time that the video seeks to, until it is there
  useEffect(() => {
    asked.current = state.query.get('t');
    restore(m, state.query);
  }, [m, state]);
  const [frame, view, strength, range] = [m.player.frame.value, m.view.value, m.strength.value, m.player.range.value];
  const chosen = m.areas?.list.value[m.areas.selected.value ?? -1];
  if (frame > 0) asked.current = null;
  useEffect(() => {
    const t = setTimeout(() => note({
      t: m.kind === 'video' && frame > 0 ? m.player.time.toFixed(3) : asked.current,
      view: view === 'heat' ? null : view,
      o: Math.abs(strength - 1) < 0.01 ? null : String(Math.round(100 * strength)),
      area: chosen ? written(plain(chosen)) : m.pinned.peek()?.role === linked ? new URLSearchParams(location.search).get('area') : null,
      range: range ? `${range[0].toFixed(3)},${range[1].toFixed(3)}` : null,
    }), 250);
    return () => clearTimeout(t);
  }, [frame, view, strength, range, chosen]);
}

const linked = 'area'; // role of the mark that an address has put on the stage

const written = (a: { name: string; box?: Box }) => (a.box ? `${a.name}=${[a.box.x, a.box.y, a.box.width, a.box.height].join(',')}` : a.name);

// restore puts the state of an address on screen.
function restore(m: Model, q: URLSearchParams): void {
  m.view.value = m.views.find(([v]) => v === q.get('view'))?.[0] ?? 'heat';
  const o = Number(q.get('o'));
  m.strength.value = o >= 20 && o <= 160 ? o / 100 : 1;
  const range = q.get('range')?.split(',').map(Number);
  setRange(m, ...(range?.length === 2 && range.every(Number.isFinite) ? (range as [number, number]) : []));
  showArea(m, q.get('area'));
  const t = Number(q.get('t'));
  if (t) m.player.seek(t + 1e-3);
}

// showArea chooses the area that an address names. One that is not there is
// shown, and not stored: following a link changes nothing.
function showArea(m: Model, text: string | null): void {
  const set = m.areas;
  if (!set) return;
  const box = /^(.*)=([\d.]+),([\d.]+),([\d.]+),([\d.]+)$/.exec(text ?? '');
  const name = box?.[1] ?? text;
  const at = set.list.peek().findIndex((a) => a.name === name || a.name === text);
  set.selected.value = at < 0 ? undefined : at;
  if (at >= 0 || !box) return;
  const [x, y, width, height] = box.slice(2).map(Number) as [number, number, number, number];
  if (!(width > 0 && height > 0 && x + width <= 1.0001 && y + height <= 1.0001)) return;
  const share = measure({ name: box[1]!, box: { x, y, width, height } }, m.numbers!.grid, m.numbers!.duration, m.kind !== 'video').share;
  m.marked.value = m.pinned.value = { selector: '', role: linked, name: `${box[1]}, ${percent(share)}`, box: { x, y, width, height }, aboveFold: true };
}
