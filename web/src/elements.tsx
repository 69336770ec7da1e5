import { useState } from 'preact/hooks';
import { percent } from './format';
import type { Model } from './model';
import type { PageElement } from './types';
import { Button } from './ui';

const first = 12; // elements that are listed at once

// nameOf is what an element is called in lists.
export const nameOf = (e: PageElement) => e.name || e.selector.split(' ').at(-1)!;

// Elements are the parts of a page by their share of the attention: the table
// twin of the boxes on the stage.
export function Elements({ model: m }: { model: Model }) {
  const [all, setAll] = useState(false);
  const o = m.outputs.elements;
  if (!o) return null;
  const shown = all ? o.list : o.list.slice(0, first);
  return (
    <section class="panel" aria-labelledby="elements-title">
      <header><h2 id="elements-title">Elements</h2><span class="small soft">{o.count === 1 ? '1 on this page' : `${o.count} on this page`}</span></header>
      {o.list.length === 0 && <p class="soft small">Nothing on this page is an element with a role.</p>}
      {o.list.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Shares of the elements">
          <table class="element-table">
            <thead><tr><th scope="col">Rank</th><th scope="col">Element</th><th scope="col" class="num">Share</th><th scope="col" title="The first window, before scrolling">Fold</th></tr></thead>
            <tbody>
              {shown.map((e) => (
                <tr key={e.selector} data-element={e.selector} data-share={e.share} class={m.pinned.value?.selector === e.selector ? 'selected' : ''} {...marks(m, e)}>
                  <td class="num soft">{e.rank}</td>
                  <th scope="row"><div><ElementButton model={m} element={e} /><span class="small soft">{e.role}</span></div></th>
                  <td class="num" title={e.timeToFirstAttention === null ? 'Half of the viewers never see it' : `Seen by half of the viewers after ${e.timeToFirstAttention.toFixed(1)} s`}>{percent(e.share)}</td>
                  <td class="small soft">{e.aboveFold ? 'above' : 'below'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="small soft element-rest">{percent(o.rest)} of the attention is outside of all elements{o.unlisted > 0.0005 ? `, ${percent(o.unlisted)} in elements that are not listed` : ''}.</p>
      {o.list.length > first && <Button kind="plain" onClick={() => setAll(!all)}>{all ? 'Show fewer' : `Show all ${o.list.length}`}</Button>}
    </section>
  );
}

// marks makes something mark an element on the stage while the mouse or the
// focus is on it.
export function marks(m: Model, e: PageElement) {
  const on = () => (m.marked.value = e);
  const off = () => (m.marked.value = m.pinned.value);
  return { onMouseEnter: on, onMouseLeave: off, onFocusIn: on, onFocusOut: off };
}

// ElementButton pins an element's box on the stage and scrolls to it.
export function ElementButton({ model: m, element: e }: { model: Model; element: PageElement }) {
  const pinned = m.pinned.value?.selector === e.selector;
  const pin = () => {
    m.pinned.value = pinned ? undefined : e;
    m.marked.value = e;
    requestAnimationFrame(() => document.querySelector('.marked')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }));
  };
  return <button type="button" class="element-name clip" aria-pressed={pinned} title={e.selector} onClick={pin}>{nameOf(e)}</button>;
}

// Marked is the box of the element that is pointed at.
export function Marked({ model: m }: { model: Model }) {
  const e = m.marked.value;
  if (!e) return null;
  const p = (v: number) => `${100 * v}%`;
  return (
    <div class="marked" data-element={e.selector} aria-hidden="true" style={{ left: p(e.box.x), top: p(e.box.y), width: p(e.box.width), height: p(e.box.height) }}>
      <span class={e.box.y < 0.03 ? 'inside' : ''}>{nameOf(e)}</span>
    </div>
  );
}
