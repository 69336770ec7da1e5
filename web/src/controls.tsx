import { seconds } from './format';
import type { Model } from './model';
import { choosePalette, color, palette, palettes, shade, type Palette } from './palette';
import { Button, Segments } from './ui';
import { firstFixations } from './stage';
import type { View } from './heat';

// Controls are directly under the stage: transport, view, strength, legend.
export function Controls({ model: m }: { model: Model }) {
  const { player: p } = m;
  const video = m.kind === 'video';
  return (
    <div class="controls">
      {video && (
        <div class="transport" role="group" aria-label="Playback">
          <Button icon="back" label="One frame back" keys="," kind="plain" onClick={() => p.by(-1)} />
          <Button id="play" icon={p.playing.value ? 'pause' : 'play'} label={p.playing.value ? 'Pause' : 'Play'} keys="Space" onClick={() => p.toggle()} />
          <Button icon="next" label="One frame on" keys="." kind="plain" onClick={() => p.by(1)} />
          <Button icon="loop" label="Loop" keys="O" kind="plain" pressed={p.loop.value} onClick={() => (p.loop.value = !p.loop.value)} />
          <Button icon={p.muted.value ? 'mute' : 'audio'} label={p.muted.value ? 'Audio on' : 'Audio off'} keys="M" kind="plain" onClick={() => p.mute()} />
          <output class="where num" id="where" aria-live="off" data-frame={p.frame.value} data-time={p.time}>
            <b>{seconds(p.time - p.start)}</b> <span class="soft">frame {p.frame.value + 1} / {p.times.length}</span>
          </output>
          <input id="goto" hidden class="num" inputMode="numeric" aria-label="Go to frame" size={5}
            onBlur={(e) => (e.currentTarget.hidden = true)}
            onKeyDown={(e) => {
              if (e.key === 'Enter') void p.step(Number(e.currentTarget.value) - 1);
              if (e.key === 'Enter' || e.key === 'Escape') e.currentTarget.hidden = true;
            }} />
        </div>
      )}
      <Segments<View> label="View" value={m.view.value} options={m.views} onChange={(v) => (m.view.value = v)} />
      <div class="overlay-controls">
        {m.view.value !== 'off' && m.view.value !== 'path' && (
          <label class="strength" title="Strength of the overlay (keys - and =)">
            <input type="range" min="0.2" max="1.6" step="0.1" value={m.strength.value} aria-label="Strength of the overlay" onInput={(e) => (m.strength.value = Number(e.currentTarget.value))} /></label>
        )}
        {m.view.value === 'path'
          ? <span class="legend small soft">{video ? 'Where the strongest place was lately' : `The first ${firstFixations} fixations, in order`}</span>
          : <Legend view={m.view.value} />}
        <Button icon="ground" label={`Background of the stage: ${m.ground.value}`} keys="B" kind="plain" onClick={() => nextGround(m)} />
        <Button icon="full" label="Full screen" keys="F" kind="plain" onClick={fullScreen} />
      </div>
    </div>
  );
}

const grounds = ['dark', 'gray', 'checker'] as const;

// nextGround changes what is behind the frame, and behind clear parts of it.
export function nextGround(m: Model): void {
  m.ground.value = grounds[(grounds.indexOf(m.ground.value) + 1) % grounds.length]!;
}

export function fullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.querySelector('.viewer')?.requestFullscreen?.();
}

// ends are the colors at both ends of the scale.
const ends: Record<Palette, [string, string]> = { heat: ['indigo', 'yellow'], turbo: ['blue', 'red; from four times on with an outline'], fog: ['fogged', 'clear'] };

// Legend says what the colors mean, in numbers that hold for every video, and
// takes another palette.
export function Legend({ view }: { view: View }) {
  if (view === 'perception') return <span class="legend small soft">Dark: missed in the first three seconds</span>;
  if (view === 'hotspots') return <span class="legend small soft">Circles: share of the attention</span>;
  if (view === 'clarity') return <span class="legend small soft">Red: cluttered</span>;
  if (view === 'excitingness') return <span class="legend small soft">Violet: stimulating</span>;
  if (view !== 'heat') return null;
  const p = palette.value;
  const stops = Array.from({ length: 9 }, (_, i) => (p === 'fog' ? shade(i / 8, p) : color(0.06 + (0.94 * i) / 8, p)));
  return (
    <span class="legend">
      <select class="palette" aria-label="Colors of attention" value={p} onChange={(e) => choosePalette(e.currentTarget.value as Palette)}>
        {palettes.map(([name, label]) => <option key={name} value={name} selected={name === p}>{label}</option>)}
      </select>
      <span class="ramp-group" role="img" title="Times the attention by chance" aria-label={`Scale: from as much attention as by chance, ${ends[p][0]}, to sixteen times as much, ${ends[p][1]}`}>
        <span class="small soft">1×</span>
        <span class={`ramp ${p}`} style={{ background: `linear-gradient(to right, ${stops.join(',')})` }} />
        <span class="small soft">16×</span>
      </span>
    </span>
  );
}
