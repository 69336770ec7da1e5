import type { Player } from './player';

// A Thumb is a small frame of the video.
export interface Thumb { time: number; image: HTMLCanvasElement }

const thumbWide = 176; // pixels

// drawStrip draws small frames of the video side by side, by a video element of
// its own, so that the player is not disturbed. Each is handed to seen as well.
export async function drawStrip(to: HTMLCanvasElement, address: string, player: Player, ratio: number, seen: (t: Thumb) => void, stop: AbortSignal): Promise<void> {
  const box = to.getBoundingClientRect();
  const scale = Math.min(2, devicePixelRatio || 1);
  to.width = Math.round(box.width * scale);
  to.height = Math.round(box.height * scale);
  const wide = to.height * ratio;
  const n = Math.min(24, Math.ceil(to.width / wide));
  const video = document.createElement('video');
  video.muted = true;
  video.preload = 'auto';
  video.crossOrigin = 'anonymous';
  video.src = address;
  const context = to.getContext('2d')!;
  try {
    await once(video, 'loadeddata', stop);
    for (let i = 0; i < n && !stop.aborted; i++) {
      video.currentTime = player.start + ((i + 0.5) / n) * player.duration;
      await once(video, 'seeked', stop);
      context.drawImage(video, (i * to.width) / n, 0, to.width / n + 1, to.height);
      seen({ time: video.currentTime, image: small(video, ratio) });
    }
  } catch {
    /* no frames can be had: the strip stays empty */
  }
  video.removeAttribute('src');
  video.load();
}

function small(video: HTMLVideoElement, ratio: number): HTMLCanvasElement {
  const c = document.createElement('canvas');
  c.width = thumbWide;
  c.height = Math.round(thumbWide / ratio);
  c.getContext('2d')!.drawImage(video, 0, 0, c.width, c.height);
  return c;
}

function once(v: HTMLVideoElement, name: string, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(8000)]);
    v.addEventListener(name, () => resolve(), { once: true, signal });
    v.addEventListener('error', () => reject(v.error), { once: true, signal });
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
