import { colorOf, type AreaSet } from './areas';
import { percent } from './format';
import { Button } from './ui';

const saving = { saved: 'Saved', waiting: 'Saving', saving: 'Saving', failed: 'Not saved' };

// AreaList names the areas and says what was measured of each.
export function AreaList({ set, share, readOnly, onDraw }: { set: AreaSet; share: (i: number) => number; readOnly: boolean; onDraw: (tool: 'box' | 'polygon') => void }) {
  const here = set.here.value;
  const ranks = here.map((m) => 1 + here.filter((o) => o.share > m.share).length);
  return (
    <section class="panel" aria-labelledby="areas-title">
      <header>
        <h2 id="areas-title">Areas</h2>
        {set.list.value.length > 0 && !readOnly && <span class="small soft" role="status" data-saving={set.saving.value}>{saving[set.saving.value]}</span>}
        <span class="spread" />
        {!readOnly && <Button icon="box" label="Draw a box" keys="R" kind="plain" onClick={() => onDraw('box')} />}
        {!readOnly && <Button icon="polygon" label="Draw a polygon" keys="P" kind="plain" onClick={() => onDraw('polygon')} />}
      </header>
      {set.list.value.length === 0 && !readOnly && <p class="soft small">Draw a box around a button or a headline to see what share of the attention it gets.</p>}
      {set.list.value.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Measures of the areas">
          <table class="area-table">
            <thead><tr><th scope="col">Name</th><th scope="col" class="num">Now</th><th scope="col" class="num">Mean</th><th scope="col" class="num">Rank</th>
              <th scope="col" class="num" title="Time to first fixation of the median viewer">First seen</th><th><span class="away">Delete</span></th></tr></thead>
            <tbody>
              {set.list.value.map((a, i) => {
                const stored = set.stored(i);
                const first = stored ? stored.timeToFirstAttention : here[i]!.first;
                return (
                  <tr key={a.name} class={set.selected.value === i ? 'selected' : ''} data-area={a.name} onClick={() => (set.selected.value = i)}>
                    <th scope="row"><span class="dot" style={{ background: colorOf(i) }} />
                      <input value={a.name} aria-label={`Name of ${a.name}`} maxLength={100} readOnly={readOnly} onChange={(e) => { set.rename(i, e.currentTarget.value); e.currentTarget.value = set.list.value[i]?.name ?? ''; }} /></th>
                    <td class="num">{percent(share(i))}</td>
                    <td class="num" data-share={stored?.share ?? here[i]!.share} data-stored={stored !== undefined}>{percent(stored?.share ?? here[i]!.share)}</td>
                    <td class="num">{stored?.rank ?? ranks[i]}</td>
                    <td class="num">{first === null ? 'never' : `${first.toFixed(1)} s`}</td>
                    <td>{!readOnly && <Button icon="trash" label={`Delete ${a.name}`} kind="plain" onClick={() => set.remove(i)} />}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
