import { useRef, useState } from 'preact/hooks';
import { bent, colorOf, corners, grown, moved, type AreaSet } from './areas';
import { percent } from './format';
import type { Aoi, Point } from './types';

export type Tool = 'none' | 'box' | 'polygon';

interface Props {
  set: AreaSet;
  tool: Tool;
  shown: (a: Aoi) => boolean; // whether an area exists at the time on screen
  shares: (i: number) => number;
  done: () => void;
  ratio: number; // width over height
}

const clamp = (v: number) => Math.min(1, Math.max(0, v));

// AreaLayer is the areas of interest over the stage: each a button that can be
// moved, and the handles of the chosen one.
export function AreaLayer({ set, tool, shown, shares, done, ratio }: Props) {
  const tall = 1000 / ratio; // units of the drawing; 1000 are its width
  const svg = useRef<SVGSVGElement>(null);
  const [from, setFrom] = useState<Point>();
  const [to, setTo] = useState<Point>();
  const [polygon, setPolygon] = useState<Point[]>([]);
  const place = (e: PointerEvent | MouseEvent): Point => {
    const r = svg.current!.getBoundingClientRect();
    return [clamp((e.clientX - r.left) / r.width), clamp((e.clientY - r.top) / r.height)];
  };
  const finish = (points: Point[]) => {
    setPolygon([]);
    if (points.length > 2) set.add({ polygon: points });
    done();
  };
  const down = (e: PointerEvent) => {
    if (tool === 'none') return;
    e.preventDefault();
    if (tool === 'polygon') return setPolygon([...polygon, place(e)]);
    svg.current!.setPointerCapture(e.pointerId);
    setFrom(place(e));
    setTo(place(e));
  };
  const up = () => {
    if (from && to) {
      const box = boxOf(from, to);
      if (box.width > 0.008 && box.height > 0.008) {
        set.add({ box });
        done();
      }
    }
    setFrom(undefined);
  };
  const draft = from && to ? boxOf(from, to) : undefined;
  return (
    <svg ref={svg} class={tool === 'none' ? 'areas' : 'areas drawing'} viewBox={`0 0 1000 ${tall}`} preserveAspectRatio="none" role="group" aria-label="Areas of interest"
      onPointerDown={down} onPointerMove={(e) => { if (from || polygon.length) setTo(place(e)); }} onPointerUp={up}
      onDblClick={() => tool === 'polygon' && finish(polygon.slice(0, -1))}>
      {set.list.value.map((a, i) => (
        <Area key={a.name} area={a} index={i} set={set} active={shown(a)} share={shares(i)} place={place} busy={tool !== 'none'} tall={tall} />
      ))}
      {draft && <rect class="draft" x={1000 * draft.x} y={tall * draft.y} width={1000 * draft.width} height={tall * draft.height} />}
      {polygon.length > 0 && <polyline class="draft" points={[...polygon, to ?? polygon[0]!].map(([x, y]) => `${1000 * x},${tall * y}`).join(' ')} />}
    </svg>
  );
}

function boxOf(a: Point, b: Point) {
  return { x: Math.min(a[0], b[0]), y: Math.min(a[1], b[1]), width: Math.abs(a[0] - b[0]), height: Math.abs(a[1] - b[1]) };
}

function Area({ area, index, set, active, share, place, busy, tall }:
  { area: Aoi; index: number; set: AreaSet; active: boolean; share: number; place: (e: PointerEvent) => Point; busy: boolean; tall: number }) {
  const last = useRef<Point | undefined>(undefined);
  const [corner, setCorner] = useState(0); // of a polygon, that Shift and arrow keys move
  const selected = set.selected.value === index;
  const points = corners(area).map(([x, y]) => `${1000 * x},${tall * y}`).join(' ');
  const begin = (e: PointerEvent) => {
    if (busy) return;
    set.selected.value = index;
    set.mark();
    last.current = place(e);
    (e.currentTarget as Element).setPointerCapture(e.pointerId);
  };
  const move = (change: (a: Aoi, dx: number, dy: number) => Aoi) => (e: PointerEvent) => {
    if (!last.current) return;
    const p = place(e);
    set.drag(index, change(set.list.peek()[index]!, p[0] - last.current[0], p[1] - last.current[1]));
    last.current = p;
  };
  const end = () => { last.current = undefined; };
  const key = (e: KeyboardEvent) => {
    const d = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    const turn = { PageUp: -1, PageDown: 1 }[e.key];
    if (e.key === 'Enter' || e.key === ' ') set.selected.value = index;
    else if (turn && area.polygon) setCorner((corner + turn + area.polygon.length) % area.polygon.length);
    else if (!d) return;
    else {
      set.mark();
      set.selected.value = index; // after an undo the focus is still here, the choice is not
      set.drag(index, e.shiftKey && area.polygon ? bent(area, corner, 0.01 * d[0]!, 0.01 * d[1]!) : (e.altKey ? grown : moved)(area, 0.01 * d[0]!, 0.01 * d[1]!));
    }
    e.preventDefault();
    e.stopPropagation();
  };
  const b = area.box;
  return (
    <g class={`area${selected ? ' selected' : ''}${active ? '' : ' asleep'}`} style={{ color: colorOf(index) }}>
      <polygon points={points} tabIndex={0} role="button" aria-pressed={selected}
        aria-label={`Area ${area.name}, ${percent(share)} of the attention. Arrow keys move it, ${b ? 'Alt and arrow keys change its size' : 'Page Up and Page Down choose a corner, Shift and arrow keys move that'}.`}
        onPointerDown={begin} onPointerMove={move(moved)} onPointerUp={end} onKeyDown={key} onFocus={() => (set.selected.value = index)} />
      {selected && !b && !busy && corners(area).map(([x, y], i) => (
        <circle key={i} class={i === corner ? 'handle chosen' : 'handle'} cx={1000 * x} cy={tall * y} r={8} onPointerDown={(e) => { setCorner(i); begin(e); }}
          onPointerMove={move((a, dx, dy) => bent(a, i, dx, dy))} onPointerUp={end} />
      ))}
      {selected && b && !busy && (
        <circle class="handle" cx={1000 * (b.x + b.width)} cy={tall * (b.y + b.height)} r={9}
          onPointerDown={begin} onPointerMove={move(grown)} onPointerUp={end} />
      )}
    </g>
  );
}
