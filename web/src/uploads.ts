import { signal } from '@preact/signals';
import { ApiError, call, path, put } from './api';
import { askedPalette } from './palette';
import { type Format, formatOf } from './formats';

// An Upload is something on its way to becoming an analysis.
export interface Upload {
  id: number;
  name: string;
  size: number; // bytes; 0: an address
  sent: number;
  state: 'waiting' | 'sending' | 'starting' | 'failed' | 'done';
  retryAt?: number; // time of the next try, when the service is full
  error?: unknown;
  analysis?: string;
  run: (u: Upload, signal: AbortSignal) => Promise<string>;
  abort: AbortController;
}

export const uploads = signal<Upload[]>([]);
export const created = signal(0); // counts analyses that began, for the library

const atOnce = 2;
let last = 0;

const change = (id: number, part: Partial<Upload>) =>
  (uploads.value = uploads.value.map((u) => (u.id === id ? { ...u, ...part } : u)));

const everything = ['score', 'timeline'];
const videoPredictions = {
  attention: { outputs: ['data', 'markers'] }, focus: { outputs: everything }, clarity: { outputs: everything }, excitingness: { outputs: everything },
};
const imagePredictions = {
  attention: { outputs: ['attentionMap', 'perceptionMap', 'data'] },
  focus: { outputs: ['score'] }, clarity: { outputs: ['score', 'map'] }, excitingness: { outputs: ['score', 'map'] },
};

// addFile starts the analysis of a file that was dropped, chosen or recorded.
export function addFile(file: File): void {
  add(file.name, file.size, async (u, s) => {
    const f = await formatOf(file);
    if (!f) throw new ApiError(400, { code: 'invalid_input_configuration', message: notTaken(file) }, 0);
    return f.kind === 'image' ? sendImage(file, f, u, s) : sendVideo(file, f, u, s);
  });
}

// notTaken says why a file is not sent, and what to do. A name that promises a
// format which the bytes do not keep is most often a piece of a recording.
function notTaken(file: File): string {
  if (file.size === 0) return `${file.name} is empty.`;
  const name = /\.(webm|mp4|m4v|mov|gif|png|jpe?g|webp)$/i.exec(file.name)?.[1]!.toUpperCase();
  if (name) return `${file.name} does not begin as a ${name} file does. Of a recording in pieces, join all of them, the first one first, and take the whole.`;
  return `${file.name} is neither a video (WebM, MP4, MOV, GIF) nor an image (PNG, JPEG, WebP). With ffmpeg: ffmpeg -i "${file.name}" out.webm`;
}

// OfPage is what can be asked of pages alone.
interface OfPage { elements?: boolean; steal?: boolean; variants?: string[] }

// addAddress starts the analysis of a page.
export function addAddress(address: string, medium: string, more: OfPage): void {
  add(address, 0, async () => {
    const body = { input: { type: 'url', content: address, title: address, medium }, predictions: imagePredictions, ...more, ...askedPalette(), keep: true };
    return (await call<{ id: string }>('POST', 'v2/analyses', body)).id;
  });
}

// addSample starts the analysis of the clip that comes with the service.
export async function addSample(): Promise<void> {
  const clip = await (await fetch(path('app/sample.webm'))).blob();
  addFile(new File([clip], 'Sample: a visit to a shop.webm', { type: 'video/webm' }));
}

function add(name: string, size: number, run: Upload['run']): void {
  uploads.value = [...uploads.value, { id: ++last, name, size, sent: 0, state: 'waiting', run, abort: new AbortController() }];
  next();
}

function next(): void {
  const busy = uploads.value.filter((u) => u.state === 'sending' || u.state === 'starting').length;
  const ready = uploads.value.filter((u) => u.state === 'waiting' && !u.retryAt).slice(0, Math.max(0, atOnce - busy));
  for (const u of ready) void start(u);
}

async function start(u: Upload): Promise<void> {
  change(u.id, { state: u.size ? 'sending' : 'starting', sent: 0, error: undefined, retryAt: undefined });
  try {
    const analysis = await u.run(u, u.abort.signal);
    change(u.id, { state: 'done', analysis, sent: u.size });
    created.value++;
    setTimeout(() => dismiss(u.id), 6000);
  } catch (e) {
    if (u.abort.signal.aborted) return dismiss(u.id);
    const full = e instanceof ApiError && (e.status === 503 || e.status === 429);
    if (full) retryLater(u.id, e);
    else change(u.id, { state: 'failed', error: e });
  }
  next();
}

function retryLater(id: number, e: ApiError): void {
  const wait = 1e3 * Math.max(2, e.retryAfter);
  const retryAt = Date.now() + wait;
  change(id, { state: 'waiting', error: e, retryAt });
  setTimeout(() => uploads.value.some((u) => u.id === id && u.retryAt === retryAt) && retry(id), wait);
}

// retry sends an upload again, without waiting for its time.
export function retry(id: number): void {
  const u = uploads.value.find((u) => u.id === id);
  if (!u || u.state === 'sending' || u.state === 'starting' || u.state === 'done') return;
  change(id, { state: 'waiting', retryAt: undefined, abort: new AbortController() });
  next();
}

export function cancel(id: number): void {
  uploads.value.find((u) => u.id === id)?.abort.abort();
  dismiss(id);
  next();
}

const dismiss = (id: number): void => {
  uploads.value = uploads.value.filter((u) => u.id !== id);
};

async function sendVideo(file: File, f: Format, u: Upload, signal: AbortSignal): Promise<string> {
  const { url } = await call<{ url: string }>('GET', 'v2/upload-urls');
  await put(url, file, (sent) => change(u.id, { sent }), signal);
  change(u.id, { state: 'starting' });
  const body = { input: { content: url, title: titleOf(file.name), ...(f.format && { format: f.format }) }, predictions: videoPredictions, ...askedPalette(), keep: true };
  const { id } = await call<{ id: string }>('POST', 'v2/analyses/video', body);
  if (f.plays) files.set(id, URL.createObjectURL(file));
  return id;
}

async function sendImage(file: File, f: Format, u: Upload, signal: AbortSignal): Promise<string> {
  const content = await base64(file);
  if (signal.aborted) throw new DOMException('Canceled', 'AbortError');
  change(u.id, { state: 'starting' });
  const body = { input: { type: 'image', content, title: titleOf(file.name), ...(f.format && { format: f.format }) }, predictions: imagePredictions, ...askedPalette(), keep: true };
  return (await call<{ id: string }>('POST', 'v2/analyses', body)).id;
}

// Videos that were sent from this tab can be shown before the service offers them.
const files = new Map<string, string>();

// localVideo is the address of a video that this tab has sent.
export const localVideo = (id: string) => files.get(id);

const titleOf = (name: string) => name.replace(/\.(webm|mp4|m4v|mov|gif|png|jpe?g|webp)$/i, '');

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const r = new FileReader();
    r.onload = () => resolve((r.result as string).split(',')[1] ?? '');
    r.onerror = () => reject(r.error);
    r.readAsDataURL(file);
  });
}
