import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { colorOf } from './areas';
import { Chart, lines } from './chart';
import { clock, percent, seconds } from './format';
import { frameAt } from './grid';
import type { Model } from './model';
import { Previews, type Thumb } from './strip';

// Timeline is the whole video from left to right: frames, cuts, scores over
// time and a lane for each area. Hovering never moves the video.
export function Timeline({ model: m }: { model: Model }) {
  const { player: p } = m;
  const body = useRef<HTMLDivElement>(null);
  const hover = useSignal<number | undefined>(undefined);
  const drag = useRef<number | undefined>(undefined);
  const [previews, setPreviews] = useState<Previews>();
  const share = (t: number) => (p.duration ? (100 * (t - p.start)) / p.duration : 0);
  const timeOf = (e: PointerEvent) => {
    const r = body.current!.getBoundingClientRect();
    return p.start + Math.min(1, Math.max(0, (e.clientX - r.left) / r.width)) * p.duration;
  };
  const down = (e: PointerEvent) => {
    if (e.button) return;
    drag.current = timeOf(e);
    body.current!.setPointerCapture(e.pointerId);
  };
  const move = (e: PointerEvent) => {
    const t = timeOf(e);
    hover.value = t;
    previews?.look(frameAt(p.times, t));
    if (drag.current !== undefined && Math.abs(t - drag.current) > p.duration / 150) setRange(m, Math.min(t, drag.current), Math.max(t, drag.current));
  };
  const up = (e: PointerEvent) => {
    if (drag.current !== undefined && Math.abs(timeOf(e) - drag.current) <= p.duration / 150) p.seek(timeOf(e));
    drag.current = undefined;
  };
  const leave = () => {
    hover.value = undefined;
    previews?.look(undefined);
  };
  const text = useComputed(() => `${seconds(p.time - p.start)}, frame ${p.frame.value + 1} of ${p.times.length}`);
  const range = p.range.value;
  return (
    <section class="timeline" aria-label="Timeline">
      <Legend model={m} />
      <div class="tracks">
        <div class="track-names" aria-hidden="true">
          <span class="ruler-name" />
          <span class="strip-name">Frames</span>
          <span class="chart-name"><i>100</i><i>50</i><i>0</i></span>
          {m.areas?.list.value.map((a, i) => <span key={a.name} class="lane-name clip"><span class="dot" style={{ background: colorOf(i) }} />{a.name}</span>)}
        </div>
        <div ref={body} class="track-body" onPointerDown={down} onPointerMove={move} onPointerUp={up}
          onPointerLeave={leave} onDblClick={() => setRange(m)}>
          <div class="position" role="slider" tabIndex={0} aria-label="Position in the video" aria-valuemin={1} aria-valuemax={p.times.length}
            aria-valuenow={p.frame.value + 1} aria-valuetext={text.value} />
          <Ruler duration={p.duration} />
          <Strip model={m} opened={setPreviews} />
          <Chart model={m} />
          <Lanes model={m} />
          <svg class="marks" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
            {m.cuts.map((t) => <line key={t} class="cut" x1={share(t)} x2={share(t)} y1="0" y2="100" />)}
            {range && <rect class="range" x={share(range[0])} width={share(range[1]) - share(range[0])} y="0" height="100" />}
            {hover.value !== undefined && <line class="hover" x1={share(hover.value)} x2={share(hover.value)} y1="0" y2="100" />}
            <line class="playhead" x1={share(p.time)} x2={share(p.time)} y1="0" y2="100" />
          </svg>
          {hover.value !== undefined && <HoverLabel model={m} time={hover.value} left={share(hover.value)} previews={previews} />}
        </div>
      </div>
      <Table model={m} />
    </section>
  );
}

// Ruler writes the seconds above the frames.
function Ruler({ duration }: { duration: number }) {
  const step = [0.5, 1, 2, 5, 10, 15, 30].find((s) => duration / s <= 10) ?? 60;
  const marks = Array.from({ length: Math.floor(duration / step) + 1 }, (_, i) => i * step).filter((t) => t < 0.97 * duration);
  return <div class="ruler" aria-hidden="true">{marks.map((t) => <span key={t} style={{ left: `${(100 * t) / duration}%` }}>{t < 60 ? `${t} s` : clock(t)}</span>)}</div>;
}

// setRange chooses a span of the video, or none.
export function setRange(m: Model, from?: number, to?: number): void {
  m.player.range.value = from === undefined || to === undefined || to - from < 0.01 ? undefined : [from, to];
}

// Legend names the lines of the chart and says their values on screen.
function Legend({ model: m }: { model: Model }) {
  const row = m.row.value;
  return (
    <div class="chart-legend">
      {lines.map((l) => (
        <span key={l.name} class={`key ${l.name}`}><svg viewBox="0 0 24 4" aria-hidden="true"><line x1="0" x2="24" y1="2" y2="2" stroke-dasharray={l.dash.join(' ')} /></svg>
          {l.label} <b class="num">{row?.[l.name] ?? '–'}</b></span>
      ))}
      <span class="spread" />
      {m.cuts.length > 0 && <span class="small soft">{m.cuts.length === 1 ? '1 cut' : `${m.cuts.length} cuts`}</span>}
      {m.player.range.value && <span class="small soft">Range {seconds(m.player.range.value[0] - m.player.start)} to {seconds(m.player.range.value[1] - m.player.start)}</span>}
    </div>
  );
}

// HoverLabel says what is under the pointer, with the frame there; until that has been
// decoded, with the nearest one of the strip.
function HoverLabel({ model: m, time, left, previews }: { model: Model; time: number; left: number; previews?: Previews }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const f = frameAt(m.player.times, time);
  const row = m.numbers?.rows[f];
  const looked = previews?.looked.value;
  const near = previews?.thumbs.value.reduce<Thumb | undefined>((a, b) => (a && Math.abs(a.time - time) <= Math.abs(b.time - time) ? a : b), undefined);
  const thumb = looked?.frame === f ? looked : near;
  useEffect(() => {
    if (thumb) ref.current!.getContext('2d')!.drawImage(thumb.image, 0, 0);
  }, [thumb]);
  return (
    <span class={left > 80 ? 'hover-label to-left' : 'hover-label'} style={{ left: `${left}%` }}>
      {thumb && <canvas ref={ref} class="thumb" width={thumb.image.width} height={thumb.image.height} data-frame={thumb === looked ? f : undefined} aria-hidden="true" />}
      {seconds(time - m.player.start)} · frame {f + 1}{row ? ` · focus ${row.focus}` : ''}
    </span>
  );
}

function Strip({ model: m, opened }: { model: Model; opened: (f: Previews | undefined) => void }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const previews = m.source.video ? new Previews(m.source.video, m.player, m.width / m.height, ref.current!) : undefined;
    opened(previews);
    return () => previews?.close();
  }, [m]);
  return <canvas ref={ref} class="strip" aria-hidden="true" />;
}

function Lanes({ model: m }: { model: Model }) {
  const set = m.areas;
  if (!set) return null;
  const all = set.here.value;
  const top = Math.max(0.05, ...all.map((a) => a.peak));
  const { player: p } = m;
  const x = (f: number) => (1000 * (p.times[f]! - p.start)) / (p.duration || 1);
  return (
    <>
      {set.list.value.map((a, i) => {
        const line = all[i]!.line;
        let d = '';
        for (let f = 0; f < line.length; f++) {
          if (Number.isNaN(line[f]!)) continue;
          const y = (30 * (1 - line[f]! / top)).toFixed(1);
          d += d && !Number.isNaN(line[f - 1]!) ? `H${x(f).toFixed(1)}V${y}` : `M${x(f).toFixed(1)} 30V${y}`;
          if (f + 1 === line.length || Number.isNaN(line[f + 1]!)) d += `H${(f + 1 < line.length ? x(f + 1) : 1000).toFixed(1)}V30`;
        }
        return (
          <div key={a.name} class="lane" style={{ color: colorOf(i) }} title={`${a.name}: ${percent(all[i]!.share)} of the attention`}>
            <svg viewBox="0 0 1000 30" preserveAspectRatio="none" aria-hidden="true"><path d={d} /></svg>
            <Span model={m} index={i} which="from" />
            <Span model={m} index={i} which="to" />
          </div>
        );
      })}
    </>
  );
}

// Span is one end of an area's time: dragged, or moved by the arrow keys.
function Span({ model: m, index, which }: { model: Model; index: number; which: 'from' | 'to' }) {
  const set = m.areas!;
  const a = set.list.value[index]!;
  const { player: p } = m;
  const now = a[which] ?? (which === 'from' ? 0 : p.duration);
  const put = (t: number) => {
    const other = which === 'from' ? a.to ?? p.duration : a.from ?? 0;
    const v = which === 'from' ? Math.min(Math.max(0, t), other - 0.05) : Math.max(Math.min(p.duration, t), other + 0.05);
    const whole = which === 'from' ? v <= 0.001 : v >= p.duration - 0.001;
    set.drag(index, { ...a, [which]: whole ? undefined : v });
  };
  const drag = (e: PointerEvent) => {
    const el = e.currentTarget as HTMLElement;
    if (!el.hasPointerCapture(e.pointerId)) return;
    const r = el.parentElement!.getBoundingClientRect();
    e.stopPropagation();
    put(((e.clientX - r.left) / r.width) * p.duration);
  };
  return (
    <span class={`span ${which}`} style={{ left: `${(100 * now) / (p.duration || 1)}%` }} role="slider" tabIndex={0}
      aria-label={`${a.name} ${which === 'from' ? 'begins' : 'ends'}`} aria-valuemin={0} aria-valuemax={p.duration} aria-valuenow={now} aria-valuetext={seconds(now)}
      onPointerDown={(e) => { e.stopPropagation(); set.mark(); e.currentTarget.setPointerCapture(e.pointerId); }} onPointerMove={drag} onPointerUp={(e) => e.stopPropagation()}
      onKeyDown={(e) => {
        const d = e.key === 'ArrowLeft' ? -0.1 : e.key === 'ArrowRight' ? 0.1 : 0;
        if (!d) return;
        e.stopPropagation();
        e.preventDefault();
        set.mark();
        put(now + d);
      }} />
  );
}

// Table is the chart in words: a row for every half second and every cut.
function Table({ model: m }: { model: Model }) {
  const rows = m.numbers?.rows ?? [];
  let next = -1;
  const chosen = rows.filter((r) => {
    if (r.time < next && !r.cut) return false;
    next = r.time + 0.5;
    return true;
  });
  if (chosen.length === 0) return null;
  return (
    <details class="twin">
      <summary>The chart as a table</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Scores over time">
        <table>
          <thead><tr><th scope="col">Time</th><th scope="col">Frame</th>{lines.map((l) => <th key={l.name} scope="col">{l.label}</th>)}<th scope="col">Cut</th></tr></thead>
          <tbody>{chosen.map((r) => <tr key={r.frame}><td>{seconds(r.time - m.player.start)}</td><td>{r.frame + 1}</td>{lines.map((l) => <td key={l.name}>{r[l.name] ?? '–'}</td>)}<td>{r.cut ? 'cut' : ''}</td></tr>)}</tbody>
        </table>
      </div>
    </details>
  );
}
