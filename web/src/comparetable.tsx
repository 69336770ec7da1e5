import { percent } from './format';
import type { Model } from './model';
import type { Aoi } from './types';

// noise is what a difference must exceed to be news, in points: what a page
// moved by one pixel, or saved anew, changes (docs/scores.md).
const noise = { focus: 4, clarity: 9, excitingness: 6 };
const shareNoise = (base: number) => Math.max(0.06 * base, 0.001);

// CompareTable is the comparison in numbers; what lies inside the noise is gray.
export function CompareTable({ a, b, measure }: { a: Model; b: Model; measure: (m: Model, area: Aoi) => number }) {
  const areas = new Map<string, Aoi>();
  for (const m of [b, a]) for (const area of m.areas?.list.value ?? []) areas.set(area.name, area);
  const own = (m: Model, area: Aoi) => m.areas?.list.value.find((x) => x.name === area.name) ?? area;
  const scores = (['focus', 'clarity', 'excitingness'] as const).filter((s) => a.outputs[s]?.score !== undefined && b.outputs[s]?.score !== undefined);
  return (
    <section class="panel compare-table" aria-labelledby="table-title">
      <header><h2 id="table-title">In numbers</h2><span class="small soft">Gray: inside the noise, no news</span></header>
      <div class="scroll" tabIndex={0} role="region" aria-label="Comparison">
        <table>
          <thead><tr><th scope="col">Measure</th><th scope="col" class="num">A</th><th scope="col" class="num">B</th><th scope="col" class="num">Difference</th><th scope="col">Says</th></tr></thead>
          <tbody>
            {scores.map((s) => {
              const [x, y] = [a.outputs[s]!.score!, b.outputs[s]!.score!];
              const quiet = Math.abs(y - x) <= noise[s];
              return <Row key={s} name={s[0]!.toUpperCase() + s.slice(1)} a={String(x)} b={String(y)} d={signed(y - x)} quiet={quiet} word={quiet ? 'no news' : y > x ? 'more in B' : 'less in B'} />;
            })}
            {[...areas.values()].map((area) => {
              const [x, y] = [measure(a, own(a, area)), measure(b, own(b, area))];
              const quiet = Math.abs(y - x) <= shareNoise(x);
              return <Row key={area.name} name={`${area.name}, share`} a={percent(x)} b={percent(y)} d={`${signed(100 * (y - x), 1)} points`} quiet={quiet} word={quiet ? 'no news' : y > x ? 'more in B' : 'less in B'} />;
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ name, a, b, d, quiet, word }: { name: string; a: string; b: string; d: string; quiet: boolean; word: string }) {
  return <tr class={quiet ? 'quiet' : ''}><th scope="row">{name}</th><td class="num">{a}</td><td class="num">{b}</td><td class="num">{d}</td><td>{word}</td></tr>;
}

const signed = (v: number, digits = 0) => `${v > 0 ? '+' : v < 0 ? '−' : '±'}${Math.abs(v).toFixed(digits)}`;
