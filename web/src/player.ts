import { signal } from '@preact/signals';
import { root } from './api';
import { frameAt, frameEnd } from './grid';
import type { Stepper } from './step';

// Player is the one place that knows which frame is on screen. Playing is the
// <video>'s, which reports the time stamp of what it shows; a single frame is
// decoded exactly where the browser can, else the video seeks near it and says
// what it shows instead. The number on screen is never a guess.
export class Player {
  readonly frame = signal(0);
  readonly playing = signal(false);
  readonly exact = signal(false); // the decoded frame covers the video
  readonly muted = signal(true);
  readonly range = signal<[number, number] | undefined>(undefined); // seconds
  readonly loop = signal(false);
  readonly broken = signal('');

  private video?: HTMLVideoElement;
  private still?: HTMLCanvasElement;
  private stepper?: Promise<Stepper>;
  private wanted?: number; // the frame that is being decoded, the latest wish
  private busy = false;
  private callback = 0;

  constructor(public times: Float64Array, public duration: number) {}

  get start(): number {
    return this.times[0] ?? 0;
  }

  get end(): number {
    return this.start + this.duration;
  }

  get time(): number {
    return this.times[this.frame.value] ?? 0;
  }

  // attach takes the elements that show the video and a single frame.
  attach(video: HTMLVideoElement, still: HTMLCanvasElement): () => void {
    this.video = video;
    this.still = still;
    const events: [string, () => void][] = [
      ['play', () => (this.playing.value = true)],
      ['pause', () => (this.playing.value = false)],
      ['ended', () => this.ended()],
      ['error', () => (this.broken.value = 'The video cannot be shown: this browser does not play it, or it was cleared away. Its numbers are below.')],
    ];
    for (const [name, f] of events) video.addEventListener(name, f);
    this.listen();
    return () => {
      for (const [name, f] of events) video.removeEventListener(name, f);
      video.cancelVideoFrameCallback?.(this.callback);
      this.video = undefined;
      this.wanted = undefined;
      void this.stepper?.then((s) => s.close()).catch(() => undefined);
      this.stepper = undefined;
    };
  }

  private listen(): void {
    const video = this.video;
    if (!video?.requestVideoFrameCallback) return;
    this.callback = video.requestVideoFrameCallback((_, meta) => {
      if (!this.exact.peek()) this.frame.value = frameAt(this.times, meta.mediaTime);
      this.keepInRange(meta.mediaTime);
      this.listen();
    });
  }

  private keepInRange(t: number): void {
    const r = this.range.peek();
    if (!r || !this.playing.peek() || t < r[1]) return;
    if (this.loop.peek()) this.seek(r[0]);
    else this.pause();
  }

  private ended(): void {
    this.playing.value = false;
    if (this.loop.peek()) {
      this.seek(this.range.peek()?.[0] ?? this.start);
      void this.play();
    }
  }

  async play(): Promise<void> {
    const v = this.video;
    if (!v) return;
    const r = this.range.peek();
    if (r && (this.time < r[0] || this.time >= r[1] - 0.02)) this.seek(r[0]);
    else if (this.exact.peek()) v.currentTime = this.middle(this.frame.peek());
    this.exact.value = false;
    await v.play().catch(() => undefined);
  }

  pause(): void {
    this.video?.pause();
  }

  toggle(): void {
    if (this.playing.peek()) this.pause();
    else void this.play();
  }

  mute(): void {
    this.muted.value = !this.muted.value;
    if (this.video) this.video.muted = this.muted.value;
  }

  // seek shows about a time; what is shown then is what the video reports.
  seek(t: number): void {
    const f = frameAt(this.times, Math.min(Math.max(t, this.start), this.end));
    this.exact.value = false;
    if (this.video) this.video.currentTime = this.middle(f);
    else this.frame.value = f;
  }

  // step goes to a frame by its number, exactly where that is possible.
  async step(to: number): Promise<void> {
    if (!Number.isFinite(to)) return;
    this.pause();
    this.wanted = Math.round(Math.min(Math.max(to, 0), this.times.length - 1));
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.wanted !== undefined) {
        const f: number = this.wanted;
        await this.show(f);
        if (this.wanted === f) this.wanted = undefined;
      }
    } finally {
      this.busy = false;
      this.wanted = undefined;
    }
  }

  // by is a step relative to the frame on screen, or to where steps lead.
  by(n: number): void {
    void this.step((this.wanted ?? this.frame.peek()) + n);
  }

  private async show(f: number): Promise<void> {
    if (!this.video || !this.still) {
      this.frame.value = f;
      return;
    }
    try {
      this.stepper ??= this.open(this.video.currentSrc);
      const stamp = await (await this.stepper).draw(this.middle(f), this.still);
      this.frame.value = frameAt(this.times, stamp);
      this.exact.value = true;
    } catch {
      await this.near(f);
    }
  }

  private async open(address: string): Promise<Stepper> {
    if (typeof VideoDecoder === 'undefined') throw new Error('no WebCodecs');
    const { open } = (await import(new URL('app/step.js', root).href)) as { open: (a: string) => Promise<Stepper> };
    return open(address);
  }

  private near(f: number): Promise<void> {
    this.exact.value = false;
    return new Promise((resolve) => {
      const v = this.video!;
      const late = setTimeout(resolve, 1000);
      v.requestVideoFrameCallback(() => {
        clearTimeout(late);
        resolve();
      });
      v.currentTime = this.middle(f);
    });
  }

  // middle is a time inside a frame, three quarters through: the safest one.
  middle(f: number): number {
    const from = this.times[f] ?? 0;
    return from + 0.75 * (frameEnd(this.times, this.duration, f) - from);
  }
}
