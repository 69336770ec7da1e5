import { helpOpen, keys, lettersOn, switchLetters } from './keys';
import { Dialog } from './ui';

const names: Record<string, string> = { ' ': 'Space', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', 'Shift+ArrowLeft': 'Shift ←', 'Shift+ArrowRight': 'Shift →', Delete: 'Del' };
const show = (k: string) => names[k] ?? (k.length === 1 ? k.toUpperCase() : k);

// HelpDialog lists the keys of the screen.
export function HelpDialog() {
  if (!helpOpen.value) return null;
  const groups = [...new Set(keys.value.map((k) => k.group))];
  return (
    <Dialog title="Keys" onClose={() => (helpOpen.value = false)} wide>
      <div class="key-groups">
        {groups.map((g) => (
          <section key={g}>
            <h3>{g}</h3>
            <dl>{keys.value.filter((k) => k.group === g).map((k) => <div key={k.label}><dt>{k.keys.slice(0, 2).map((x) => <kbd key={x}>{show(x)}</kbd>)}</dt><dd>{k.label}</dd></div>)}</dl>
          </section>
        ))}
        {groups.length === 0 && <p class="soft">This screen has no keys of its own. <kbd>?</kbd> shows this list.</p>}
      </div>
      <label class="choice"><input type="checkbox" checked={lettersOn.value} onChange={(e) => switchLetters(e.currentTarget.checked)} /> Letters and digits work as keys</label>
    </Dialog>
  );
}
