import { signal } from '@preact/signals';
import { path, root } from './api';

// here is the address below the root, as "a/ID", and its query.
export const here = signal(read());

function read() {
  const below = location.pathname.slice(root.pathname.length).replace(/\/$/, '');
  return { below, query: new URLSearchParams(location.search) };
}

addEventListener('popstate', () => (here.value = read()));

// go opens another screen.
export function go(below: string): void {
  history.pushState(null, '', path(below));
  here.value = read();
  scrollTo(0, 0);
  document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
}

// note keeps the state of the screen in the address, without a step back.
export function note(change: Record<string, string | null>): void {
  const url = new URL(location.href);
  for (const [k, v] of Object.entries(change)) v === null ? url.searchParams.delete(k) : url.searchParams.set(k, v);
  if (url.href !== location.href) history.replaceState(null, '', url);
}

// follow lets a link change the screen without loading the page anew.
export function follow(e: MouseEvent): void {
  const a = (e.target as Element).closest?.('a');
  if (!a || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey || a.target || a.hasAttribute('download')) return;
  if (a.origin !== location.origin || !a.pathname.startsWith(root.pathname)) return;
  const below = a.pathname.slice(root.pathname.length) + a.search;
  if (!/^($|a\/|c\/|s\/|about$|settings$|lens$|\?)/.test(below)) return;
  e.preventDefault();
  go(below);
}
