import { kinds } from './format';
import type { Model } from './model';

// Caution says that nothing stands behind the heat and the numbers of an input that is
// unlike what the model learned from. In a comparison it names the side.
export function Caution({ model: m, side }: { model: Model; side?: string }) {
  if (!m.outputs.input?.outsideTraining) return null;
  const what = m.kind === 'video' ? 'Most of this video' : `This ${kinds[m.kind].toLowerCase()}`;
  return (
    <p class="caution" role="note">
      <strong>{side ? `${side}: do not rely on these numbers.` : 'Do not rely on these numbers.'}</strong> {what} is unlike all that the model learned
      from, as noise, X-rays, test cards and depth maps are.
    </p>
  );
}
