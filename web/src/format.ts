// How numbers and times are written.

export const seconds = (s: number) => `${s.toFixed(2)} s`;

// clock writes 75.3 as 1:15.3.
export function clock(s: number): string {
  const m = Math.floor(s / 60);
  const rest = (s - 60 * m).toFixed(1).padStart(4, '0');
  return `${m}:${rest}`;
}

export const percent = (v: number) => (v > 0 && v < 0.0005 ? '< 0.1 %' : `${(100 * v).toFixed(v < 0.0995 ? 1 : 0)} %`);

export function bytes(n: number): string {
  if (n < 1e3) return `${n} B`;
  if (n < 1e6) return `${Math.round(n / 1e3)} kB`;
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} MB` : `${(n / 1e9).toFixed(1)} GB`;
}

// age says how long ago a time of the API was.
export function age(stamp: string, now = Date.now()): string {
  const s = (now - Date.parse(stamp + 'Z')) / 1e3;
  if (s < 60) return 'just now';
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
  if (s < 86400 * 30) return `${Math.floor(s / 86400)} d ago`;
  return new Date(stamp + 'Z').toLocaleDateString('en', { year: 'numeric', month: 'short', day: 'numeric' });
}

// left says how long something is kept.
export function left(stamp: string, now = Date.now()): string {
  const s = (Date.parse(stamp.endsWith('Z') ? stamp : stamp + 'Z') - now) / 1e3;
  if (s <= 0) return 'expired';
  if (s < 3600) return `${Math.ceil(s / 60)} min left`;
  return s < 86400 * 2 ? `${Math.round(s / 3600)} h left` : `${Math.round(s / 86400)} d left`;
}

export const kinds = { video: 'Video', image: 'Image', url: 'Page' };

export const stages: Record<string, string> = {
  queued: 'Waiting', starting: 'Starting', capturing: 'Capturing the page', predicting: 'Predicting', rendering: 'Rendering', storing: 'Storing',
};
