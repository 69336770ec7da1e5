import { useState } from 'preact/hooks';
import { path, signIn } from './api';
import { Button, Failure } from './ui';

// SignInScreen says what this is and takes a token.
export function SignInScreen() {
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
        <form onSubmit={submit}>
          <label for="token">Access token</label>
          <input id="token" name="token" type="password" autocomplete="current-password" required spellcheck={false} autofocus />
          {error !== undefined && <Failure error={error} />}
          <Button type="submit" kind="primary" disabled={busy}>{busy ? 'Signing in' : 'Sign in'}</Button>
        </form>
        <details>
          <summary>Where is a token from?</summary>
          <p>Whoever runs this service makes one, on the machine where it runs:</p>
          <pre tabIndex={0}><code>saccade token create --account NAME</code></pre>
          <p>On your own machine, <code>saccade open</code> prints a link that signs you in without one.</p>
        </details>
      </div>
    </main>
  );
}
