import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ApiError, path, post } from './api';
import { Legend } from './controls';
import { percent } from './format';
import { parseGrid, type Grid } from './grid';
import { Painter } from './heat';
import { keys } from './keys';
import { palette } from './palette';
import { where } from './scores';
import { Button, explain, Failure } from './ui';

const pause = 200; // milliseconds from frame to frame, five a second
const side = 960; // pixels of the longer side of what is sent

export const canShare = () => isSecureContext && !!navigator.mediaDevices?.getDisplayMedia;

// LensScreen shows a shared tab with its heat, as it is now. Nothing is stored.
export function LensScreen() {
  const [stream, setStream] = useState<MediaStream>();
  const [error, setError] = useState<unknown>();
  const begin = async () => {
    setError(undefined);
    try {
      setStream(await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 15 }, audio: false }));
    } catch (e) {
      if ((e as Error).name !== 'NotAllowedError') explain(e);
    }
  };
  return (
    <main id="main" class="analysis lens" tabIndex={-1}>
      <div class="analysis-head"><h1 class="title">Live lens</h1><span class="spread" />
        {canShare() && !stream && <Button kind="primary" icon="record" onClick={() => void begin()}>Share a tab</Button>}</div>
      {error !== undefined && <Failure error={error} />}
      {stream ? <Live stream={stream} end={(e) => { setStream(undefined); setError(e); }} /> : <Begin />}
    </main>
  );
}

function Begin() {
  return (
    <div class="message">
      <h2>See heat follow a page, as you use it</h2>
      <p class="soft">Share a tab, a window or the screen. About five frames a second go to this service, and the heat comes back over them. Nothing is stored, here or there.</p>
      {!isSecureContext && <p>Sharing needs a secure context: open Saccade over https, or on the machine that it runs on (127.0.0.1).</p>}
      {isSecureContext && !canShare() && <p>This browser cannot share a tab. On a computer, most browsers can.</p>}
      <a class="button" href={path('')}>Back to the library</a>
    </div>
  );
}

interface Seen { grid: Grid; took: number; rate: number }

// Live sends what is shared, one frame at a time, and draws the answers.
function Live({ stream, end }: { stream: MediaStream; end: (e?: unknown) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const heat = useRef<HTMLCanvasElement>(null);
  const painter = useRef(new Painter());
  const [seen, setSeen] = useState<Seen>();
  const [strength, setStrength] = useState(1);
  const [held, setHeld] = useState(false);
  const [size, setSize] = useState<[number, number]>([16, 9]);
  useEffect(() => {
    const stop = new AbortController();
    const v = video.current!;
    v.srcObject = stream;
    void v.play().catch(() => undefined);
    stream.getVideoTracks()[0]!.onended = () => end();
    watch(v, stop.signal, setSeen).catch((e) => stop.signal.aborted || end(e));
    return () => {
      stop.abort();
      for (const t of stream.getTracks()) t.stop();
    };
  }, [stream]);
  useLayoutEffect(() => {
    const key = (k: string, label: string, run: () => void, up?: () => void) => ({ keys: [k], label, group: 'Lens', run, up });
    keys.value = [key('Escape', 'Stop sharing', () => end()), key('x', 'Off as long as it is held', () => setHeld(true), () => setHeld(false)),
      key('=', 'Stronger', () => setStrength((s) => Math.min(1.6, s + 0.1))), key('-', 'Weaker', () => setStrength((s) => Math.max(0.2, s - 0.1)))];
    return () => { keys.value = []; };
  }, [stream]);
  const colors = palette.value;
  useEffect(() => {
    const c = heat.current!;
    [c.width, c.height] = [side, Math.round((side * size[1]) / size[0])];
    if (seen && !held) painter.current.field(c, seen.grid.density(0), seen.grid.w, seen.grid.h, 'heat', strength);
  }, [seen, held, strength, size, colors]);
  return (
    <div class="viewer" data-frames={seen ? 'some' : 'none'}>
      <div class="stage">
        <div class="screen" style={{ aspectRatio: `${size[0]} / ${size[1]}`, '--ratio': size[0] / size[1] }}>
          <video ref={video} muted playsInline aria-label="What is shared" onResize={(e) => e.currentTarget.videoWidth && setSize([e.currentTarget.videoWidth, e.currentTarget.videoHeight])} />
          <canvas ref={heat} class="heat" aria-hidden="true" />
        </div>
      </div>
      <div class="controls">
        <Button icon="close" kind="danger" keys="Esc" onClick={() => end()}>Stop</Button>
        <span class="num">{seen ? `${seen.rate.toFixed(1)} frames a second, each answered in ${Math.round(seen.took)} ms` : 'Waiting for the first frame'}</span>
        <label class="strength"><input type="range" min="0.2" max="1.6" step="0.1" value={strength} aria-label="Strength of the heat" onInput={(e) => setStrength(Number(e.currentTarget.value))} /></label>
        <span class="spread" />
        <Legend view="heat" />
      </div>
      {seen && <p class="lens-words small soft">Most attention: {places(seen.grid).slice(0, 3).map((p) => `${p.name.toLowerCase()} ${percent(p.share)}`).join(', ')}.</p>}
    </div>
  );
}

// watch sends one frame at a time, about five a second, until it is stopped.
async function watch(video: HTMLVideoElement, stop: AbortSignal, seen: (s: Seen) => void): Promise<void> {
  const canvas = document.createElement('canvas');
  let rate = 0;
  let last = 0;
  while (!stop.aborted) {
    const began = performance.now();
    let rest = pause;
    if (video.videoWidth) {
      try {
        const grid = parseGrid(await post('v2/lens', await snapshot(video, canvas), stop));
        const now = performance.now();
        rate = last ? 0.7 * (rate || 1e3 / (now - last)) + 0.3 * (1e3 / (now - last)) : 0;
        last = now;
        seen({ grid, took: now - began, rate });
      } catch (e) {
        if (stop.aborted) return;
        if (!(e instanceof ApiError) || (e.status !== 429 && e.status !== 503)) throw e;
        rest = 1e3 * Math.max(1, e.retryAfter);
      }
    }
    await new Promise((r) => setTimeout(r, Math.max(0, rest - (performance.now() - began))));
  }
}

function snapshot(video: HTMLVideoElement, canvas: HTMLCanvasElement): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(video.videoWidth, video.videoHeight));
  [canvas.width, canvas.height] = [Math.max(1, Math.round(video.videoWidth * scale)), Math.max(1, Math.round(video.videoHeight * scale))];
  canvas.getContext('2d')!.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((b) => (b ? resolve(b) : reject(new Error('The frame cannot be read.'))), 'image/jpeg', 0.85));
}

// places are the nine parts of the frame by their share: the heat in words.
function places(g: Grid): { name: string; share: number }[] {
  const shares = new Map<string, number>();
  g.density(0).forEach((v, i) => {
    const name = where(((i % g.w) + 0.5) / g.w, (Math.floor(i / g.w) + 0.5) / g.h);
    shares.set(name, (shares.get(name) ?? 0) + v);
  });
  return [...shares].map(([name, share]) => ({ name, share })).sort((a, b) => b.share - a.share);
}
