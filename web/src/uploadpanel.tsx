import { useEffect, useState } from 'preact/hooks';
import { ApiError, path } from './api';
import { bytes } from './format';
import { here } from './router';
import { Button, Progress } from './ui';
import { cancel, retry, uploads, type Upload } from './uploads';

// UploadPanel lists what is on its way, in a corner of every screen.
export function UploadPanel() {
  const shown = uploads.value.filter((u) => !u.analysis || here.value.below !== `a/${u.analysis}`);
  return (
    <>
      <p class="away" role="status">{inWords(shown)}</p>
      {shown.length > 0 && <section class="uploads" aria-label="Uploads" tabIndex={0}>{shown.map((u) => <Row key={u.id} upload={u} />)}</section>}
    </>
  );
}

// inWords is what is read out, each time that an upload ends or fails.
function inWords(all: Upload[]): string {
  const of = (states: Upload['state'][], word: string) => {
    const n = all.filter((u) => states.includes(u.state)).length;
    return n ? `${n} ${word}` : '';
  };
  const parts = [of(['waiting', 'sending', 'starting'], 'on the way'), of(['done'], 'sent'), of(['failed'], 'failed')].filter(Boolean);
  return parts.length ? `Uploads: ${parts.join(', ')}.` : '';
}

// canChange reports whether the same file may be taken at another try.
const canChange = (e: unknown) => !(e instanceof ApiError) || e.status === 0 || e.status === 403 || e.status >= 500;

function Row({ upload: u }: { upload: Upload }) {
  return (
    <div class="upload" data-state={u.state}>
      <div class="row">
        <strong class="clip">{u.name}</strong>
        {u.state === 'failed' && canChange(u.error) && <Button kind="plain" onClick={() => retry(u.id)}>Try again</Button>}
        {u.retryAt && <Button kind="plain" onClick={() => retry(u.id)}>Try now</Button>}
        {u.analysis
          ? <a class="button plain" href={path('a/' + u.analysis)}>Open</a>
          : <Button icon="close" label={`Cancel ${u.name}`} kind="plain" onClick={() => cancel(u.id)} />}
      </div>
      {u.state !== 'failed' && u.state !== 'done' && <Progress value={u.size ? u.sent / u.size : 0.5} label={`Upload of ${u.name}`} />}
      {u.state !== 'done' && <p class="small soft">{u.state === 'failed' ? <span class="bad-text">{(u.error as Error)?.message}</span> : says(u)}{u.retryAt && <Countdown until={u.retryAt} />}</p>}
    </div>
  );
}

function says(u: Upload): string {
  switch (u.state) {
    case 'waiting': return !u.retryAt ? 'Waiting for its turn' : (u.error as ApiError).status === 429 ? 'Too many requests. ' : 'The service is full. ';
    case 'sending': return `${bytes(u.sent)} of ${bytes(u.size)}`;
    default: return 'Starting the analysis';
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
