import { effect, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { sourceOf } from './analysis';
import { find, path } from './api';
import { Caution } from './caution';
import { measure } from './areas';
import { seconds } from './format';
import { frameAt, loadNumbers } from './grid';
import { Painter } from './heat';
import { Legend } from './controls';
import { keys } from './keys';
import { Model } from './model';
import { here, note } from './router';
import { ShareDialog } from './share';
import { draw, leastWidth } from './stage';
import { Button, Failure, Segments } from './ui';
import { CompareTable } from './comparetable';

type Mode = 'side' | 'swipe' | 'onion' | 'diff';
const modes: [Mode, string][] = [['side', 'Side by side'], ['swipe', 'Swipe'], ['onion', 'Onion'], ['diff', 'Difference']];

// CompareScreen shows two analyses with one position in time.
export function CompareScreen({ pair }: { pair: [string, string] }) {
  const [models, setModels] = useState<[Model, Model]>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const one = async (id: string) => {
      const a = await find(id);
      return new Model(a, await loadNumbers(a), sourceOf(a), true);
    };
    Promise.all([one(pair[0]), one(pair[1])]).then(setModels, setError);
  }, pair);
  if (error) return <main id="main" class="message" tabIndex={-1}><h1>These cannot be compared</h1><Failure error={error} /><a class="button" href={path('')}>Back to the library</a></main>;
  if (!models) return <main id="main" class="blank" aria-busy="true" tabIndex={-1} />;
  return <Pair models={models} ids={pair} />;
}

// Pair is two analyses beside each other. Of a share, which has no ids, nothing
// else can be done.
export function Pair({ models: [a, b], ids }: { models: [Model, Model]; ids: [string, string] }) {
  const narrow = matchMedia('(max-width: 700px)').matches;
  const asked = here.value.query.get('mode') as Mode;
  const [mode, setModeState] = useState<Mode>(modes.some(([m]) => m === asked) ? asked : narrow ? 'swipe' : 'side');
  const [time, setTime] = useState(0);
  const [swipe, setSwipe] = useState(50);
  const [sharing, setSharing] = useState(false);
  const [playing, setPlaying] = useState(false);
  const video = a.kind === 'video' || b.kind === 'video';
  const duration = Math.max(a.player.duration, b.player.duration);
  const setMode = (m: Mode) => {
    setModeState(m);
    note({ mode: m });
  };
  const seek = (t: number) => {
    const v = Math.min(Math.max(0, t), duration);
    setTime(v);
    a.player.seek(a.player.start + v);
    b.player.seek(b.player.start + v);
  };
  const pull = (e: PointerEvent) => {
    const box = e.currentTarget as HTMLElement;
    const r = box.getBoundingClientRect();
    box.setPointerCapture(e.pointerId);
    setSwipe(Math.round(Math.min(100, Math.max(0, (100 * (e.clientX - r.left)) / r.width))));
  };
  const toggle = () => {
    for (const m of [a, b]) playing ? m.player.pause() : void m.player.play();
    setPlaying(!playing);
  };
  useEffect(() => {
    const t = Number(here.value.query.get('t'));
    if (t) seek(t);
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => note({ t: video && time > 0 ? time.toFixed(3) : null }), 400);
    return () => clearTimeout(timer);
  }, [time]);
  useSignalEffect(() => {
    const lead = a.player.duration >= b.player.duration ? a.player : b.player;
    const t = lead.time - lead.start;
    if (lead.playing.value) setTime(t);
    else setPlaying(false);
  });
  useLayoutEffect(() => { // with what is seen: a key may be pressed before the next frame
    const key = (keys: string[], label: string, run: () => void) => ({ keys, label, group: 'Compare', run });
    keys.value = [
      key([' ', 'k'], 'Play or pause', toggle), key(['ArrowLeft'], 'One second back', () => seek(time - 1)), key(['ArrowRight'], 'One second on', () => seek(time + 1)),
      key(['h'], 'Next way of comparing', () => setMode(modes[(modes.findIndex(([m]) => m === mode) + 1) % 4]![0])), ...(ids[0] ? [key(['s'], 'Share', () => setSharing(true))] : []),
    ];
    return () => { keys.value = []; };
  });
  return (
    <main id="main" class="compare" tabIndex={-1}>
      <div class="analysis-head">
        {ids[0] && <><a class="up" href={path('')}>Library</a><span class="soft" aria-hidden="true">/</span></>}
        <h1 class="title clip">{a.title.value || 'Untitled'} <span class="soft">and</span> {b.title.value || 'Untitled'}</h1>
        <span class="spread" />
        {ids[0] ? <div class="head-actions"><Button kind="primary" icon="share" keys="S" onClick={() => setSharing(true)}>Share</Button></div> : <span class="small soft">Shared, read-only</span>}
        {sharing && <ShareDialog target={{ pair: ids }} onClose={() => setSharing(false)} />}
      </div>
      <div class="viewer">
        <Caution model={a} side="A" />
        <Caution model={b} side="B" />
        <div class={`sides ${mode}`} style={{ '--least': `${Math.max(leastWidth(a), leastWidth(b))}px` }} onPointerDown={mode === 'swipe' ? pull : undefined} onPointerMove={(e) => e.currentTarget.hasPointerCapture(e.pointerId) && pull(e)}>
          <Side model={a} name="A" />
          <div class="second" style={mode === 'swipe' ? { clipPath: `inset(0 0 0 ${swipe}%)` } : mode === 'onion' ? { opacity: swipe / 100 } : undefined}>
            {mode === 'diff' ? <Difference a={a} b={b} time={time} /> : <Side model={b} name="B" />}
          </div>
          {mode === 'swipe' && <i class="divider" style={{ marginLeft: `${swipe}%` }} aria-hidden="true" />}
        </div>
        <div class="controls">
          {video && (
            <div class="transport">
              <Button icon={playing ? 'pause' : 'play'} label={playing ? 'Pause' : 'Play'} keys="Space" onClick={toggle} />
              <output class="where num"><b>{seconds(time)}</b></output>
            </div>
          )}
          <Segments<Mode> label="Way of comparing" value={mode} options={modes} onChange={setMode} />
          {(mode === 'swipe' || mode === 'onion') && (
            <label class="strength border"><span class="small soft">A</span><input type="range" min="0" max="100" value={swipe} aria-label={mode === 'swipe' ? 'Border between A and B' : 'How much of B shows'} onInput={(e) => setSwipe(Number(e.currentTarget.value))} /><span class="small soft">B</span></label>
          )}
          <span class="spread" />
          {mode === 'diff' ? <span class="legend small soft"><i class="swatch more" /> more in B <i class="swatch less" /> less in B</span> : <Legend view="heat" />}
        </div>
        {video && <input class="scrub" type="range" min="0" max={duration} step="0.01" value={time} aria-label="Position in both videos" aria-valuetext={seconds(time)} onInput={(e) => seek(Number(e.currentTarget.value))} />}
      </div>
      <CompareTable a={a} b={b} ids={ids} measure={(m, area) => (m.numbers ? measure(area, m.numbers.grid, m.numbers.duration, m.kind !== 'video').share : 0)} />
    </main>
  );
}

function Side({ model: m, name }: { model: Model; name: string }) {
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const painter = useRef(new Painter());
  useEffect(() => (video.current && still.current ? m.player.attach(video.current, still.current) : undefined), [m]);
  useEffect(() => effect(() => draw(heat.current!, painter.current, m, 'heat', m.player.frame.value, 1)), [m]);
  return (
    <figure class="side" aria-label={`${name}: ${m.title.value}`}>
      <div class="screen" style={{ aspectRatio: `${m.width} / ${m.height}`, '--ratio': m.width / m.height }}>
        {m.source.video && <video ref={video} src={m.source.video} muted playsInline preload="auto" crossOrigin="anonymous" disablePictureInPicture aria-label={m.title.value} />}
        {m.source.image && <img src={m.source.image} alt={m.title.value} />}
        <canvas ref={still} class="still away" aria-hidden="true" />
        <canvas ref={heat} class="heat" aria-hidden="true" />
        <span class="badge side-name">{name}</span>
      </div>
    </figure>
  );
}

// Difference draws where B has more or less attention than A, over B.
function Difference({ a, b, time }: { a: Model; b: Model; time: number }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const [na, nb] = [a.numbers, b.numbers];
  const both = na && nb;
  useEffect(() => {
    if (!both) return;
    const base = resampled(na.grid.density(frameAt(a.player.times, a.player.start + time)), na.grid, nb.grid);
    const other = nb.grid.density(frameAt(b.player.times, b.player.start + time));
    const c = ref.current!;
    c.width = 960;
    c.height = Math.round((960 * b.height) / b.width);
    new Painter().difference(c, base, other, nb.grid.w, nb.grid.h);
  });
  return (
    <figure class="side" aria-label="Difference">
      <div class="screen" style={{ aspectRatio: `${b.width} / ${b.height}`, '--ratio': b.width / b.height }}>
        {b.source.image && <img src={b.source.image} alt="" class="faded" />}
        {!b.source.image && b.outputs.input?.poster?.plain && <img src={b.outputs.input.poster.plain} alt="" class="faded" />}
        <canvas ref={ref} class="heat" role="img" aria-label="Where B has more or less attention than A" />
        {!both && <p class="no-source">There are no densities to compare.</p>}
        <span class="badge side-name">B − A</span>
      </div>
    </figure>
  );
}

// resampled brings a density to the cells of another grid.
function resampled(d: Float32Array, from: { w: number; h: number }, to: { w: number; h: number }): Float32Array {
  if (from.w === to.w && from.h === to.h) return d.slice();
  const out = new Float32Array(to.w * to.h);
  let sum = 0;
  for (let y = 0; y < to.h; y++) {
    for (let x = 0; x < to.w; x++) {
      const v = d[Math.floor(((y + 0.5) * from.h) / to.h) * from.w + Math.floor(((x + 0.5) * from.w) / to.w)]!;
      out[y * to.w + x] = v;
      sum += v;
    }
  }
  return out.map((v) => v / sum);
}
