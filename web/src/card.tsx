import { type ReadonlySignal, useComputed } from '@preact/signals';
import { path } from './api';
import { age, kinds, left, stages } from './format';
import type { ListItem } from './types';
import { Icon, Progress } from './ui';

// AnalysisCard is one analysis in the library. It is drawn anew when it itself is
// chosen or let go, not when another is.
export function AnalysisCard({ item: i, all, choose }: { item: ListItem; all: ReadonlySignal<ReadonlySet<string>>; choose: (id: string) => void }) {
  const title = i.title || 'Untitled';
  const chosen = useComputed(() => all.value.has(i.id)).value;
  return (
    <li class={chosen ? 'card chosen' : 'card'} data-id={i.id} data-status={i.status}>
      <a class="poster" href={path('a/' + i.id)} aria-hidden="true" tabIndex={-1}>
        <Poster item={i} />
        {i.status === 'pending' && <span class="badge over">{waits(i)}</span>}
        {i.status === 'failed' && <span class="badge over bad">Failed</span>}
      </a>
      <label class="pick"><input type="checkbox" checked={chosen} onChange={() => choose(i.id)} /><span class="away">Select {title}</span></label>
      <div class="card-body">
        <a class="card-title clip" href={path('a/' + i.id)}>{title}</a>
        <p class="small soft"><Icon name={i.type === 'url' ? 'page' : i.type} />{kinds[i.type]} · {age(i.created_at)}{i.expires_at && !i.keep ? ` · ${left(i.expires_at)}` : ''}</p>
        <div class="card-foot">
          {i.status === 'pending' && <Progress value={i.progress ?? 0} label={`Analysis of ${title}`} />}
          {i.status === 'failed' && <p class="small bad-text clamp">{i.error?.message}</p>}
          {i.status === 'success' && <CardScores item={i} />}
        </div>
      </div>
    </li>
  );
}

function waits(i: ListItem): string {
  if (i.queue_position) return i.queue_position === 1 ? 'Next in line' : `Number ${i.queue_position} in line`;
  const stage = stages[i.stage ?? 'queued'] ?? 'Running';
  return i.progress ? `${stage}, ${Math.round(100 * i.progress)} %` : stage;
}

function Poster({ item: i }: { item: ListItem }) {
  const p = i.poster;
  if (!p?.plain && !p?.heat) return <span class="poster-blank"><Icon name={i.type === 'url' ? 'page' : i.type} /></span>;
  return (
    <>
      {p.plain && <img src={p.plain} alt="" loading="lazy" decoding="async" />}
      {p.heat && <img class="heat" src={p.heat} alt="" loading="lazy" decoding="async" />}
    </>
  );
}

function CardScores({ item: { scores } }: { item: ListItem }) {
  if (!scores) return null;
  const rows: [string, number | undefined][] = [['Focus', scores.focus], ['Clarity', scores.clarity], ['Excitingness', scores.excitingness]];
  return (
    <dl class="card-scores">
      {rows.map(([name, v]) => v !== undefined && <div key={name}><dt>{name}</dt><dd>{v}</dd></div>)}
    </dl>
  );
}
