import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { AreaLayer } from './arealayer';
import { inside, coverage } from './areas';
import { Marked } from './elements';
import { Painter, path, spots, type View } from './heat';
import type { Model } from './model';
import type { GazePoint } from './types';

// leastWidth is how wide an image is shown at least, in pixels: one that is much
// taller than the window is not shrunk to fit, but scrolls.
export const leastWidth = (m: Model): number => (m.width / m.height < 0.7 ? m.width : 0);

export const firstFixations = 10; // of an image, about three seconds
const trail = 1.2; // seconds of the gaze path that are shown of a video

// Stage shows the video or image, the heat above it and the areas on top.
export function Stage({ model: m }: { model: Model }) {
  const video = useRef<HTMLVideoElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const painter = useRef(new Painter());
  const { width, height } = m;
  useEffect(() => (video.current && still.current ? m.player.attach(video.current, still.current) : undefined), [m]);
  useEffect(() => effect(() => draw(heat.current!, painter.current, m, m.held.value ? 'off' : m.view.value, m.player.frame.value, m.strength.value)), [m]);
  const map = m.view.value === 'clarity' ? m.outputs.clarity?.map : m.view.value === 'excitingness' ? m.outputs.excitingness?.map : undefined;
  const covers = m.areas?.list.value.map((a) => (m.numbers ? coverage(a, m.numbers.grid.w, m.numbers.grid.h) : new Float32Array()));
  const frame = m.player.frame.value;
  const density = m.numbers?.grid.density(frame);
  return (
    <div class="stage" data-ground={m.ground.value} {...(m.source.image && { tabIndex: 0, role: 'region', 'aria-label': 'Stage' })}>
      <div class="screen" style={{ aspectRatio: `${width} / ${height}`, '--ratio': width / height, '--least': `${leastWidth(m)}px` }}>
        {m.source.video && (
          <video ref={video} src={m.source.video} muted playsInline preload="auto" aria-label={`Video ${m.title.value}`} disablePictureInPicture
            onClick={() => m.tool.value === 'none' && m.player.toggle()} crossOrigin="anonymous" />
        )}
        {m.source.image && <img src={m.source.image} crossOrigin="anonymous" alt={`The analyzed ${m.kind === 'url' ? 'page' : 'image'}`} />}
        <canvas ref={still} class={m.player.exact.value ? 'still' : 'still away'} aria-hidden="true" />
        <canvas ref={heat} class="heat" aria-hidden="true" />
        {map && !m.held.value && <img class="map" src={map} alt="" style={{ opacity: Math.min(1, m.strength.value) }} />}
        {m.areas && (
          <AreaLayer set={m.areas} ratio={width / height} tool={m.tool.value} done={() => (m.tool.value = 'none')} shown={m.isActive}
            shares={(i) => (density && covers?.[i] ? inside(covers[i]!, density) : 0)} />
        )}
        <Marked model={m} />
        {!m.source.video && !m.source.image && <p class="no-source">{m.noSource}</p>}
        {m.player.broken.value && <p class="no-source">{m.player.broken.value}</p>}
      </div>
    </div>
  );
}

// draw puts a view of a frame on the canvas above it.
export function draw(c: HTMLCanvasElement, painter: Painter, m: Model, view: View, frame: number, strength: number): void {
  const scale = Math.min(1, 960 / m.width, 2400 / m.height);
  const [w, h] = [Math.round(m.width * scale), Math.round(m.height * scale)];
  if (c.width !== w || c.height !== h) {
    c.width = w;
    c.height = h;
  }
  const n = m.numbers;
  const g = n?.grid;
  if (!n || !g || frame >= g.frames || view === 'off' || view === 'clarity' || view === 'excitingness') {
    c.getContext('2d')!.clearRect(0, 0, w, h);
  } else if (view === 'hotspots') {
    spots(c, n.rows[frame]?.gaze ?? [], strength);
  } else if (view === 'path') {
    path(c, gaze(m, frame), m.kind !== 'video');
  } else {
    painter.field(c, g.density(frame), g.w, g.h, view, strength);
  }
}

// gaze is the scanpath of an image, or where the strongest point of a video
// went lately.
function gaze(m: Model, frame: number): GazePoint[] {
  if (m.kind !== 'video') return m.outputs.attention?.gazePath?.slice(0, firstFixations) ?? [];
  const rows = m.numbers!.rows;
  const out: GazePoint[] = [];
  for (let f = frame; f >= 0 && rows[f] && rows[f]!.time > rows[frame]!.time - trail; f--) {
    if (rows[f]!.gaze[0]) out.unshift(rows[f]!.gaze[0]!);
    if (rows[f]!.cut) break;
  }
  return out;
}
