import { useEffect, useState } from 'preact/hooks';
import type { Model } from './model';
import type { Outputs } from './types';
import { draw } from './stage';
import { Painter } from './heat';
import { file, find, path } from './api';
import { Caution } from './caution';
import { Button, Dialog, explain } from './ui';
import { HeatMap } from './heatmap';

// ExportDialog saves what there is of an analysis.
export function ExportDialog({ model: m, onClose }: { model: Model; onClose: () => void }) {
  const o = useFreshOutputs(m);
  const d = o.attention?.data;
  const name = (m.title.value || 'analysis').replace(/[^\p{L}\p{N}._-]+/gu, '-');
  return (
    <Dialog title="Export" onClose={onClose}>
      <Caution model={m} />
      <ul class="exports">
        <Item title={m.kind === 'video' ? 'This frame as PNG' : 'Image with heat as PNG'} text="As it is on screen, with the overlay">
          <Button onClick={() => void savePNG(m, name).catch(explain)}>Save</Button></Item>
        <HeatMap m={m} outputs={o} name={name} />
        {d && !m.readOnly && <Link title="Report" text="One HTML file to send on; prints as a PDF" href={path(`v2/reports/${m.analysis.id}`)} name={`${name}.html`} />}
        {d && <Link title="Table" text="CSV, a row for each frame" href={d.csv} name={`${name}.csv`} />}
        {d && <Link title="Everything per frame" text="JSON" href={d.json} name={`${name}.json`} />}
        {o.attention?.markers && <Editors m={o.attention.markers} name={name} />}
        {d && <Link title="Densities" text="NumPy, float32" href={d.density} name={`${name}.npy`} />}
      </ul>
    </Dialog>
  );
}

// useFreshOutputs asks for the links anew: those of when the page was loaded may have
// expired, and lead to tables without the areas that were drawn since.
function useFreshOutputs(m: Model): Outputs {
  const [outputs, setOutputs] = useState(m.outputs);
  useEffect(() => {
    if (!m.readOnly) void find(m.analysis.id, m.kind).then((a) => a.outputs && setOutputs(a.outputs)).catch(() => undefined);
  }, [m]);
  return outputs;
}

export function Item({ title, text, children }: { title: string; text: string; children: preact.ComponentChildren }) {
  return <li><span><strong>{title}</strong><span class="small soft">{text}</span></span>{children}</li>;
}

// Editors offers the markers for cutting programs.
function Editors({ m, name }: { m: NonNullable<NonNullable<Outputs['attention']>['markers']>; name: string }) {
  const button = (label: string, href: string, as: string) => <a class="button" href={href} download={as} onClick={keepHere} aria-label={`Save markers as ${label}`}>{label}</a>;
  return (
    <Item title="Markers for editors" text="Lost gaze at cuts, drops of focus, missed areas; and how far the gaze jumps at each cut">
      <div class="formats">{button('EDL', m.edl, `${name}.edl`)}{button('FCPXML', m.fcpxml, `${name}.fcpxml`)}{button('CSV', m.csv, `${name}-markers.csv`)}{button('Eye trace', m.eyeTrace, `${name}-eyetrace.csv`)}</div>
    </Item>
  );
}

export function Link({ title, text, href, name }: { title: string; text: string; href: string; name: string }) {
  return <Item title={title} text={text}><a class="button" href={href} download={name} onClick={keepHere} aria-label={`Save ${title}`}>Save</a></Item>;
}

// keepHere saves what a link to another origin, a bucket, leads to: the browser would
// open it in place of the page, under a name of the bucket's.
function keepHere(e: MouseEvent): void {
  const a = e.currentTarget as HTMLAnchorElement;
  if (a.origin === location.origin) return;
  e.preventDefault();
  const name = a.download;
  void file(a.href).then((answer) => answer.blob()).then((b) => save(b, name)).catch(explain);
}

async function savePNG(m: Model, name: string): Promise<void> {
  const c = document.createElement('canvas');
  [c.width, c.height] = [m.width, m.height];
  const x = c.getContext('2d')!;
  const screen = document.querySelector('.screen')!;
  const still = screen.querySelector<HTMLCanvasElement>('canvas.still:not(.away)');
  const base = still ?? screen.querySelector<HTMLVideoElement>('video') ?? screen.querySelector<HTMLImageElement>('img');
  if (base) x.drawImage(base, 0, 0, c.width, c.height);
  const over = document.createElement('canvas');
  draw(over, new Painter(), m, m.view.value, m.player.frame.value, m.strength.value);
  x.drawImage(over, 0, 0, c.width, c.height);
  const blob = await new Promise<Blob>((resolve, reject) => c.toBlob((b) => (b ? resolve(b) : reject(new Error('The image cannot be written.'))), 'image/png'));
  save(blob, m.kind === 'video' ? `${name}-frame-${m.player.frame.value + 1}.png` : `${name}-heat.png`);
}

export function save(blob: Blob, name: string): void {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}
