import { useEffect, useState } from 'preact/hooks';
import { call, path } from './api';
import { age, bytes, kinds, left } from './format';
import { lettersOn, switchLetters } from './keys';
import type { Kind } from './types';
import { Button, explain, Failure, toast } from './ui';

interface Quota { analyses_today: number; analyses_per_day?: number; stored_bytes: number; max_stored_bytes?: number }
interface Usage { from: string; quota: Quota; usage: { type: Kind; pending: number; succeeded: number; failed: number; frames: number; seconds: number }[] }
interface Token { id: string; hint: string; created_at: string; expires_at?: string; last_used_at?: string; current: boolean }
interface Webhook { id: string; url: string; events: string[]; disabled: boolean }

// useFetched reads something once, and again when asked.
function useFetched<T>(below: string): { value?: T; error?: unknown; again: () => void } {
  const [value, setValue] = useState<T>();
  const [error, setError] = useState<unknown>();
  const again = () => void call<T>('GET', below).then((v) => { setValue(v); setError(undefined); }, setError);
  useEffect(again, [below]);
  return { value, error, again };
}

export function SettingsScreen() {
  return (
    <main id="main" class="page" tabIndex={-1}>
      <h1>Settings</h1>
      <UsagePanel />
      <TokensPanel />
      <SharesPanel />
      <WebhooksPanel />
      <section class="panel">
        <header><h2>Keys and keeping</h2></header>
        <label class="choice"><input type="checkbox" checked={lettersOn.value} onChange={(e) => switchLetters(e.currentTarget.checked)} /> Letters and digits work as keys</label>
        <p class="soft small">Videos stay until they are deleted. Images and pages that are analyzed here are kept; those that come through the API
          are cleared away after a while, unless they are asked to be kept.</p>
      </section>
    </main>
  );
}

function UsagePanel() {
  const { value, error } = useFetched<Usage>('v2/usage');
  return (
    <section class="panel">
      <header><h2>Usage this month</h2></header>
      {error !== undefined && <Failure error={error} />}
      {value?.usage.length === 0 && <p class="soft small">Nothing was analyzed this month.</p>}
      {!!value?.usage.length && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Usage">
          <table><thead><tr><th scope="col">Kind</th><th scope="col" class="num">Done</th><th scope="col" class="num">Failed</th><th scope="col" class="num">Running</th><th scope="col" class="num">Seconds of video</th></tr></thead>
            <tbody>{value.usage.map((u) => <tr key={u.type}><th scope="row">{kinds[u.type]}</th><td class="num">{u.succeeded}</td><td class="num">{u.failed}</td><td class="num">{u.pending}</td><td class="num">{u.type === 'video' ? u.seconds.toFixed(0) : '–'}</td></tr>)}</tbody></table>
        </div>
      )}
      {value && <p class="soft small">Today {value.quota.analyses_today}{value.quota.analyses_per_day ? ` of ${value.quota.analyses_per_day}` : ''} analyses, UTC. Stored: {bytes(value.quota.stored_bytes)}{value.quota.max_stored_bytes ? ` of ${bytes(value.quota.max_stored_bytes)}` : ''}.</p>}
    </section>
  );
}

function TokensPanel() {
  const { value, error, again } = useFetched<{ tokens: Token[] }>('v2/tokens');
  const [secret, setSecret] = useState('');
  const create = async (e: SubmitEvent) => {
    e.preventDefault();
    const days = Number(new FormData(e.target as HTMLFormElement).get('days'));
    try {
      setSecret((await call<{ token: string }>('POST', 'v2/tokens', days ? { expires_in: days * 86400 } : {})).token);
      again();
    } catch (e) {
      explain(e);
    }
  };
  const remove = (id: string) => void call('DELETE', `v2/tokens/${id}`).then(() => { toast('The token works no more.'); again(); }, explain);
  return (
    <section class="panel">
      <header><h2>Access tokens</h2></header>
      {error !== undefined && <Failure error={error} />}
      <ul class="rows">{value?.tokens.map((t) => <li key={t.id}><span><code>{t.hint}</code> <span class="small soft">made {age(t.created_at)}{t.last_used_at ? `, used ${age(t.last_used_at)}` : ''}{t.expires_at ? `, ${left(t.expires_at)}` : ''}{t.current ? ', this browser’s' : ''}</span></span>
        {!t.current && <Button kind="plain" icon="trash" label={`Revoke ${t.hint}, made ${age(t.created_at)}`} onClick={() => remove(t.id)} />}</li>)}</ul>
      {secret && <div class="notice"><label for="secret">This is shown once. Keep it somewhere safe.</label><input id="secret" readOnly value={secret} onFocus={(e) => e.currentTarget.select()} /></div>}
      <form class="inline" onSubmit={create}><label for="token-days" class="away">How long the new token works</label><select id="token-days" name="days"><option value="0">works until it is revoked</option><option value="30">works for 30 days</option><option value="365">works for a year</option></select><Button type="submit">Make a token</Button></form>
    </section>
  );
}

function SharesPanel() {
  const { value, error, again } = useFetched<{ shares: { id: string; url: string; password: boolean; expires_at: string; pair?: string[] }[] }>('v2/shares');
  const remove = (id: string) => void call('DELETE', `v2/shares/${id}`).then(() => { toast('The link leads nowhere any more.'); again(); }, explain);
  return (
    <section class="panel">
      <header><h2>Shared links</h2></header>
      {error !== undefined && <Failure error={error} />}
      {value?.shares.length === 0 && <p class="soft small">Nothing is shared.</p>}
      <ul class="rows">{value?.shares.map((s) => <li key={s.id}><span class="clip"><a href={s.url}>{s.pair?.length ? 'A comparison' : 'An analysis'} {s.id.slice(0, 6)}</a> <span class="small soft">{left(s.expires_at)}{s.password ? ', with a password' : ''}</span></span>
        <Button kind="plain" icon="trash" label={`Withdraw ${s.id.slice(0, 6)}`} onClick={() => remove(s.id)} /></li>)}</ul>
    </section>
  );
}

function WebhooksPanel() {
  const { value, error, again } = useFetched<{ webhooks: Webhook[] }>('v2/webhooks');
  const create = async (e: SubmitEvent) => {
    e.preventDefault();
    const form = e.target as HTMLFormElement;
    await call('POST', 'v2/webhooks', { url: String(new FormData(form).get('url')) }).then(() => { form.reset(); again(); }, explain);
  };
  const remove = (id: string) => void call('DELETE', `v2/webhooks/${id}`).then(() => { toast('Removed.'); again(); }, explain);
  return (
    <section class="panel">
      <header><h2>Webhooks</h2><a class="small" href={path('docs')}>How messages are signed</a></header>
      {error !== undefined && <Failure error={error} />}
      {value?.webhooks.length === 0 && <p class="soft small">A webhook is sent a message when an analysis ends.</p>}
      <ul class="rows">{value?.webhooks.map((w) => <li key={w.id}><span class="clip">{w.url} <span class="small soft">{w.disabled ? 'off' : w.events.length ? w.events.join(', ') : 'every event'}</span></span>
        <Button kind="plain" icon="trash" label={`Remove ${w.url}`} onClick={() => remove(w.id)} /></li>)}</ul>
      <form class="inline" onSubmit={create}><label for="webhook-url" class="away">Address of the new webhook</label><input id="webhook-url" name="url" type="url" placeholder="https://" required /><Button type="submit">Add</Button></form>
    </section>
  );
}
