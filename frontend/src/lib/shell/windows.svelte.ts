export type AddKind = 'client' | 'opportunity' | 'note' | 'lead' | 'task' | 'visit';

/** Which of the shell's own windows is open. */
class Windows {
  searching = $state(false);
  shortcuts = $state(false);
  adding = $state<AddKind | null>(null);

  get any() {
    return this.searching || this.shortcuts || this.adding !== null;
  }
}

export const windows = new Windows();
