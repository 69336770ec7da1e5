import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { AboutScreen } from './about';
import { AnalysisScreen } from './analysis';
import { findSession, offline, path, session, signOut } from './api';
import { CompareScreen } from './compare';
import { HelpDialog } from './help';
import { DropTarget } from './intake';
import { LensScreen } from './lens';
import { LibraryScreen } from './library';
import { follow, here } from './router';
import { SettingsScreen } from './settings';
import { SharedScreen } from './shared';
import { SignInScreen } from './signin';
import { Button, Toasts } from './ui';
import { UploadPanel } from './uploadpanel';
import { helpOpen, listenForKeys } from './keys';
import './style.css';

function screen(below: string) {
  const [head, id] = below.split('/');
  if (head === 'a' && id) return <AnalysisScreen key={id} id={id} />;
  if (head === 'c' && id?.includes('..')) return <CompareScreen key={id} pair={id.split('..') as [string, string]} />;
  if (below === 'settings') return <SettingsScreen />;
  if (below === 'lens') return <LensScreen />;
  return <LibraryScreen />;
}

function NavLink({ below, children }: { below: string; children: string }) {
  const current = here.value.below === below;
  return <a href={path(below)} aria-current={current ? 'page' : undefined}>{children}</a>;
}

function App() {
  useEffect(() => {
    findSession();
    listenForKeys();
    document.addEventListener('click', follow);
  }, []);
  const { below } = here.value;
  const shared = below.startsWith('s/');
  const open = below === 'about';
  if (session.value === 'unknown' && !shared && !open) return <main class="blank" aria-busy="true" />;
  const signedIn = session.value === 'in' && !shared;
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <header class="top">
        <a class="brand" href={path('')}><img src={path('app/mark.svg')} alt="" width="22" height="22" />Saccade</a>
        <nav aria-label="Main">
          {signedIn && <NavLink below="">Library</NavLink>}
          {signedIn && <span class="on-wide"><NavLink below="lens">Lens</NavLink></span>}
          {signedIn && <NavLink below="settings">Settings</NavLink>}
          <NavLink below="about">About</NavLink>
          <a href={path('docs')}>API</a>
        </nav>
        <span class="spread" />
        {offline.value && <span class="badge bad" role="status">Offline</span>}
        {signedIn && <Button icon="help" label="Keys" keys="?" kind="plain" onClick={() => (helpOpen.value = true)} />}
        {signedIn && <Button kind="plain" onClick={() => void signOut()}>Sign out</Button>}
      </header>
      {shared ? <SharedScreen id={below.slice(2)} /> : open ? <AboutScreen /> : signedIn ? screen(below) : <SignInScreen />}
      {signedIn && <DropTarget />}
      {signedIn && <UploadPanel />}
      <HelpDialog />
      <Toasts />
    </>
  );
}

// The address of the icon in the page is relative, and screens change the base.
document.querySelector('link[rel=icon]')!.setAttribute('href', path('app/mark.svg'));

const app = document.getElementById('app')!;
app.replaceChildren();
render(<App />, app);
