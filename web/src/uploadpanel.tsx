import { useEffect, useState } from 'preact/hooks';
import { type ApiError, path } from './api';
import { bytes } from './format';
import { here } from './router';
import { Button, Progress } from './ui';
import { cancel, retry, uploads, type Upload } from './uploads';

// UploadPanel lists what is on its way, in a corner of every screen.
export function UploadPanel() {
  const shown = uploads.value.filter((u) => !u.analysis || here.value.below !== `a/${u.analysis}`);
  if (shown.length === 0) return null;
  return (
    <section class="uploads" aria-label="Uploads">
      {shown.map((u) => <Row key={u.id} upload={u} />)}
    </section>
  );
}

function Row({ upload: u }: { upload: Upload }) {
  return (
    <div class="upload" data-state={u.state}>
      <div class="row">
        <strong class="clip">{u.name}</strong>
        {u.state === 'failed' && <Button kind="plain" onClick={() => retry(u.id)}>Try again</Button>}
        {u.analysis
          ? <a class="button plain" href={path('a/' + u.analysis)}>Open</a>
          : <Button icon="close" label={`Cancel ${u.name}`} kind="plain" onClick={() => cancel(u.id)} />}
      </div>
      {u.state !== 'failed' && <Progress value={u.size ? u.sent / u.size : u.state === 'done' ? 1 : 0.5} label={`Upload of ${u.name}`} />}
      <p class="small soft">{u.state === 'failed' ? <span class="bad-text">{(u.error as Error)?.message}</span> : says(u)}{u.retryAt && <Countdown until={u.retryAt} />}</p>
    </div>
  );
}

function says(u: Upload): string {
  switch (u.state) {
    case 'waiting': return !u.retryAt ? 'Waiting for its turn' : (u.error as ApiError).status === 429 ? 'Too many requests. ' : 'The service is full. ';
    case 'sending': return `${bytes(u.sent)} of ${bytes(u.size)}`;
    case 'starting': return 'Starting the analysis';
    default: return 'Sent; the analysis runs';
  }
}

function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const t = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(t);
  }, []);
  return <>Next try in {Math.max(0, Math.ceil((until - now) / 1e3))} s.</>;
}
