import { useEffect, useState } from 'preact/hooks';
import { analysisKeys } from './analysiskeys';
import { Result, sourceOf } from './analysis';
import { ApiError, call } from './api';
import { Pair } from './compare';
import { loadNumbers } from './grid';
import { keys } from './keys';
import { Model } from './model';
import type { Analysis } from './types';
import { Button, Failure } from './ui';

type Shared = Analysis & { pair?: Analysis[]; expires_at: string };

// SharedScreen shows what a link was made for, to anybody who has it.
export function SharedScreen({ id }: { id: string }) {
  const [models, setModels] = useState<Model[]>();
  const [error, setError] = useState<unknown>();
  const open = async (password?: string) => {
    try {
      const extra = password ? { 'X-Share-Password': encodeURIComponent(password) } : undefined;
      const s = await call<Shared>('GET', `v2/shares/${encodeURIComponent(id)}`, undefined, extra);
      const all = s.pair ?? [{ ...s, keep: true }];
      const made = await Promise.all(all.map(async (a) => new Model(a, await loadNumbers(a), sourceOf(a), true)));
      if (made.length === 1) keys.value = analysisKeys(made[0]!, () => undefined);
      setModels(made);
    } catch (e) {
      setError(e);
    }
  };
  useEffect(() => void open(), [id]);
  if (models?.length === 2) return <Pair models={models as [Model, Model]} ids={['', '']} />;
  if (models) {
    const m = models[0]!;
    return (
      <main id="main" class="analysis" tabIndex={-1}>
        <div class="analysis-head"><h1 class="title">{m.title.value || 'Untitled'}</h1><span class="small soft">Shared, read-only</span></div>
        <Result model={m} />
      </main>
    );
  }
  const status = error instanceof ApiError ? error.status : 0;
  if (!error) return <main id="main" class="blank" aria-busy="true" tabIndex={-1} />;
  if (status === 401 || status === 429) return <Password error={error} open={open} />;
  const gone = status === 404 || status === 410;
  return (
    <main id="main" class="message" tabIndex={-1}>
      <h1>{gone ? 'This link leads nowhere any more' : 'This cannot be shown now'}</h1>
      {gone ? <p class="soft">It has expired, was withdrawn, or what it showed was deleted. Ask whoever sent it for a new one.</p> : <Failure error={error} />}
    </main>
  );
}

function Password({ error, open }: { error: unknown; open: (p: string) => Promise<void> }) {
  const [tried, setTried] = useState(false);
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    void open(String(new FormData(e.target as HTMLFormElement).get('password'))).then(() => setTried(true));
  };
  return (
    <main id="main" class="signin" tabIndex={-1}>
      <div class="signin-card">
        <h1>This link asks for a password</h1>
        <form onSubmit={submit}>
          <label for="password">Password</label>
          <input id="password" name="password" type="password" required autofocus />
          {tried && <Failure error={error} />}
          <Button type="submit" kind="primary">Open</Button>
        </form>
      </div>
    </main>
  );
}
