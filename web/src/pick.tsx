import { useEffect, useState } from 'preact/hooks';
import { list } from './api';
import { age, kinds } from './format';
import { go } from './router';
import type { ListItem } from './types';
import { Dialog, Failure } from './ui';

// ComparePicker chooses the other analysis of a comparison.
export function ComparePicker({ id, onClose }: { id: string; onClose: () => void }) {
  const [items, setItems] = useState<ListItem[]>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    list({ status: 'success', limit: '60' }).then((p) => setItems(p.analyses.filter((i) => i.id !== id)), setError);
  }, []);
  return (
    <Dialog title="Compare with" onClose={onClose}>
      {error !== undefined && <Failure error={error} />}
      {items?.length === 0 && <p class="soft">There is no other analysis yet.</p>}
      <ul class="pick-list">
        {items?.map((i) => (
          <li key={i.id}><button type="button" onClick={() => { onClose(); go(`c/${i.id}..${id}`); }}>
            {i.poster?.heat && <img src={i.poster.heat} alt="" />}<span><span class="clip">{i.title || 'Untitled'}</span><span class="small soft">{kinds[i.type]} · {age(i.created_at)}</span></span></button></li>
        ))}
      </ul>
    </Dialog>
  );
}
