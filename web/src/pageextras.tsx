import { ElementButton, marks, nameOf } from './elements';
import { percent } from './format';
import type { Model } from './model';
import type { StealRow, VariantOutput } from './types';

// Steal is who takes attention from whom, as a table: the model's opinion.
export function Steal({ model: m }: { model: Model }) {
  const s = m.outputs.steal;
  if (!s?.rows.length) return null;
  const most = Math.max(1, ...s.rows.flatMap((r) => r.points.map((p) => Math.abs(p.points))));
  return (
    <section class="panel wide" aria-labelledby="steal-title">
      <header><h2 id="steal-title">Who takes attention from whom</h2></header>
      <p class="small opinion">{s.note}</p>
      <p class="small soft">A row says where the attention goes when its element is hidden, in points: 100 is all attention of the page.</p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Steal matrix">
        <table class="steal-table">
          <thead><tr><th scope="col">Hidden</th><th scope="col" class="num">Loses</th>
            {s.rows.map((r) => <th key={r.hidden.selector} scope="col" class="num clip" title={nameOf(r.hidden)}>{nameOf(r.hidden)}</th>)}
            <th scope="col" class="num">Others</th><th scope="col" class="num">No element</th></tr></thead>
          <tbody>{s.rows.map((r) => <StealLine key={r.hidden.selector} model={m} row={r} all={s.rows} most={most} />)}</tbody>
        </table>
      </div>
      <p class="small soft">{s.captures} captures in {Math.round(s.seconds)} s.</p>
    </section>
  );
}

function StealLine({ model: m, row: r, all, most }: { model: Model; row: StealRow; all: StealRow[]; most: number }) {
  return (
    <tr {...marks(m, r.hidden)}>
      <th scope="row"><ElementButton model={m} element={r.hidden} /></th>
      <td class="num">{points(r.own)}</td>
      {all.map((c) => {
        const p = r.points.find((p) => p.selector === c.hidden.selector);
        if (!p) return <td key={c.hidden.selector} class="num soft">·</td>;
        return <td key={c.hidden.selector} class="num gain" style={{ '--gain': `${Math.round((28 * Math.max(0, p.points)) / most)}%` }}>{points(p.points)}</td>;
      })}
      <td class="num">{points(r.others)}</td>
      <td class="num">{points(r.rest)}</td>
    </tr>
  );
}

const points = (v: number) => (Math.abs(v) < 0.05 ? '0' : `${v > 0 ? '+' : '−'}${Math.abs(v).toFixed(1)}`);

// variants are the other ways to show a page, in words.
export const variants: [string, string][] = [
  ['desktopWeb', 'Desktop'], ['mobileWeb', 'Phone'], ['dark', 'Dark theme'], ['more-contrast', 'More contrast'], ['reduced-motion', 'Less motion'],
  ['zoom200', 'Zoom 200 %'], ['rtl', 'Right to left'], ['protanopia', 'No red cones'], ['deuteranopia', 'No green cones'], ['tritanopia', 'No blue cones'],
  ['achromatopsia', 'No colors'], ['reduced-contrast', 'Reduced contrast'], ['blurred-vision', 'Blurred vision'],
];

const scores = [['focus', 'Focus'], ['clarity', 'Clarity'], ['excitingness', 'Excitingness']] as const;

// Variants are the same page shown in other ways, each with its scores beside
// those of the page.
export function Variants({ model: m }: { model: Model }) {
  const all = m.outputs.variants;
  if (!all?.length) return null;
  return (
    <section class="panel wide" aria-labelledby="variants-title">
      <header><h2 id="variants-title">Variants</h2><span class="small soft">In brackets: the difference to the page above</span></header>
      <ul class="variants">{all.map((v) => <Variant key={v.variant} model={m} variant={v} />)}</ul>
    </section>
  );
}

function Variant({ model: m, variant: v }: { model: Model; variant: VariantOutput }) {
  const name = variants.find(([n]) => n === v.variant)?.[1] ?? v.variant;
  if (v.error) return <li data-variant={v.variant}><h3>{name}</h3><p class="small bad-text">{v.error.message}</p></li>;
  return (
    <li data-variant={v.variant}>
      {v.image && <a class="poster" href={v.image} target="_blank" rel="noopener" aria-label={`The page in the variant ${name}, full size`}>
        <img src={v.image} alt="" loading="lazy" />{v.attentionMap && <img class="heat" src={v.attentionMap} alt="" loading="lazy" />}</a>}
      <h3>{name}</h3>
      <dl class="card-scores">
        {scores.map(([key, label]) => v[key] !== undefined && <div key={key}><dt>{label}</dt><dd>{v[key]}<Against now={v[key]} base={m.outputs[key]?.score} /></dd></div>)}
      </dl>
      {v.aois?.map((a) => <p key={a.name} class="small soft">{a.name}: {a.visible ? percent(a.share) : 'not seen'}</p>)}
    </li>
  );
}

function Against({ now, base }: { now: number; base?: number }) {
  if (base === undefined || now === base) return null;
  return <span class="soft"> ({now > base ? '+' : '−'}{Math.abs(now - base)})</span>;
}
