/** Pixels a mouse may tremble before it drags; a finger may move as much while it holds. */
const SLOP = 6;
const HOLD_MS = 280;
const EDGE = 64;
const EDGE_SPEED = 14;

/**
 * Carries something between the elements marked `data-drop` inside a scrolling container, with mouse,
 * pen or finger (after a short hold, so that a phone still scrolls).
 */
export class Drag<T> {
  carried = $state.raw<T | null>(null);
  over = $state<string | null>(null);
  x = $state(0);
  y = $state(0);
  /** Where on the card it was taken, and how wide the card is. */
  grip = $state.raw({ x: 0, y: 0, width: 0 });

  #container: HTMLElement | null = null;
  #stop: (() => void) | null = null;

  constructor(private readonly ondrop: (carried: T, place: string) => void) {}

  /** Attach to the scrolling container. */
  readonly within = (element: HTMLElement) => {
    this.#container = element;
    const still = (event: TouchEvent) => this.carried !== null && event.preventDefault();
    element.addEventListener('touchmove', still, { passive: false });
    return () => {
      element.removeEventListener('touchmove', still);
      this.#stop?.();
    };
  };

  readonly press = (event: PointerEvent, item: T) => {
    if (event.button !== 0 || (event.target as HTMLElement).closest('button')) return;
    const start = { x: event.clientX, y: event.clientY };
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const touch = event.pointerType === 'touch';
    const begin = () => {
      this.grip = { x: start.x - box.left, y: start.y - box.top, width: box.width };
      this.carried = item;
      this.#at(start.x, start.y);
      requestAnimationFrame(this.#scrollAtEdge);
    };
    const hold = touch ? setTimeout(begin, HOLD_MS) : undefined;

    const move = (moved: PointerEvent) => {
      const far = Math.hypot(moved.clientX - start.x, moved.clientY - start.y) > SLOP;
      if (this.carried === null && far) {
        if (touch) return this.#stop?.();
        begin();
      }
      if (this.carried !== null) this.#at(moved.clientX, moved.clientY);
    };
    const up = () => {
      const { carried, over } = this;
      if (carried !== null) swallowClick();
      this.#stop?.();
      if (carried !== null && over !== null) this.ondrop(carried, over);
    };
    const cancel = () => this.#stop?.();
    const escape = (key: KeyboardEvent) => key.key === 'Escape' && cancel();

    const listening = new AbortController();
    const options = { signal: listening.signal };
    window.addEventListener('pointermove', move, options);
    window.addEventListener('pointerup', up, options);
    window.addEventListener('pointercancel', cancel, options);
    window.addEventListener('keydown', escape, options);
    window.addEventListener('contextmenu', (menu) => touch && menu.preventDefault(), options);
    this.#stop?.();
    this.#stop = () => {
      clearTimeout(hold);
      listening.abort();
      this.#stop = null;
      this.carried = null;
      this.over = null;
    };
  };

  #at(x: number, y: number) {
    this.x = x;
    this.y = y;
    const place = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-drop]');
    this.over = place?.dataset.drop ?? null;
  }

  #scrollAtEdge = () => {
    if (this.carried === null || !this.#container) return;
    const box = this.#container.getBoundingClientRect();
    if (this.x < box.left + EDGE) this.#container.scrollLeft -= EDGE_SPEED;
    if (this.x > box.right - EDGE) this.#container.scrollLeft += EDGE_SPEED;
    if (this.y < EDGE) window.scrollBy(0, -EDGE_SPEED);
    if (this.y > innerHeight - EDGE) window.scrollBy(0, EDGE_SPEED);
    this.#at(this.x, this.y);
    requestAnimationFrame(this.#scrollAtEdge);
  };
}

/** The click that ends a drag must not open the card. */
function swallowClick() {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 50);
}
