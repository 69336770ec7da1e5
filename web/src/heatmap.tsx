import { useEffect, useState } from 'preact/hooks';
import { at, call, find } from './api';
import { Item, Link } from './export';
import type { Model } from './model';
import { askedPalette } from './palette';
import type { Analysis, Outputs } from './types';
import { Button, explain, Failure, Progress } from './ui';

const output = 'attention.attentionMap';

// HeatMap offers the video with heat, or the heat map of an image or page; where the
// analysis was not asked for it, it is rendered on demand.
export function HeatMap({ m, outputs, name }: { m: Model; outputs: Outputs; name: string }) {
  const video = m.kind === 'video';
  const [title, text] = video ? ['Video with heat', 'WebM, with the audio of the original'] : ['Heat map', 'PNG of the same size, transparent'];
  const as = `${name}-heat.${video ? 'webm' : 'png'}`;
  const [analysis, setAnalysis] = useState<Analysis>(m.analysis);
  const [asked, setAsked] = useState(false);
  const link = outputs.attention?.attentionMap ?? analysis.outputs?.attention?.attentionMap;
  const waits = analysis.rendering?.outputs.includes(output) ? analysis.rendering : undefined;
  const runs = !link && (waits ? !waits.error : asked);
  useEffect(() => {
    if (!runs) return;
    const read = () => find(m.analysis.id, m.kind).then((a) => {
      setAnalysis(a);
      if (!a.rendering) setAsked(false);
    }, () => undefined); // what cannot be read now can be later
    const timer = setInterval(() => void read(), 700);
    return () => clearInterval(timer);
  }, [runs]);
  const render = async () => {
    try {
      const a = await call<Analysis>('POST', at(m.kind, m.analysis.id) + '/outputs', { outputs: { attention: { outputs: ['attentionMap'] } }, ...askedPalette() });
      setAnalysis({ type: m.kind, ...a, rendering: a.rendering?.error ? undefined : a.rendering });
      setAsked(true);
    } catch (e) {
      explain(e);
    }
  };
  if (link) return <Link title={title} text={text} href={link} name={as} />;
  if (m.readOnly) return null;
  const percent = Math.round(100 * (waits?.progress ?? 0));
  return (
    <>
      <Item title={title} text={runs ? `Rendering, ${percent} %` : `${text}; rendered now`}>
        {runs ? <Progress value={waits?.progress ?? 0} label={title} /> : <Button onClick={() => void render()}>Render</Button>}
      </Item>
      {waits?.error && <Failure error={waits.error} />}
    </>
  );
}
