import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { canShare } from './lens';
import { variants } from './pageextras';
import { Button, Dialog, explain, Icon } from './ui';
import { addAddress, addFile } from './uploads';

const accept = 'video/webm,video/mp4,video/quicktime,image/gif,image/png,image/jpeg,image/webp,.webm,.mp4,.m4v,.mov,.gif,.png,.jpg,.jpeg,.webp';
const addressOpen = signal(false);

// DropTarget takes files that are dropped anywhere, on every screen.
export function DropTarget() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const has = (e: DragEvent) => e.dataTransfer?.types.includes('Files');
    const enter = (e: DragEvent) => has(e) && (e.preventDefault(), depth++, setOver(true));
    const leave = () => --depth <= 0 && ((depth = 0), setOver(false));
    const move = (e: DragEvent) => has(e) && e.preventDefault();
    const drop = (e: DragEvent) => {
      if (!has(e)) return;
      e.preventDefault();
      depth = 0;
      setOver(false);
      for (const f of e.dataTransfer!.files) addFile(f);
    };
    const paste = (e: ClipboardEvent) => { for (const f of e.clipboardData?.files ?? []) addFile(f); };
    const pairs: [string, (e: never) => void][] = [['dragenter', enter], ['dragleave', leave], ['dragover', move], ['drop', drop], ['paste', paste]];
    for (const [name, f] of pairs) document.addEventListener(name, f as EventListener);
    return () => { for (const [name, f] of pairs) document.removeEventListener(name, f as EventListener); };
  }, []);
  return (
    <>
      {over && <div class="drop"><div><Icon name="upload" /><strong>Drop to see where people look</strong><span>Video (WebM, MP4, MOV, GIF) or image (PNG, JPEG, WebP)</span></div></div>}
      {addressOpen.value && <AddressDialog />}
    </>
  );
}

// Intake is the row of buttons that begin an analysis.
export function Intake() {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="intake">
      <input ref={input} id="file" type="file" class="away" accept={accept} multiple tabIndex={-1} aria-label="Files to analyze"
        onChange={(e) => { for (const f of e.currentTarget.files!) addFile(f); e.currentTarget.value = ''; }} />
      <Button kind="primary" icon="upload" onClick={() => input.current?.click()}>Choose file</Button>
      <Button icon="link" onClick={() => (addressOpen.value = true)}>Address</Button>
      {canShare() ? <RecordButton /> : !isSecureContext && <span class="small soft">Recording and exact frame steps need https.</span>}
    </div>
  );
}

function AddressDialog() {
  const submit = (e: SubmitEvent) => {
    e.preventDefault();
    const form = new FormData(e.target as HTMLFormElement);
    let address = String(form.get('address')).trim();
    if (!/^https?:\/\//i.test(address)) address = 'https://' + address;
    const chosen = form.getAll('variant').map(String);
    addAddress(address, String(form.get('medium')), { elements: form.has('elements'), steal: form.has('steal'), ...(chosen.length && { variants: chosen }) });
    addressOpen.value = false;
  };
  return (
    <Dialog title="Analyze a page" onClose={() => (addressOpen.value = false)}>
      <form class="fields" onSubmit={submit}>
        <label for="address">Address of the page</label>
        <input id="address" name="address" required placeholder="www.example.com" autofocus inputMode="url" spellcheck={false} />
        <fieldset>
          <legend>Seen on</legend>
          <label class="choice"><input type="radio" name="medium" value="desktopWeb" checked /> Desktop</label>
          <label class="choice"><input type="radio" name="medium" value="mobileWeb" /> Phone</label>
        </fieldset>
        <fieldset class="stacked">
          <legend>Also</legend>
          <label class="choice"><input type="checkbox" name="elements" checked /> Elements: the share of each button, heading, link</label>
          <label class="choice"><input type="checkbox" name="steal" /> Who takes attention from whom: up to ten more captures</label>
        </fieldset>
        <VariantChoices />
        <div class="actions"><Button type="submit" kind="primary">Analyze</Button></div>
      </form>
    </Dialog>
  );
}

const mostVariants = 8;

// VariantChoices are the other ways to show the page, each one more capture.
function VariantChoices() {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (name: string) => {
    const s = new Set(chosen);
    if (!s.delete(name)) s.add(name);
    setChosen(s);
  };
  const full = chosen.size >= mostVariants;
  return (
    <details class="more">
      <summary>{chosen.size ? `Variants: ${chosen.size} of at most ${mostVariants}` : 'Variants: dark, zoomed, with other eyes'}</summary>
      <div class="choices" role="group" aria-label="Variants">
        {variants.map(([name, label]) => (
          <label key={name} class="choice"><input type="checkbox" name="variant" value={name} checked={chosen.has(name)} disabled={full && !chosen.has(name)} onChange={() => toggle(name)} /> {label}</label>
        ))}
      </div>
    </details>
  );
}

// RecordButton records a screen, a window or a tab as WebM, at most 60 s.
function RecordButton() {
  const [since, setSince] = useState(0);
  const [now, setNow] = useState(0);
  const recorder = useRef<MediaRecorder | undefined>(undefined);
  useEffect(() => {
    if (!since) return;
    const t = setInterval(() => {
      setNow(Date.now());
      if (Date.now() - since > 59_000) recorder.current?.stop();
    }, 250);
    return () => clearInterval(t);
  }, [since]);
  const begin = async () => {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 30 }, audio: false });
      const mimeType = ['video/webm;codecs=vp9', 'video/webm'].find((t) => MediaRecorder.isTypeSupported(t));
      const r = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 8e6 });
      const parts: Blob[] = [];
      r.ondataavailable = (e) => parts.push(e.data);
      r.onstop = () => {
        for (const t of stream.getTracks()) t.stop();
        setSince(0);
        addFile(new File(parts, `Recording ${new Date().toISOString().slice(0, 16).replace('T', ' ')}.webm`, { type: 'video/webm' }));
      };
      stream.getVideoTracks()[0]!.onended = () => r.state !== 'inactive' && r.stop();
      r.start(1000);
      recorder.current = r;
      setNow(Date.now());
      setSince(Date.now());
    } catch (e) {
      if ((e as Error).name !== 'NotAllowedError') explain(e);
    }
  };
  if (!since) return <Button icon="record" onClick={() => void begin()}>Record</Button>;
  return <Button icon="record" kind="danger" onClick={() => recorder.current?.stop()}>{`Stop, ${Math.max(0, Math.floor((now - since) / 1e3))} s`}</Button>;
}
