import { useEffect, useState } from 'preact/hooks';
import { call } from './api';
import { Markdown } from './markdown';
import type { Model } from './model';
import { Button, Failure } from './ui';

interface TextAnswer { status?: string; data?: string; msg?: string }

// Notes are the summary and the recommendations that the service writes.
export function Notes({ model: m }: { model: Model }) {
  const id = m.analysis._internal_exposed_id;
  const [kind, setKind] = useState<'summary' | 'recommendations'>();
  const [text, setText] = useState<TextAnswer>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (!kind) return;
    let live = true;
    const place = `v2/analyses/${kind}/${id}`;
    const read = async (method: string) => {
      const answer = await call<TextAnswer>(method, place);
      if (!live) return;
      setText(answer);
      if (answer.status === 'started' || answer.status === 'processing') setTimeout(() => live && void read('GET').catch(setError), 700);
    };
    setText(undefined);
    setError(undefined);
    read('POST').catch((e) => live && setError(e));
    return () => { live = false; };
  }, [kind]);
  if (!id) return null;
  return (
    <section class="panel" aria-labelledby="notes-title">
      <header><h2 id="notes-title">Notes</h2><span class="spread" />
        <Button kind="plain" pressed={kind === 'summary'} onClick={() => setKind('summary')}>Summary</Button>
        <Button kind="plain" pressed={kind === 'recommendations'} onClick={() => setKind('recommendations')}>Advice</Button></header>
      {!kind && <p class="soft small">What the numbers say, in words.</p>}
      {error !== undefined && <Failure error={error} />}
      {kind && !error && (text?.data ? <Markdown text={text.data} /> : <p class="soft small" role="status">Writing</p>)}
    </section>
  );
}
