import { useEffect, useState } from 'preact/hooks';
import { call } from './api';
import { plain } from './areas';
import { percent } from './format';
import type { Model } from './model';
import type { Aoi } from './types';

// A Quantity is a number of both sides, as the service answers it.
interface Quantity { name: string; unit: 'points' | 'share' | 'rank' | 'seconds'; base: number | null; candidate: number | null; difference: number | null; noise: number }

// Where the service cannot be asked, as behind a shared link, the same noise
// holds: what a page moved by one pixel, or saved anew, changes.
const noise = { focus: 3, clarity: 7, excitingness: 6 };
const shareNoise = (base: number) => Math.max(0.06 * base, 0.001);

interface Props { a: Model; b: Model; ids: [string, string]; measure: (m: Model, area: Aoi) => number }

// CompareTable is the comparison in numbers; what lies inside the noise is gray.
export function CompareTable({ a, b, ids, measure }: Props) {
  const areas = new Map<string, Aoi>();
  for (const m of [b, a]) for (const area of m.areas?.list.value ?? []) areas.set(area.name, area);
  const [answer, setAnswer] = useState<Quantity[]>();
  useEffect(() => {
    if (!ids[0] || (a.kind === 'video') !== (b.kind === 'video')) return;
    const body = { base: ids[0], candidate: ids[1], ...(areas.size && { aois: [...areas.values()].map(plain) }) };
    call<{ pairs: { quantities?: Quantity[] }[] }>('POST', 'v2/compare', body).then((c) => setAnswer(c.pairs[0]?.quantities), () => undefined);
  }, [a, b]);
  const rows = (answer ?? own(a, b, [...areas.values()], measure)).filter((q) => !/\.(peak|rank)$/.test(q.name));
  return (
    <section class="panel compare-table" aria-labelledby="table-title">
      <header><h2 id="table-title">In numbers</h2><span class="small soft">Gray: inside the noise, no news</span></header>
      <div class="scroll" tabIndex={0} role="region" aria-label="Comparison">
        <table>
          <thead><tr><th scope="col">Measure</th><th scope="col" class="num">A</th><th scope="col" class="num">B</th><th scope="col" class="num">Difference</th><th scope="col">Says</th></tr></thead>
          <tbody>{rows.map((q) => <Row key={q.name} q={q} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

// own measures in the browser what the service would answer.
function own(a: Model, b: Model, areas: Aoi[], measure: Props['measure']): Quantity[] {
  const scores = (['focus', 'clarity', 'excitingness'] as const).flatMap((s): Quantity[] => {
    const [x, y] = [a.outputs[s]?.score, b.outputs[s]?.score];
    return x === undefined || y === undefined ? [] : [{ name: s, unit: 'points', base: x, candidate: y, difference: y - x, noise: noise[s] }];
  });
  return [...scores, ...areas.map((area): Quantity => {
    const [x, y] = [measure(a, area), measure(b, area)];
    return { name: `${area.name}.share`, unit: 'share', base: x, candidate: y, difference: y - x, noise: shareNoise(x) };
  })];
}

const words: Record<string, string> = { share: 'share', first: 'first seen', moved: 'Attention that moved' };

function nameOf(q: Quantity): string {
  const at = q.name.lastIndexOf('.');
  if (at > 0) return `${q.name.slice(0, at)}, ${words[q.name.slice(at + 1)] ?? q.name.slice(at + 1)}`;
  return words[q.name] ?? q.name[0]!.toUpperCase() + q.name.slice(1);
}

function write(v: number | null, unit: Quantity['unit']): string {
  if (v === null) return unit === 'seconds' ? 'never' : '–';
  return unit === 'share' ? percent(v) : unit === 'seconds' ? `${v.toFixed(1)} s` : String(v);
}

function Row({ q }: { q: Quantity }) {
  const d = q.difference;
  const quiet = d !== null && Math.abs(d) <= q.noise;
  const text = d === null ? '–' : q.unit === 'share' ? `${signed(100 * d, 1)} points` : q.unit === 'seconds' ? `${signed(d, 1)} s` : signed(d);
  const says = d === null ? '' : quiet ? 'no news' : q.name === 'moved' ? 'moved' : d > 0 ? (q.unit === 'seconds' ? 'later in B' : 'more in B') : q.unit === 'seconds' ? 'sooner in B' : 'less in B';
  return (
    <tr class={quiet ? 'quiet' : ''}><th scope="row">{nameOf(q)}</th><td class="num">{write(q.base, q.unit)}</td><td class="num">{write(q.candidate, q.unit)}</td>
      <td class="num">{text}</td><td>{says}</td></tr>
  );
}

const signed = (v: number, digits = 0) => `${v > 0 ? '+' : v < 0 ? '−' : '±'}${Math.abs(v).toFixed(digits)}`;
