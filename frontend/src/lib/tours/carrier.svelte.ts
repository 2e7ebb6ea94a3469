import { Drag } from '$lib/ui/drag.svelte';
import { find, gapKey, gapOf, step, type Gap } from './order';

interface Day {
  key: string;
  stops: { key: string }[];
}

interface Options {
  days: () => readonly Day[];
  nameOf: (stop: string) => string;
  dayName: (day: string) => string;
  words: {
    picked: (name: string, at: number, of: number) => string;
    over: (day: string, at: number, of: number) => string;
    dropped: (name: string) => string;
    cancelled: (name: string) => string;
  };
  announce: (words: string) => void;
  /** `at` is where the stop then stands, counted without it. */
  ondrop: (stop: string, to: Gap) => void;
}

/** Carries stops between positions and days, with mouse, finger or keyboard: Space, arrows, Space; Esc leaves them. */
export class Carrier {
  readonly drag: Drag<string>;
  held = $state.raw<{ stop: string; gap: Gap } | null>(null);

  constructor(private readonly options: () => Options) {
    this.drag = new Drag<string>((stop, gap) => this.#drop(stop, gapOf(gap)));
  }

  /** The stop that is being carried, and the gap under it. */
  get stop(): string | null {
    return this.drag.carried ?? this.held?.stop ?? null;
  }

  isOver(day: string, at: number): boolean {
    const key = gapKey({ day, at });
    if (this.drag.carried !== null) return this.drag.over === key;
    if (!this.held || this.held.gap.day !== day) return false;
    return gapKey(this.#shown(this.held)) === key;
  }

  isOverDay(day: string): boolean {
    const over = this.drag.carried !== null ? this.drag.over : null;
    return (over ? gapOf(over) : this.held?.gap)?.day === day;
  }

  readonly key = (event: KeyboardEvent, stop: string) => {
    if (event.target !== event.currentTarget) return;
    const handled = this.held
      ? this.#carry(event, this.held)
      : event.key === ' ' && this.#lift(stop);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly leave = () => {
    this.held = null;
  };

  /** The gap on the screen, where the carried stop still stands in its old place. */
  #shown({ stop, gap }: { stop: string; gap: Gap }): Gap {
    const from = find(this.options().days(), stop);
    return from?.day === gap.day && gap.at > from.at ? { ...gap, at: gap.at + 1 } : gap;
  }

  #drop(stop: string, gap: Gap) {
    const from = find(this.options().days(), stop);
    if (!from) return;
    const same = from.day === gap.day;
    const at = same && gap.at > from.at ? gap.at - 1 : gap.at;
    if (same && at === from.at) return;
    this.options().ondrop(stop, { day: gap.day, at });
  }

  #count(day: string, stop: string): number {
    const stops =
      this.options()
        .days()
        .find((one) => one.key === day)?.stops ?? [];
    return stops.length + (stops.some((one) => one.key === stop) ? 0 : 1);
  }

  #lift(stop: string): boolean {
    const { days, nameOf, announce, words } = this.options();
    const gap = find(days(), stop);
    if (!gap) return false;
    this.held = { stop, gap };
    announce(words.picked(nameOf(stop), gap.at + 1, this.#count(gap.day, stop)));
    return true;
  }

  #carry(event: KeyboardEvent, { stop, gap }: { stop: string; gap: Gap }): boolean {
    const { days, nameOf, dayName, announce, words, ondrop } = this.options();
    if (event.key.startsWith('Arrow')) {
      const next = step(days(), stop, gap, event.key);
      this.held = { stop, gap: next };
      announce(words.over(dayName(next.day), next.at + 1, this.#count(next.day, stop)));
    } else if (event.key === ' ' || event.key === 'Enter') {
      this.held = null;
      announce(words.dropped(nameOf(stop)));
      const from = find(days(), stop);
      if (from && (from.day !== gap.day || from.at !== gap.at)) ondrop(stop, gap);
    } else if (event.key === 'Escape') {
      this.held = null;
      announce(words.cancelled(nameOf(stop)));
    }
    return event.key !== 'Tab';
  }
}
