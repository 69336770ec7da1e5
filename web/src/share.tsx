import { useState } from 'preact/hooks';
import { call } from './api';
import { Button, Dialog, Failure, toast } from './ui';

interface Share { id: string; url: string; expires_at?: string }

// ShareDialog makes a read-only link for people without an account.
export function ShareDialog({ target, onClose }: { target: { analysis: string } | { pair: [string, string] }; onClose: () => void }) {
  const [made, setMade] = useState<Share>();
  const [error, setError] = useState<unknown>();
  const submit = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = new FormData(e.target as HTMLFormElement);
    const password = String(form.get('password'));
    try {
      setMade(await call<Share>('POST', 'v2/shares', { ...target, expires_in: Number(form.get('days')) * 86400, ...(password && { password }) }));
      setError(undefined);
    } catch (e) {
      setError(e);
    }
  };
  const copy = async () => {
    await navigator.clipboard?.writeText(made!.url);
    toast('Copied.');
  };
  const revoke = async () => {
    try {
      await call('DELETE', `v2/shares/${made!.id}`);
      setMade(undefined);
      toast('The link leads nowhere any more.');
    } catch (e) {
      setError(e);
    }
  };
  return (
    <Dialog title="Share" onClose={onClose}>
      {error !== undefined && <Failure error={error} />}
      {made ? (
        <div class="fields">
          <label for="share-url">Whoever has this link can look, and change nothing</label>
          <input id="share-url" readOnly value={made.url} onFocus={(e) => e.currentTarget.select()} />
          <div class="actions"><Button kind="plain" onClick={() => void revoke()}>Withdraw</Button><Button kind="primary" onClick={() => void copy()}>Copy link</Button></div>
        </div>
      ) : (
        <form class="fields" onSubmit={submit}>
          <label for="days">The link works for</label>
          <select id="days" name="days" defaultValue="30"><option value="1">one day</option><option value="7">a week</option><option value="30" selected>30 days</option><option value="365">a year</option></select>
          <label for="share-password">Password, if it should ask for one</label>
          <input id="share-password" name="password" type="password" autocomplete="new-password" />
          <div class="actions"><Button type="submit" kind="primary">Make a link</Button></div>
        </form>
      )}
    </Dialog>
  );
}
