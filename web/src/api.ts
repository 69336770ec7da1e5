import { signal } from '@preact/signals';
import type { Analysis, Kind, ListItem, WireError } from './types';

// root is where the service answers, whatever path it lives under: the script
// lies at app/app.js below it.
export const root = new URL('../', import.meta.url);

// path turns an address below the root into one that the browser can follow.
export const path = (below: string) => new URL(below, root).pathname + new URL(below, root).search;

export class ApiError extends Error {
  constructor(readonly status: number, readonly info: WireError, readonly retryAfter: number) {
    super(info.message);
  }
}

// session is what the app knows of being signed in. The session itself is a
// cookie that no script can read.
export const session = signal<'unknown' | 'in' | 'out'>('unknown');
export const offline = signal(!navigator.onLine);

addEventListener('online', () => (offline.value = false));
addEventListener('offline', () => (offline.value = true));

// call makes a request of the API and returns its JSON.
export async function call<T>(method: string, below: string, body?: unknown, extra: Record<string, string> = {}): Promise<T> {
  const headers: Record<string, string> = { ...extra };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let answer: Response;
  try {
    answer = await fetch(new URL(below, root), { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store' });
    offline.value = false;
  } catch {
    offline.value = !navigator.onLine;
    throw new ApiError(0, { code: 'unreachable', message: 'The service cannot be reached. Is it running, and are you online?' }, 3);
  }
  if (answer.status === 401 && session.value !== 'unknown' && !below.startsWith('v2/shares/')) session.value = 'out';
  const text = await answer.text();
  if (answer.ok) return (text ? JSON.parse(text) : undefined) as T;
  throw refusal(answer, text);
}

// post sends bytes and returns those of the answer.
export async function post(below: string, body: Blob, signal: AbortSignal): Promise<ArrayBuffer> {
  const answer = await fetch(new URL(below, root), { method: 'POST', headers: { 'Content-Type': body.type }, body, signal, cache: 'no-store' });
  if (answer.status === 401) session.value = 'out';
  if (!answer.ok) throw refusal(answer, await answer.text());
  return answer.arrayBuffer();
}

function refusal(answer: Response, text: string): ApiError {
  let info: WireError = { code: 'server_error', message: `The service answered ${answer.status}.` };
  try {
    info = JSON.parse(text).error ?? info;
  } catch {
    /* a proxy's page: the status says enough */
  }
  info.request_id ??= answer.headers.get('X-Request-Id') ?? undefined;
  return new ApiError(answer.status, info, Number(answer.headers.get('Retry-After')) || 0);
}

// signIn puts a session in place of a token.
export async function signIn(secret: string): Promise<void> {
  await call('POST', 'session', { token: secret });
  session.value = 'in';
}

export async function signOut(): Promise<void> {
  await call('DELETE', 'session').catch(() => undefined);
  sessionStorage.clear();
  location.assign(root); // nothing of the account stays in memory
}

// findSession reads from the page whether the browser came with a session. One
// that has ended shows at the first call.
export function findSession(): void {
  session.value = document.documentElement.dataset.session === 'yes' ? 'in' : 'out';
}

const place = (kind: Kind | undefined, id: string) => (kind === 'video' ? 'v2/analyses/video/' : 'v2/analyses/') + encodeURIComponent(id);

const kindOf = (id: string) => sessionStorage.getItem('kind.' + id) as Kind | null;

export async function list(query: Record<string, string>): Promise<{ analyses: ListItem[]; next?: string }> {
  const page = await call<{ analyses: ListItem[]; next?: string }>('GET', 'v2/analyses?' + new URLSearchParams(query));
  for (const i of page.analyses) sessionStorage.setItem('kind.' + i.id, i.type);
  return page;
}

// find reads an analysis of a kind that is not known: a video first.
export async function find(id: string, kind: Kind | undefined = kindOf(id) ?? undefined): Promise<Analysis> {
  if (kind && kind !== 'video') return call<Analysis>('GET', place(kind, id));
  try {
    return { type: 'video', ...(await call<Analysis>('GET', place('video', id))) };
  } catch (e) {
    if (kind || !(e instanceof ApiError) || e.status !== 404) throw e;
    return call<Analysis>('GET', place('image', id));
  }
}

export const erase = (kind: Kind, id: string) => call<void>('DELETE', place(kind, id));
export const patch = (kind: Kind, id: string, change: { title?: string; keep?: boolean }) => call<unknown>('PATCH', place(kind, id), change);
export const at = place;

// file reads what a signed link leads to.
export async function file(link: string, signal?: AbortSignal): Promise<Response> {
  const answer = await fetch(link, { signal });
  if (!answer.ok) throw refusal(answer, await answer.text());
  return answer;
}

// put sends bytes to an upload link and reports how many have gone.
export function put(link: string, body: Blob, progress: (sent: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    x.open('PUT', link);
    x.upload.onprogress = (e) => progress(e.loaded);
    x.onload = () => {
      if (x.status < 300) return resolve();
      reject(refusal(new Response(null, { status: x.status < 200 ? 500 : x.status, headers: { 'Retry-After': x.getResponseHeader('Retry-After') ?? '' } }), x.responseText));
    };
    x.onerror = () => reject(new ApiError(0, { code: 'unreachable', message: 'The upload broke off. Please try again.' }, 3));
    x.onabort = () => reject(new DOMException('Canceled', 'AbortError'));
    signal.addEventListener('abort', () => x.abort());
    x.send(body);
  });
}
