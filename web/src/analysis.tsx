import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useAddress } from './address';
import { analysisKeys } from './analysiskeys';
import { AreaList } from './arealist';
import { coverage, inside } from './areas';
import { ApiError, erase, file, find, patch, path } from './api';
import { Caution } from './caution';
import { Controls } from './controls';
import { ExportDialog } from './export';
import { age, kinds, left, stages } from './format';
import { loadNumbers, parseGrid, type Numbers } from './grid';
import { keys } from './keys';
import { DeleteButton } from './library';
import { Model } from './model';
import { Notes } from './notes';
import { ComparePicker } from './pick';
import { go } from './router';
import { Elements } from './elements';
import { Steal, Variants } from './pageextras';
import { Scores, SeenFirst } from './scores';
import { ShareDialog } from './share';
import { Stage } from './stage';
import { Timeline } from './timeline';
import type { Analysis } from './types';
import { Button, explain, Failure, Progress, toast } from './ui';
import { localVideo } from './uploads';

type Loaded = { analysis: Analysis; model: Model } | { error: unknown };

// useAnalysis reads an analysis, follows it while it runs, and makes a model of
// what there is of it: first of the preview, in the end of the whole.
function useAnalysis(id: string): Loaded | undefined {
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    let kind: Analysis['type'];
    const read = async () => {
      try {
        const analysis = await find(id, kind);
        kind = analysis.type;
        const numbers = await numbersOf(analysis, stop.signal);
        if (stop.signal.aborted) return;
        const model = new Model(analysis, numbers, sourceOf(analysis));
        if (analysis.status === 'pending') timer = window.setTimeout(() => void read(), 700);
        setLoaded({ analysis, model });
      } catch (error) {
        if (stop.signal.aborted) return;
        setLoaded({ error });
        if (error instanceof ApiError && error.status === 0) timer = window.setTimeout(() => void read(), 3000);
      }
    };
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id]);
  return loaded;
}

async function numbersOf(a: Analysis, signal: AbortSignal): Promise<Numbers | undefined> {
  if (a.outputs) return loadNumbers(a, signal);
  if (!a.preview?.grid) return undefined;
  try {
    const grid = parseGrid(await (await file(a.preview.grid, signal)).arrayBuffer());
    const end = grid.times[grid.frames - 1] ?? 0;
    return grid.frames ? { grid, rows: [], duration: end - (grid.times[0] ?? 0) + 1e-3 } : undefined;
  } catch {
    return undefined; // it has just ended, or not begun
  }
}

export function sourceOf(a: Analysis): { video?: string; image?: string } {
  const o = a.outputs;
  if (a.type !== 'video') return { image: o?.input?.image };
  return { video: localVideo(a.id) ?? o?.input?.video };
}

export function AnalysisScreen({ id }: { id: string }) {
  const loaded = useAnalysis(id);
  if (!loaded) return <main id="main" class="analysis loading" tabIndex={-1} aria-busy="true"><div class="stage" /></main>;
  if ('error' in loaded) return <Missing error={loaded.error} />;
  const { analysis, model } = loaded;
  return (
    <main id="main" class="analysis" tabIndex={-1}>
      <Head model={model} />
      {analysis.status === 'failed' ? <Failed analysis={analysis} /> : analysis.status === 'pending' ? <Running model={model} /> : <Result model={model} />}
    </main>
  );
}

function Missing({ error }: { error: unknown }) {
  const e = error instanceof ApiError ? error : undefined;
  const expired = e?.status === 410;
  return (
    <main id="main" class="message" tabIndex={-1}>
      <h1>{expired ? 'This analysis is gone' : e?.status === 404 ? 'There is no such analysis' : 'This cannot be shown now'}</h1>
      {expired
        ? <p class="soft">It was deleted, or it has expired: what comes through the API is kept for a while only. What is made here is kept.</p>
        : e?.status === 404 ? <p class="soft">It may have been deleted, or it belongs to another account.</p> : <Failure error={error} />}
      <a class="button primary" href={path('')}>{expired ? 'Analyze again' : 'Back to the library'}</a>
    </main>
  );
}

function Failed({ analysis: a }: { analysis: Analysis }) {
  const remove = () => void erase(a.type ?? 'video', a.id).then(() => go(''), explain);
  return (
    <div class="message">
      <h2>The analysis failed</h2>
      <p>{a.error?.message ?? 'No reason was stored.'}</p>
      <p class="small soft">{a.error?.code}{a.error?.request_id ? ` · request ${a.error.request_id}` : ''}</p>
      <div class="row"><a class="button primary" href={path('')}>Try another one</a><DeleteButton count={1} onDelete={remove} /></div>
    </div>
  );
}

function Running({ model: m }: { model: Model }) {
  const a = m.analysis;
  const n = a.queue_position;
  const says = n ? (n === 1 ? 'Next in line' : `Number ${n} in line`) : stages[a.stage ?? 'queued'] ?? 'Running';
  const percent = Math.round(100 * (a.progress ?? 0));
  useEffect(() => m.player.seek(m.player.end), [m]); // the frame that was predicted last
  return (
    <div class="viewer running">
      <Stage model={m} />
      <div class="running-says">
        <span><span role="status">{says}</span>{a.progress ? `, ${percent} %` : ''}</span>
        {m.numbers && m.kind === 'video' && <span class="soft small">{m.numbers.grid.frames === 1 ? '1 frame' : `${m.numbers.grid.frames} frames`} predicted</span>}
      </div>
      <Progress value={a.progress ?? 0} label="Analysis" />
    </div>
  );
}

function Head({ model: m }: { model: Model }) {
  const a = m.analysis;
  const [open, setOpen] = useState<'share' | 'export' | 'compare'>();
  // The event comes late: another dialog may be open by then.
  const shut = (which: typeof open) => setOpen((now) => (now === which ? undefined : now));
  const title = useRef<HTMLInputElement>(null);
  const rename = async (e: { currentTarget: HTMLInputElement }) => {
    const next = e.currentTarget.value.trim();
    if (next === m.title.value) return;
    try {
      await patch(m.kind, a.id, { title: next });
      m.title.value = next;
      toast('Renamed.');
    } catch (e) {
      title.current!.value = m.title.value;
      explain(e);
    }
  };
  const remove = () => void erase(m.kind, a.id).then(() => { toast('Deleted.'); go(''); }, explain);
  useEffect(() => {
    document.title = `${m.title.value || 'Untitled'} · Saccade`;
    return () => { document.title = 'Saccade'; };
  }, [m.title.value]);
  useLayoutEffect(() => { // with what is seen: a key may be pressed before the next frame
    if (a.status !== 'success') return;
    keys.value = analysisKeys(m, setOpen);
    return () => { keys.value = []; };
  }, [m]);
  return (
    <div class="analysis-head">
      <a class="up" href={path('')}>Library</a><span class="soft" aria-hidden="true">/</span>
      <h1 class="title"><input ref={title} aria-label="Title" size={Math.min(60, Math.max(8, m.title.value.length))} defaultValue={m.title.value} placeholder="Untitled" maxLength={500} onChange={(e) => void rename(e)} onKeyDown={(e) => e.key === 'Enter' && e.currentTarget.blur()} /></h1>
      <span class="small soft facts">{kinds[m.kind]} · {m.outputs.input ? `${m.width} × ${m.height} · ` : ''}{age(a.created_at)}{a.expires_at && !a.keep ? ` · ${left(a.expires_at)}` : ''}</span>
      <span class="spread" />
      <div class="head-actions">
        {a.status === 'success' && (
          <>
            <Button icon="compare" keys="C" onClick={() => setOpen('compare')}>Compare</Button>
            <Button icon="export" keys="E" onClick={() => setOpen('export')}>Export</Button>
            <Button icon="share" keys="S" kind="primary" onClick={() => setOpen('share')}>Share</Button>
          </>
        )}
        <DeleteButton count={1} onDelete={remove} />
      </div>
      {open === 'share' && <ShareDialog target={{ analysis: a.id }} onClose={() => shut('share')} />}
      {open === 'export' && <ExportDialog model={m} onClose={() => shut('export')} />}
      {open === 'compare' && <ComparePicker id={a.id} onClose={() => shut('compare')} />}
    </div>
  );
}

// Result is the whole answer: stage and controls, the numbers beside it, and
// the timeline below.
export function Result({ model: m }: { model: Model }) {
  useAddress(m);
  const frame = m.player.frame.value;
  const grid = m.numbers?.grid;
  const density = grid?.density(frame);
  const share = (i: number) => {
    const a = m.areas!.list.value[i]!;
    return grid && density && m.isActive(a) ? inside(coverage(a, grid.w, grid.h), density) : 0;
  };
  return (
    <div class="result">
      <div class="viewer">
        <Caution model={m} />
        <Stage model={m} />
        <Controls model={m} />
      </div>
      <aside class="rail" aria-label="Numbers">
        <Scores model={m} />
        {m.areas && <AreaList set={m.areas} share={share} readOnly={m.readOnly} onDraw={(t) => (m.tool.value = t)} />}
        <Elements model={m} />
        <SeenFirst model={m} />
        {!m.readOnly && <Notes model={m} />}
      </aside>
      {m.kind === 'video' && m.numbers && <Timeline model={m} />}
      <Steal model={m} />
      <Variants model={m} />
    </div>
  );
}
