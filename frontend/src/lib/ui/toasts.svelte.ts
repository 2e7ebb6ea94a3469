export interface Toast {
  id: number;
  text: string;
  tone: 'info' | 'bad';
  undo?: () => void;
}

const LIFE_MS = 7000;

/** Short notices at the edge of the screen; those with an undo stay long enough to read and reach. */
class Toasts {
  list = $state.raw<Toast[]>([]);
  /** Read out by screen readers, not shown. */
  spoken = $state('');
  #last = 0;

  say(text: string, options: { tone?: Toast['tone']; undo?: () => void } = {}) {
    const id = ++this.#last;
    const toast = { id, text, tone: options.tone ?? 'info', undo: options.undo } satisfies Toast;
    this.list = [...this.list.slice(-2), toast];
    setTimeout(() => this.drop(id), LIFE_MS);
  }

  drop(id: number) {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  announce(text: string) {
    this.spoken = text;
  }
}

export const toasts = new Toasts();
