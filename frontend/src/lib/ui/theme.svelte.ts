export type Theme = 'system' | 'light' | 'dark';
export const THEMES: Theme[] = ['system', 'light', 'dark'];

const KEY = 'nexus.theme';
const stored = localStorage.getItem(KEY);

let choice = $state<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');
const system = matchMedia('(prefers-color-scheme: dark)');

function apply() {
  const dark = choice === 'dark' || (choice === 'system' && system.matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document
    .querySelector('meta[name="theme-color"]')
    ?.setAttribute('content', dark ? '#15191b' : '#ffffff');
}

export const theme = {
  get choice() {
    return choice;
  },
  choose(wanted: Theme) {
    choice = wanted;
    if (wanted === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, wanted);
    apply();
  },
  /** Follows the device from now on. */
  follow() {
    apply();
    system.addEventListener('change', apply);
  },
};
