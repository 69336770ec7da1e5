import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot.css';
import type { Model } from './model';

// lines are the scores over time; each has a dash of its own, so that no line
// is known by its color alone.
export const lines = [
  { name: 'focus', label: 'Focus', dash: [] as number[] },
  { name: 'clarity', label: 'Clarity', dash: [7, 3] },
  { name: 'excitingness', label: 'Excitingness', dash: [2, 3] },
] as const;

// Chart draws the scores, 0 to 100, over the whole video.
export function Chart({ model: m }: { model: Model }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const rows = m.numbers?.rows;
    if (!rows?.length || !ref.current) return;
    const box = ref.current;
    const end = m.player.end;
    const x = [...rows.map((r) => r.time), end];
    const data = [x, ...lines.map((l) => [...rows.map((r) => r[l.name]), rows.at(-1)![l.name]])] as uPlot.AlignedData;
    let plot: uPlot | undefined;
    const make = () => {
      plot?.destroy();
      const style = getComputedStyle(box);
      plot = new uPlot({
        width: Math.max(50, box.clientWidth), height: box.clientHeight, padding: [4, 0, 4, 0], cursor: { show: false }, legend: { show: false }, select: { show: false, left: 0, top: 0, width: 0, height: 0 },
        scales: { x: { time: false, range: () => [m.player.start, end] }, y: { range: () => [0, 100] } },
        axes: [{ show: false }, { size: 0, gap: 0, values: () => [], ticks: { show: false }, splits: () => [0, 50, 100], grid: { stroke: style.getPropertyValue('--line'), width: 1 } }],
        series: [{}, ...lines.map((l) => ({ stroke: style.getPropertyValue(`--${l.name}`), width: 1.75, dash: [...l.dash], points: { show: false }, paths: uPlot.paths.stepped!({ align: 1 }) }))],
      }, data, box);
    };
    make();
    const sizes = new ResizeObserver(() => plot?.setSize({ width: Math.max(50, box.clientWidth), height: box.clientHeight }));
    sizes.observe(box);
    const theme = matchMedia('(prefers-color-scheme: dark)');
    theme.addEventListener('change', make);
    return () => {
      sizes.disconnect();
      theme.removeEventListener('change', make);
      plot?.destroy();
    };
  }, [m]);
  return <div ref={ref} class="chart" aria-hidden="true" />;
}
