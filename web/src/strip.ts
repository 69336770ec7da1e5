import { signal } from '@preact/signals';
import type { Player } from './player';

// A Thumb is a small frame of the video.
export interface Thumb { time: number; image: HTMLCanvasElement }

const thumbWide = 176; // pixels
const most = 24; // thumbs of a strip

// Previews shows frames of a video beside the player, by a video element of its own: a
// strip of them, and the one under the pointer, which comes first.
export class Previews {
  readonly thumbs = signal<Thumb[]>([]);
  readonly looked = signal<(Thumb & { frame: number }) | undefined>(undefined);
  private readonly video = document.createElement('video');
  private readonly stop = new AbortController();
  private count = 0; // thumbs of the whole strip
  private wish?: number; // the frame under the pointer
  private wake?: () => void;

  constructor(address: string, private readonly player: Player, private readonly ratio: number, private readonly strip: HTMLCanvasElement) {
    this.video.muted = true;
    this.video.preload = 'auto';
    this.video.crossOrigin = 'anonymous';
    this.video.src = address;
    const sizes = new ResizeObserver(() => this.draw());
    sizes.observe(strip);
    this.stop.signal.addEventListener('abort', () => sizes.disconnect());
    void this.run().catch(() => undefined).finally(() => this.release()); // no frames can be had: the strip stays empty
  }

  // look wants the frame under the pointer; undefined: the pointer has left.
  look(frame: number | undefined): void {
    this.wish = frame;
    if (frame === undefined) this.looked.value = undefined;
    this.wake?.();
  }

  close(): void {
    this.stop.abort();
    this.wake?.();
  }

  private async run(): Promise<void> {
    const { start, duration } = this.player;
    await this.once('loadeddata');
    this.count = Math.min(most, Math.ceil(this.strip.clientWidth / (this.strip.clientHeight * this.ratio)));
    while (!this.stop.signal.aborted) {
      const [wish, i] = [this.wish, this.thumbs.peek().length];
      if (wish !== undefined) {
        const thumb = await this.at(this.player.middle(wish));
        if (this.wish !== wish) continue;
        this.looked.value = { ...thumb, frame: wish };
        this.wish = undefined;
      } else if (i < this.count) {
        this.thumbs.value = [...this.thumbs.peek(), await this.at(start + ((i + 0.5) / this.count) * duration)];
        this.draw();
      } else {
        await new Promise<void>((resolve) => { this.wake = resolve; });
      }
    }
  }

  private async at(time: number): Promise<Thumb> {
    const image = document.createElement('canvas');
    image.width = thumbWide;
    image.height = Math.round(thumbWide / this.ratio);
    this.video.currentTime = time;
    await this.once('seeked');
    image.getContext('2d')!.drawImage(this.video, 0, 0, image.width, image.height);
    return { time, image };
  }

  // draw puts the thumbs side by side, each cut to its place.
  private draw(): void {
    const c = this.strip;
    const scale = Math.min(2, devicePixelRatio || 1);
    [c.width, c.height] = [Math.round(c.clientWidth * scale), Math.round(c.clientHeight * scale)];
    const context = c.getContext('2d')!;
    for (const [i, { image }] of this.thumbs.peek().entries()) {
      const [w, h] = [c.width / this.count, c.height];
      const [cutW, cutH] = [Math.min(image.width, (image.height * w) / h), Math.min(image.height, (image.width * h) / w)];
      context.drawImage(image, (image.width - cutW) / 2, (image.height - cutH) / 2, cutW, cutH, i * w, 0, w + 1, h);
    }
  }

  private once(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.any([this.stop.signal, AbortSignal.timeout(8000)]);
      this.video.addEventListener(name, () => resolve(), { once: true, signal });
      this.video.addEventListener('error', () => reject(this.video.error), { once: true, signal });
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  }

  private release(): void {
    this.video.removeAttribute('src');
    this.video.load();
  }
}
