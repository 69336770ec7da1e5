import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from './api';

const icons = {
  play: 'M7 5v14l12-7z', pause: 'M7 5h4v14H7zM14 5h4v14h-4z', search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 20 20',
  upload: 'M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 19h14', link: 'M9.5 14.5l5-5M8 12l-2 2a3.5 3.5 0 0 0 5 5l2-2M16 12l2-2a3.5 3.5 0 0 0-5-5l-2 2',
  record: 'M12 12m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0', close: 'M6 6l12 12M18 6 6 18', share: 'M12 14V4m0 0L8.5 7.5M12 4l3.5 3.5M6 12v7h12v-7',
  export: 'M12 4v10m0 0-4-4m4 4 4-4M5 19h14', compare: 'M4 6h7v12H4zM13 6h7v12h-7z', trash: 'M5 7h14M10 7V5h4v2m-7 0 1 12h8l1-12',
  box: 'M5 6h14v12H5z', polygon: 'M12 4l7 5-3 10H7L5 9z', back: 'M6 5v14M18 6l-9 6 9 6z', next: 'M18 5v14M6 6l9 6-9 6z', full: 'M5 9V5h4M15 5h4v4M19 15v4h-4M9 19H5v-4',
  ground: 'M5 5h14v14H5zM5 12h7V5M12 19v-7h7',
  loop: 'M5 12a6 6 0 0 1 10.5-4M18 4v4h-4M19 12a6 6 0 0 1-10.5 4M6 20v-4h4', help: 'M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1 1-1.1 1.8M12 17v.1M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
  audio: 'M5 10v4h3l4 3.5v-11L8 10zM15.5 9.5a3.5 3.5 0 0 1 0 5', mute: 'M5 10v4h3l4 3.5v-11L8 10zM15.5 10l4 4M19.5 10l-4 4', image: 'M5 5h14v14H5zM5 16l4-4 3 3 3-3 4 4',
  page: 'M6 4h8l4 4v12H6zM14 4v4h4', video: 'M4 7h11v10H4zM15 11l5-3v8l-5-3z', more: 'M6 12h.1M12 12h.1M18 12h.1',
};

type IconName = keyof typeof icons;

export function Icon({ name }: { name: IconName }) {
  const solid = name === 'play' || name === 'pause' || name === 'record';
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill={solid ? 'currentColor' : 'none'} stroke={solid ? 'none' : 'currentColor'}>
      <path d={icons[name]} />
    </svg>
  );
}

interface ButtonProps {
  children?: ComponentChildren;
  icon?: IconName;
  label?: string; // for icons alone
  keys?: string; // shown in the tooltip
  kind?: 'primary' | 'plain' | 'danger';
  pressed?: boolean;
  disabled?: boolean;
  type?: 'button' | 'submit';
  id?: string;
  onClick?: (e: MouseEvent) => void;
}

export function Button({ children, icon, label, keys, kind, pressed, disabled, type = 'button', id, onClick }: ButtonProps) {
  const name = label ?? (typeof children === 'string' ? children : undefined);
  const title = keys ? `${name} (${keys})` : label;
  return (
    <button id={id} type={type} class={`button ${kind ?? ''} ${children ? '' : 'icon-only'}`} aria-label={children ? undefined : label}
      aria-pressed={pressed} title={title} disabled={disabled} onClick={onClick}>
      {icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}

// Segments is a choice of one, as a row of buttons.
export function Segments<T extends string>({ label, options, value, onChange }:
  { label: string; options: [T, string][]; value: T; onChange: (v: T) => void }) {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map(([v, text]) => (
        <button key={v} type="button" aria-pressed={v === value} onClick={() => onChange(v)}>{text}</button>
      ))}
    </div>
  );
}

// Dialog is modal; Escape and a click beside it close it.
export function Dialog({ title, onClose, children, wide }: { title: string; onClose: () => void; children: ComponentChildren; wide?: boolean }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    ref.current?.showModal();
    return () => before?.focus?.();
  }, []);
  // The event "close" comes later than the dialog is gone: a key in between would open
  // what still counts as open. So the screen closes it.
  const cancel = (e: Event) => {
    if (e.target !== ref.current) return; // a chooser of files in it was left
    e.preventDefault();
    onClose();
  };
  return (
    <dialog ref={ref} class={wide ? 'wide' : ''} aria-label={title} onClose={onClose} onCancel={cancel}
      onClick={(e) => e.target === ref.current && onClose()}>
      <div class="dialog-body">
        <header><h2>{title}</h2><Button icon="close" label="Close" kind="plain" onClick={onClose} /></header>
        {children}
      </div>
    </dialog>
  );
}

export function Progress({ value, label }: { value: number; label: string }) {
  return (
    <div class="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(100 * value)}>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width={100 * value} height="1" /></svg>
    </div>
  );
}

// Failure says what went wrong, what to do, and the request id.
export function Failure({ error, children }: { error: unknown; children?: ComponentChildren }) {
  const e = error as Partial<ApiError>;
  return (
    <div class="notice bad" role="alert">
      <p>{e.message ?? String(error)}</p>
      {children}
      {e.info?.request_id && <p class="small soft">Request {e.info.request_id}</p>}
    </div>
  );
}

const toasts = signal<{ id: number; text: string; bad: boolean }[]>([]);
let last = 0;

// toast shows a short message for some seconds.
export function toast(text: string, bad = false): void {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-3), { id, text, bad }];
  setTimeout(() => (toasts.value = toasts.value.filter((t) => t.id !== id)), bad ? 9000 : 5000);
}

export const explain = (e: unknown) => toast(e instanceof Error ? e.message : String(e), true);

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((t) => (
        <div key={t.id} class={t.bad ? 'toast bad' : 'toast'}>{t.text}</div>
      ))}
    </div>
  );
}
