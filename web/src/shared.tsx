import { useEffect, useState } from 'preact/hooks';
import { analysisKeys } from './analysiskeys';
import { ApiError, call } from './api';
import { Result, sourceOf } from './analysis';
import { loadNumbers } from './grid';
import { keys } from './keys';
import { Model } from './model';
import type { Analysis } from './types';
import { Button, Failure } from './ui';

// SharedScreen shows what a link was made for, to anybody who has it.
export function SharedScreen({ id }: { id: string }) {
  const [model, setModel] = useState<Model>();
  const [error, setError] = useState<unknown>();
  const open = async (password?: string) => {
    try {
      const extra = password ? { 'X-Share-Password': password } : undefined;
      const a = await call<Analysis>('GET', `v2/shares/${encodeURIComponent(id)}`, undefined, extra);
      const m = new Model(a, await loadNumbers(a.outputs ?? {}), sourceOf(a), true);
      keys.value = analysisKeys(m, () => undefined);
      setModel(m);
    } catch (e) {
      setError(e);
    }
  };
  useEffect(() => void open(), [id]);
  if (model) {
    return (
      <main id="main" class="analysis" tabIndex={-1}>
        <div class="analysis-head"><h1 class="title">{model.title.value || 'Untitled'}</h1><span class="small soft">Shared, read-only</span></div>
        <Result model={model} />
      </main>
    );
  }
  const status = error instanceof ApiError ? error.status : 0;
  if (!error) return <main id="main" class="blank" aria-busy="true" tabIndex={-1} />;
  if (status === 401 || status === 403) return <Password error={error} open={open} />;
  return (
    <main id="main" class="message" tabIndex={-1}>
      <h1>{status === 404 || status === 410 ? 'This link leads nowhere any more' : 'This cannot be shown now'}</h1>
      {status === 404 || status === 410 ? <p class="soft">It has expired or was withdrawn. Ask whoever sent it for a new one.</p> : <Failure error={error} />}
    </main>
  );
}

function Password({ error, open }: { error: unknown; open: (p: string) => Promise<void> }) {
  const [tried, setTried] = useState(false);
  return (
    <main id="main" class="signin" tabIndex={-1}>
      <div class="signin-card">
        <h1>This link asks for a password</h1>
        <form onSubmit={(e) => { e.preventDefault(); setTried(true); void open(String(new FormData(e.target as HTMLFormElement).get('password'))); }}>
          <label for="password">Password</label>
          <input id="password" name="password" type="password" required autofocus />
          {tried && <Failure error={error} />}
          <Button type="submit" kind="primary">Open</Button>
        </form>
      </div>
    </main>
  );
}
