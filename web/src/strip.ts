import type { Player } from './player';

// drawStrip draws small frames of the video side by side, by a video element of
// its own, so that the player is not disturbed.
export async function drawStrip(to: HTMLCanvasElement, address: string, player: Player, ratio: number, stop: AbortSignal): Promise<void> {
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
    }
  } catch {
    /* no frames can be had: the strip stays empty */
  }
  video.removeAttribute('src');
  video.load();
}

function once(v: HTMLVideoElement, name: string, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(8000)]);
    v.addEventListener(name, () => resolve(), { once: true, signal });
    v.addEventListener('error', () => reject(v.error), { once: true, signal });
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}
