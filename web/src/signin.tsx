import { useState } from 'preact/hooks';
import { path, signIn } from './api';
import { here } from './router';
import { Button, Failure } from './ui';

// SignInScreen says what this is and takes a token.
export function SignInScreen() {
  const provider = document.documentElement.dataset.signin;
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (e: SubmitEvent) => {
    e.preventDefault();
    const secret = new FormData(e.target as HTMLFormElement).get('token') as string;
    setBusy(true);
    setError(undefined);
    try {
      await signIn(secret.trim());
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  };
  return (
    <main id="main" class="signin" tabIndex={-1}>
      <div class="signin-card">
        <img src={path('app/mark.svg')} alt="" width="44" height="44" />
        <h1>See where people look</h1>
        <p class="soft">Saccade predicts where people look in a video, an image or a web page, and answers with heat maps and
          numbers. It runs on your own server: what you send stays there.</p>
        {provider && (
          <p><a class="button primary" href={path('signin/oidc?next=' + encodeURIComponent('/' + here.value.below))}>Sign in with {provider}</a></p>
        )}
        <form onSubmit={submit}>
          <label for="token">Access token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" required spellcheck={false} autofocus={!provider} />
          {error !== undefined && <Failure error={error} />}
          <Button type="submit" kind={provider ? undefined : 'primary'} disabled={busy}>{busy ? 'Signing in' : 'Sign in'}</Button>
        </form>
        <p class="small soft">{`On the machine where it runs, `}<code>saccade open</code> signs you in by a link.</p>
        <details>
          <summary>Where is a token from?</summary>
          <p>Whoever runs this service makes one there:</p>
          <pre tabIndex={0}><code>saccade token create --account NAME</code></pre>
        </details>
      </div>
    </main>
  );
}
