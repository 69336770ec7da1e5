import { computed, signal } from '@preact/signals';
import { AreaSet } from './areas';
import type { Numbers } from './grid';
import type { View } from './heat';
import type { Tool } from './arealayer';
import { Player } from './player';
import type { Analysis, Aoi, Kind, Outputs, PageElement } from './types';

// Model is one analysis on screen: what is shown of it and how.
export class Model {
  readonly title = signal('');
  readonly view = signal<View>('heat');
  readonly held = signal(false); // heat is hidden as long as a key is held
  readonly strength = signal(1);
  readonly ground = signal<'dark' | 'gray' | 'checker'>('dark');
  readonly tool = signal<Tool>('none');
  readonly marked = signal<PageElement | undefined>(undefined); // its box is on the stage
  readonly pinned = signal<PageElement | undefined>(undefined); // and stays there
  readonly player: Player;
  readonly areas?: AreaSet;
  readonly outputs: Outputs;
  readonly kind: Kind;
  readonly width: number;
  readonly height: number;
  readonly row = computed(() => this.numbers?.rows[this.player.frame.value]);

  constructor(readonly analysis: Analysis, readonly numbers: Numbers | undefined, readonly source: { video?: string; image?: string }, readonly readOnly = false) {
    this.outputs = analysis.outputs ?? {};
    this.kind = analysis.type ?? 'video';
    this.title.value = analysis.title;
    this.width = this.outputs.input?.width || 1280;
    this.height = this.outputs.input?.height || 720;
    const times = numbers?.grid.times ?? new Float64Array(1);
    this.player = new Player(times, numbers?.duration ?? 0);
    if (numbers && analysis.status === 'success') {
      this.areas = new AreaSet(this.kind, analysis.id, numbers.grid, numbers.duration, this.outputs.aois ?? [], readOnly);
    }
  }

  get noSource(): string {
    if (this.analysis.status === 'pending') return '';
    return 'The original is no longer stored; the numbers and maps remain.';
  }

  get cuts(): number[] {
    return (this.numbers?.rows ?? []).filter((r, i) => r.cut && i > 0).map((r) => r.time);
  }

  // views are those that this analysis has something to show for.
  get views(): [View, string][] {
    const out: [View, string][] = [['heat', 'Heat'], ['perception', 'Seen']];
    if (this.numbers?.rows.length) out.push(['hotspots', 'Hotspots']);
    if (this.outputs.attention?.gazePath?.length || (this.kind === 'video' && this.numbers?.rows.length)) out.push(['path', 'Gaze path']);
    if (this.kind !== 'video' && this.outputs.clarity?.map) out.push(['clarity', 'Clarity']);
    if (this.kind !== 'video' && this.outputs.excitingness?.map) out.push(['excitingness', 'Excitingness']);
    return [...out, ['off', 'Off']];
  }

  // isActive reports whether an area exists at the time on screen.
  readonly isActive = (a: Aoi): boolean => {
    const t = this.player.time - this.player.start;
    return this.kind !== 'video' || ((a.from === undefined || t >= a.from) && (a.to === undefined || t < a.to));
  };
}
