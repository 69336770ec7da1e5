import { useEffect, useState } from 'preact/hooks';
import { at, call, find } from './api';
import { Item, Link } from './export';
import type { Model } from './model';
import { askedPalette } from './palette';
import type { Analysis } from './types';
import { Button, explain, Failure, Progress } from './ui';

const output = 'attention.attentionMap';

// HeatVideo offers the video with heat; where the analysis was not asked for it, it is
// rendered on demand.
export function HeatVideo({ m, name }: { m: Model; name: string }) {
  const [analysis, setAnalysis] = useState<Analysis>(m.analysis);
  const [asked, setAsked] = useState(false);
  const link = analysis.outputs?.attention?.attentionMap;
  const waits = analysis.rendering?.outputs.includes(output) ? analysis.rendering : undefined;
  const runs = !link && (waits ? !waits.error : asked);
  useEffect(() => {
    if (!runs) return;
    const read = () => find(m.analysis.id, 'video').then((a) => {
      setAnalysis(a);
      if (!a.rendering) setAsked(false);
    }, () => undefined); // what cannot be read now can be later
    const timer = setInterval(() => void read(), 700);
    return () => clearInterval(timer);
  }, [runs]);
  const render = async () => {
    try {
      const a = await call<Analysis>('POST', at('video', m.analysis.id) + '/outputs', { outputs: { attention: { outputs: ['attentionMap'] } }, ...askedPalette() });
      setAnalysis({ type: 'video', ...a, rendering: a.rendering?.error ? undefined : a.rendering });
      setAsked(true);
    } catch (e) {
      explain(e);
    }
  };
  if (link) return <Link title="Video with heat" text="WebM, with the audio of the original" href={link} name={name} />;
  if (m.readOnly) return null;
  const percent = Math.round(100 * (waits?.progress ?? 0));
  return (
    <>
      <Item title="Video with heat" text={runs ? `Rendering, ${percent} %` : 'WebM, with the audio of the original; rendered now'}>
        {runs ? <Progress value={waits?.progress ?? 0} label="Video with heat" /> : <Button label="Render the video with heat" onClick={() => void render()}>Render</Button>}
      </Item>
      {waits?.error && <Failure error={waits.error} />}
    </>
  );
}
