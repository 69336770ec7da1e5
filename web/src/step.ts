// Exact frames: <video> shows a neighbor of the wanted frame now and then, a
// decoder of our own never does. Loaded at the first step.
import { BlobSource, Input, MP4, UrlSource, VideoSampleSink, WEBM, type VideoSample } from 'mediabunny';

export interface Stepper {
  // draw puts the frame that is shown at a time (seconds) on the canvas, and
  // returns the frame's own time stamp.
  draw(at: number, to: HTMLCanvasElement): Promise<number>;
  // close frees the decoder and the frames that are kept.
  close(): Promise<void>;
}

// open reads a video by its address. It fails where WebCodecs are missing or
// the codec is not known.
export async function open(address: string): Promise<Stepper> {
  const source = address.startsWith('blob:') ? new BlobSource(await (await fetch(address)).blob()) : new UrlSource(address);
  const input = new Input({ source, formats: [WEBM, MP4] });
  const track = await input.getPrimaryVideoTrack();
  if (!track || !(await track.canDecode())) throw new Error('This browser cannot decode single frames of this video.');
  const frames = new Frames(new VideoSampleSink(track));
  return {
    async draw(at, to) {
      const sample = await frames.at(at);
      to.width = sample.displayWidth;
      to.height = sample.displayHeight;
      sample.draw(to.getContext('2d')!, 0, 0);
      return sample.timestamp;
    },
    close: () => frames.close(),
  };
}

const kept = 12; // decoded frames, for steps back
const ahead = 1; // seconds up to which it is quicker to decode on than to begin anew

// Frames decodes on from where the last step was, instead of from the last key
// frame, and keeps some frames for the way back.
class Frames {
  private samples: VideoSample[] = [];
  private reader?: AsyncGenerator<VideoSample, void, unknown>;

  constructor(private sink: VideoSampleSink) {}

  // at is the frame that is shown at a time. It is this class's to close.
  async at(t: number): Promise<VideoSample> {
    const known = this.samples.find((s) => covers(s, t));
    if (known) return known;
    const last = this.samples.at(-1);
    if (!this.reader || !last || t < last.timestamp || t > last.timestamp + ahead) await this.restart(t);
    for (;;) {
      const next = await this.reader!.next();
      if (next.done || !next.value) break;
      this.samples.push(next.value);
      if (this.samples.length > kept) this.samples.shift()!.close();
      if (covers(next.value, t)) return next.value;
      if (next.value.timestamp > t) break;
    }
    const near = this.samples.findLast((s) => s.timestamp <= t);
    if (!near) throw new Error('There is no frame at that time.');
    return near;
  }

  private async restart(t: number): Promise<void> {
    await this.close();
    this.reader = this.sink.samples(t);
  }

  async close(): Promise<void> {
    await this.reader?.return();
    this.reader = undefined;
    for (const s of this.samples) s.close();
    this.samples = [];
  }
}

const covers = (s: VideoSample, t: number) => s.timestamp <= t && t < s.timestamp + s.duration;
