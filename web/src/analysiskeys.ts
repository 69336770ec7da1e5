import { fullScreen, nextGround } from './controls';
import { frameAt } from './grid';
import type { Key } from './keys';
import type { Model } from './model';
import { setRange } from './timeline';

// analysisKeys are the keys of the analysis screen.
export function analysisKeys(m: Model, open: (what: 'share' | 'export' | 'compare') => void): Key[] {
  return [...(m.kind === 'video' ? videoKeys(m) : []), ...viewKeys(m), ...(m.readOnly ? [] : areaKeys(m)), ...(m.readOnly ? [] : fileKeys(open))];
}

function videoKeys(m: Model): Key[] {
  const p = m.player;
  const by = (s: number) => () => p.seek(p.time + s);
  const key = (keys: string[], label: string, run: (e: KeyboardEvent) => void): Key => ({ keys, label, group: 'Video', run });
  const r = () => p.range.value ?? [p.start, p.end];
  return [
    key([' ', 'k'], 'Play or pause', () => p.toggle()),
    key([','], 'One frame back', () => p.by(-1)),
    key(['.'], 'One frame on', () => p.by(1)),
    key(['Shift+ArrowLeft'], 'Ten frames back', () => p.by(-10)),
    key(['Shift+ArrowRight'], 'Ten frames on', () => p.by(10)),
    key(['ArrowLeft'], 'One second back', by(-1)),
    key(['ArrowRight'], 'One second on', by(1)),
    key(['j'], 'Five seconds back', by(-5)),
    key(['l'], 'Five seconds on', by(5)),
    key(['n'], 'Next cut', () => void p.step(frameAt(p.times, m.cuts.find((t) => t > p.time + 1e-3) ?? p.time))),
    key(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], 'Tenths of the video', (e) => p.seek(p.start + (Number(e.key) / 10) * p.duration)),
    key(['['], 'Range begins here', () => setRange(m, p.time, Math.max(p.time + 0.1, r()[1]))),
    key([']'], 'Range ends here', () => setRange(m, Math.min(r()[0], p.time - 0.1), p.time)),
    key(['o'], 'Loop', () => (p.loop.value = !p.loop.value)),
    key(['g'], 'Go to a frame', () => goTo(m)),
    key(['m'], 'Audio on or off', () => p.mute()),
  ];
}

// goTo moves the focus to the field that takes a frame's number.
function goTo(m: Model): void {
  const field = document.querySelector<HTMLInputElement>('#goto');
  if (field) {
    field.hidden = false;
    field.value = String(m.player.frame.value + 1);
    field.select();
  }
}

function viewKeys(m: Model): Key[] {
  const key = (keys: string[], label: string, run: (e: KeyboardEvent) => void, up?: () => void): Key => ({ keys, label, group: 'View', run, up });
  const louder = (d: number) => () => (m.strength.value = Math.min(1.6, Math.max(0.2, m.strength.value + d)));
  return [
    key(['h'], 'Next view', () => {
      const all = m.views.map(([v]) => v);
      m.view.value = all[(all.indexOf(m.view.value) + 1) % all.length]!;
    }),
    key(['x'], 'Off as long as it is held', () => (m.held.value = true), () => (m.held.value = false)),
    key(['='], 'Stronger', louder(0.1)),
    key(['-'], 'Weaker', louder(-0.1)),
    key(['b'], 'Background of the stage', () => nextGround(m)),
    key(['f'], 'Full screen', fullScreen),
  ];
}

function areaKeys(m: Model): Key[] {
  const set = m.areas;
  if (!set) return [];
  const key = (keys: string[], label: string, run: () => void): Key => ({ keys, label, group: 'Areas', run });
  const chosen = (f: (i: number) => void) => () => set.selected.value !== undefined && f(set.selected.value);
  return [
    key(['r'], 'Draw a box', () => (m.tool.value = m.tool.value === 'box' ? 'none' : 'box')),
    key(['p'], 'Draw a polygon', () => (m.tool.value = m.tool.value === 'polygon' ? 'none' : 'polygon')),
    key(['Enter'], 'While drawing: one in the middle', () => {
      if (m.tool.value === 'none') return;
      set.addMiddle(m.tool.value);
      m.tool.value = 'none';
      requestAnimationFrame(() => document.querySelector<SVGElement>('.area.selected polygon')?.focus());
    }),
    key(['Escape'], 'Stop drawing', () => { m.tool.value = 'none'; set.selected.value = undefined; m.marked.value = m.pinned.value = undefined; }),
    key(['Delete', 'Backspace'], 'Delete the area', chosen((i) => set.remove(i))),
    key(['Ctrl+d'], 'Duplicate the area', chosen((i) => set.duplicate(i))),
    key(['Ctrl+z'], 'Undo', () => set.undo()),
  ];
}

function fileKeys(open: (what: 'share' | 'export' | 'compare') => void): Key[] {
  const key = (k: string, label: string, run: () => void): Key => ({ keys: [k], label, group: 'Result', run });
  return [key('s', 'Share', () => open('share')), key('e', 'Export', () => open('export')), key('c', 'Compare', () => open('compare'))];
}
