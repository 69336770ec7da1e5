import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ApiError, erase, list } from './api';
import { AnalysisCard } from './card';
import { Intake } from './intake';
import { keys } from './keys';
import { go, note } from './router';
import type { Kind, ListItem } from './types';
import { Button, explain, Failure, Icon, Segments, toast } from './ui';
import { addSample, created } from './uploads';

const items = signal<ListItem[]>([]);
const next = signal<string | undefined>(undefined);
const state = signal<'loading' | 'ready' | Error>('loading');
const chosen = signal<ReadonlySet<string>>(new Set());

const pageSize = '60';
type Filter = 'all' | Kind;
const filters: [Filter, string][] = [['all', 'All'], ['video', 'Videos'], ['image', 'Images'], ['url', 'Pages']];

const query = signal<{ q: string; type: Filter }>({ q: '', type: 'all' });
let turn = 0; // of the latest request; older answers are dropped

// load reads the list from its beginning, or its next page.
async function load(more: boolean): Promise<void> {
  const mine = ++turn;
  const { q, type } = query.value;
  const ask: Record<string, string> = { limit: pageSize, ...(q && { q }), ...(type !== 'all' && { type }) };
  if (more && next.value) ask.after = next.value;
  try {
    const page = await list(ask);
    if (mine !== turn) return;
    const ids = new Set(page.analyses.map((i) => i.id));
    if (more) items.value = [...items.value.filter((i) => !ids.has(i.id)), ...page.analyses];
    else if (items.value.length > page.analyses.length && page.next) items.value = [...page.analyses, ...items.value.filter((i) => !ids.has(i.id))]; // further pages stay
    else items.value = page.analyses;
    if (more || items.value.length === page.analyses.length) next.value = page.next;
    state.value = 'ready';
  } catch (e) {
    if (mine === turn && !(items.value.length && e instanceof ApiError && e.status === 0)) state.value = e as Error;
  }
}

// search reads the list anew for other words or another kind.
function search(q: string, type: Filter): void {
  query.value = { q, type };
  note({ q: q || null, type: type === 'all' ? null : type });
  items.value = [];
  next.value = undefined;
  state.value = 'loading';
  void load(false);
}

function useList(): void {
  useEffect(() => {
    const asked = new URLSearchParams(location.search);
    query.value = { q: asked.get('q') ?? '', type: filters.find(([f]) => f === asked.get('type'))?.[0] ?? 'all' };
    void load(false);
    const pending = () => items.value.some((i) => i.status === 'pending');
    const t = setInterval(() => document.visibilityState === 'visible' && pending() && void load(false), 1200);
    return () => {
      clearInterval(t);
      chosen.value = new Set();
    };
  }, []);
  const n = created.value;
  useEffect(() => { if (n) void load(false); }, [n]);
}

export function LibraryScreen() {
  useList();
  const { q, type } = query.value;
  const timer = useRef(0);
  const typed = (text: string) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => search(text, query.value.type), 180);
  };
  useLayoutEffect(() => {
    keys.value = [{ keys: ['/'], label: 'Search', group: 'Library', run: () => document.querySelector<HTMLInputElement>('#search')?.focus() }];
    return () => { keys.value = []; };
  }, []);
  const shown = items.value;
  const empty = state.value === 'ready' && shown.length === 0 && !q && type === 'all';
  return (
    <main id="main" class="library" tabIndex={-1}>
      <div class="library-head">
        <h1>Library</h1>
        <span class="spread" />
        <Intake />
      </div>
      {empty ? <Empty /> : (
        <>
          <div class="toolbar">
            <label class="search"><Icon name="search" /><span class="away">Search titles</span>
              <input id="search" type="search" placeholder="Search titles" defaultValue={q} onInput={(e) => typed(e.currentTarget.value)} /></label>
            <Segments<Filter> label="Kind" value={type} onChange={(v) => search(q, v)} options={filters} />
            <span class="spread" />
            <Selection />
          </div>
          {state.value instanceof Error && <Failure error={state.value}><Button onClick={() => void load(false)}>Try again</Button></Failure>}
          <ul class="cards" aria-busy={state.value === 'loading'}>
            {shown.map((i) => <AnalysisCard key={i.id} item={i} all={chosen} choose={toggle} />)}
          </ul>
          {state.value === 'ready' && shown.length === 0 && <p class="soft center">Nothing fits.</p>}
          {next.value && <More />}
        </>
      )}
    </main>
  );
}

function toggle(id: string): void {
  const s = new Set(chosen.value);
  if (!s.delete(id)) s.add(id);
  chosen.value = s;
}

// Selection is what can be done with the chosen cards.
function Selection() {
  const picked = items.value.filter((i) => chosen.value.has(i.id));
  if (picked.length === 0) return null;
  const remove = async () => {
    for (const i of picked) {
      try {
        await erase(i.type, i.id);
        items.value = items.value.filter((x) => x.id !== i.id);
      } catch (e) {
        explain(e);
      }
    }
    chosen.value = new Set();
    toast(picked.length === 1 ? 'Deleted.' : `${picked.length} analyses deleted.`);
  };
  return (
    <div class="selection" role="group" aria-label="Selection">
      <span class="soft">{picked.length} selected</span>
      {picked.length === 2 && <Button icon="compare" onClick={() => go(`c/${picked[1]!.id}..${picked[0]!.id}`)}>Compare</Button>}
      <DeleteButton count={picked.length} onDelete={() => void remove()} />
      <Button kind="plain" onClick={() => (chosen.value = new Set())}>Clear</Button>
    </div>
  );
}

// DeleteButton asks once more in its own place.
export function DeleteButton({ count, onDelete }: { count: number; onDelete: () => void }) {
  const [sure, setSure] = useState(false);
  if (!sure) return <Button icon="trash" onClick={() => setSure(true)}>Delete</Button>;
  return <Button icon="trash" kind="danger" onClick={() => { setSure(false); onDelete(); }}>{count > 1 ? `Delete ${count} for good` : 'Delete for good'}</Button>;
}

function More() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const o = new IntersectionObserver((e) => e.some((x) => x.isIntersecting) && void load(true), { rootMargin: '600px' });
    o.observe(ref.current!);
    return () => o.disconnect();
  }, [next.value]);
  return <div ref={ref} class="center"><Button onClick={() => void load(true)}>Show more</Button></div>;
}

function Empty() {
  const [busy, setBusy] = useState(false);
  const sample = async () => {
    setBusy(true);
    await addSample().catch(explain);
    setBusy(false);
  };
  return (
    <section class="empty">
      <div class="empty-art" aria-hidden="true"><Icon name="upload" /></div>
      <h2>Drop a video or an image anywhere</h2>
      <p class="soft">WebM, MP4, MOV or GIF up to 60 seconds and 100 MB; PNG, JPEG or WebP; or the address of a web page.</p>
      <Button kind="primary" disabled={busy} onClick={() => void sample()}>Analyze the sample</Button>
      <p class="small soft">A seven-second recording of a visit to a shop.</p>
    </section>
  );
}
