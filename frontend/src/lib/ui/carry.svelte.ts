interface Place {
  id: string;
  name: string;
}
interface Thing {
  id: string;
  name: string;
}

interface Options<T extends Thing, P extends Place> {
  places: () => P[];
  placeOf: (thing: T) => P | undefined;
  /** For screen readers. */
  words: {
    picked: (name: string, place: string) => string;
    over: (place: string, at: number, count: number) => string;
    dropped: (name: string, place: string) => string;
    cancelled: (name: string) => string;
  };
  announce: (words: string) => void;
  reveal: (place: P) => void;
  ondrop: (thing: T, place: P) => void;
}

/** Carries something between places with the keyboard: Space, arrows, Space; Esc leaves it where it was. */
export class Carry<T extends Thing, P extends Place> {
  held = $state.raw<{ thing: T; place: P } | null>(null);

  constructor(private readonly options: () => Options<T, P>) {}

  readonly key = (event: KeyboardEvent, thing: T) => {
    const handled = this.held
      ? this.#carry(event, this.held)
      : event.key === ' ' && this.#lift(thing);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly drop = () => {
    this.held = null;
  };

  #lift(thing: T): boolean {
    const { placeOf, announce, words } = this.options();
    const place = placeOf(thing);
    if (!place) return false;
    this.held = { thing, place };
    announce(words.picked(thing.name, place.name));
    return true;
  }

  #carry(event: KeyboardEvent, { thing, place }: { thing: T; place: P }): boolean {
    const { places, announce, words, reveal, ondrop } = this.options();
    const all = places();
    const at = all.findIndex(({ id }) => id === place.id);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step ? all[at + step] : undefined;
    if (next) {
      this.held = { thing, place: next };
      reveal(next);
      announce(words.over(next.name, all.indexOf(next) + 1, all.length));
    } else if (event.key === ' ' || event.key === 'Enter') {
      this.held = null;
      announce(words.dropped(thing.name, place.name));
      ondrop(thing, place);
    } else if (event.key === 'Escape') {
      this.held = null;
      announce(words.cancelled(thing.name));
    }
    return event.key !== 'Tab';
  }
}
