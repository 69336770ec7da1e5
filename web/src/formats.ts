// Which files the service takes, and how they are named to it.
import type { Kind } from './types';

export interface Format {
  kind: Kind;
  format?: string; // input.format; none: the default
  plays: boolean; // in a <video> of any browser
}

// formatOf judges a file by its first bytes; undefined for one that is not taken.
export async function formatOf(file: File): Promise<Format | undefined> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const text = (at: number, n: number) => String.fromCharCode(...head.slice(at, at + n));
  if (text(0, 4) === '\x1a\x45\xdf\xa3') return { kind: 'video', plays: true };
  if (text(0, 4) === '\x89PNG' || text(0, 3) === '\xff\xd8\xff') return { kind: 'image', plays: false };
  if (text(0, 4) === 'GIF8') return { kind: 'video', format: 'gif', plays: false };
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return { kind: 'image', format: 'webp', plays: false };
  if (['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'].includes(text(4, 4))) return { kind: 'video', format: 'mov', plays: false };
  if (text(4, 4) !== 'ftyp' || /^(avi[fs]|hei.|hev[cx]|mif1|msf1|crx |jp[2x] |M4[AB] )$/.test(text(8, 4))) return undefined;
  return text(8, 4) === 'qt  ' ? { kind: 'video', format: 'mov', plays: false } : { kind: 'video', format: 'mp4', plays: true };
}
