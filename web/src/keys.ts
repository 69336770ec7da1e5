import { signal } from '@preact/signals';

// A Key is what can be typed on a screen, with what it does.
export interface Key { keys: string[]; label: string; group: string; run: (e: KeyboardEvent) => void; up?: () => void }

export const helpOpen = signal(false);
export const lettersOn = signal(localStorage.getItem('saccade.letters') !== 'off');
export const keys = signal<Key[]>([]);

export function switchLetters(on: boolean): void {
  lettersOn.value = on;
  localStorage.setItem('saccade.letters', on ? 'on' : 'off');
}

// nameOf writes a key press as "Shift+ArrowLeft" or "Ctrl+d".
export function nameOf(e: KeyboardEvent): string {
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
  return (e.ctrlKey || e.metaKey ? 'Ctrl+' : '') + (e.shiftKey && key.length > 1 ? 'Shift+' : '') + key;
}

const typing = (t: EventTarget | null) => t instanceof HTMLElement && (t.isContentEditable || /^(TEXTAREA|SELECT)$/.test(t.tagName) || (t instanceof HTMLInputElement && !/^(checkbox|radio|button|range)$/.test(t.type)));

function find(e: KeyboardEvent): Key | undefined {
  const name = nameOf(e);
  if (!lettersOn.value && name.length === 1 && /[a-z0-9]/.test(name)) return undefined;
  return keys.value.find((k) => k.keys.includes(name));
}

// listenForKeys runs what the screen has registered; never while somebody types.
export function listenForKeys(): void {
  addEventListener('keydown', (e) => {
    if (e.defaultPrevented || typing(e.target) || document.querySelector('dialog[open]')) return;
    const onButton = e.target instanceof Element && e.target.closest('button, a, summary, input, [role=button]');
    if (onButton && (e.key === ' ' || e.key === 'Enter')) return;
    if (e.target instanceof HTMLInputElement && e.key.startsWith('Arrow')) return;
    if (e.key === '?') {
      helpOpen.value = true;
      e.preventDefault();
      return;
    }
    const k = find(e);
    if (!k) return;
    e.preventDefault();
    k.run(e);
  });
  addEventListener('keyup', (e) => find(e)?.up?.());
}
