import { nameOf } from './elements';
import { percent } from './format';
import type { Model } from './model';
import type { ElementResult, GazePoint } from './types';

const meanings = [
  { name: 'focus', label: 'Focus', text: 'How much the attention gathers in few places. Neither good nor bad in itself.', low: 'spread out', high: 'on one spot' },
  { name: 'clarity', label: 'Clarity', text: 'How little visual clutter there is.', low: 'cluttered', high: 'clean' },
  { name: 'excitingness', label: 'Excitingness', text: 'How much colors and contrasts stimulate. A rough direction.', low: 'calm', high: 'stimulating' },
] as const;

// Scores are the three scores with what they mean: percentiles among home
// pages, 50 is the median.
export function Scores({ model: m }: { model: Model }) {
  const shown = meanings.filter((s) => m.outputs[s.name]?.score !== undefined);
  if (shown.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="scores-title">
      <header><h2 id="scores-title">Scores</h2><span class="small soft">50 is the median home page</span></header>
      <dl class="scores">
        {shown.map((s) => {
          const v = m.outputs[s.name]!.score!;
          return (
            <div key={s.name} title={s.text}>
              <dt>{s.label}</dt>
              <dd><b class="num">{v}</b>
              <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="rail" width="100" height="6" /><rect class={s.name} width={v} height="6" /><rect class="median" x="49.5" width="1" height="6" /></svg>
              <span class="small soft">{v < 40 ? s.low : v > 60 ? s.high : 'middling'}</span></dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

// SeenFirst lists the places that draw most attention on screen: the table twin
// of the heat.
export function SeenFirst({ model: m }: { model: Model }) {
  const still = m.kind !== 'video';
  const points = still ? m.outputs.attention?.gazePath ?? m.row.value?.gaze ?? [] : m.row.value?.gaze ?? [];
  if (points.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="first-title">
      <header><h2 id="first-title">{still ? 'Seen first' : 'Seen now'}</h2></header>
      <ol class="seen">
        {points.slice(0, 5).map((p, i) => (
          <li key={i}><span>{placeOf(m, p)}</span><span class="soft small num">{percent(p.mass)}{still && p.time !== undefined ? ` · ${p.time.toFixed(1)} s` : ''}</span></li>
        ))}
      </ol>
    </section>
  );
}

// placeOf names what is at a point: of a page the smallest element there, else the place.
function placeOf(m: Model, p: GazePoint): string {
  const around = m.outputs.elements?.list.filter(({ box: b }) => p.x >= b.x && p.x < b.x + b.width && p.y >= b.y && p.y < b.y + b.height) ?? [];
  const least = around.reduce<ElementResult | undefined>((a, b) => (a && a.areaShare <= b.areaShare ? a : b), undefined);
  return least ? `${nameOf(least)}, ${where(p.x, p.y).toLowerCase()}` : where(p.x, p.y);
}

// where names a place in words.
export function where(x: number, y: number): string {
  const column = x < 0.36 ? 'left' : x > 0.64 ? 'right' : '';
  const row = y < 0.36 ? 'Top' : y > 0.64 ? 'Bottom' : column ? 'Middle' : '';
  if (!row && !column) return 'Center';
  return column ? `${row} ${column}` : `${row} center`;
}
