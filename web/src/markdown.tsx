import type { ComponentChildren } from 'preact';

// Markdown turns the service's texts into elements, never into HTML source:
// headings, lists, paragraphs, bold and code.
export function Markdown({ text }: { text: string }) {
  const out: ComponentChildren[] = [];
  let items: ComponentChildren[] = [];
  const flush = () => {
    if (items.length) out.push(<ul key={out.length}>{items}</ul>);
    items = [];
  };
  for (const block of text.split('\n')) {
    const line = block.trim();
    const item = /^(?:[-*]|\d+\.)\s+(.*)$/.exec(line);
    if (item) {
      items.push(<li key={items.length}>{inline(item[1]!)}</li>);
      continue;
    }
    flush();
    const heading = /^#+\s+(.*)$/.exec(line);
    if (heading) out.push(<h3 key={out.length}>{inline(heading[1]!)}</h3>);
    else if (line) out.push(<p key={out.length}>{inline(line)}</p>);
  }
  flush();
  return <div class="prose">{out}</div>;
}

function inline(text: string): ComponentChildren[] {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part, i) => {
    if (part.startsWith('**')) return <strong key={i}>{part.slice(2, -2)}</strong>;
    if (part.startsWith('`')) return <code key={i}>{part.slice(1, -1)}</code>;
    return part;
  });
}
