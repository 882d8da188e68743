// View settings of this browser: theme, keys, columns. Nothing else is ever stored: no names, no passwords, no messages.
import { signal, effect } from '../vendor/preact.js';

const KEY = 'amqpbroker.view';

function load() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return stored && typeof stored === 'object' ? stored : {};
  } catch {
    return {};
  }
}

/** All view settings, as one object: `{ theme, keys, range, views }`. */
export const settings = signal(load());

/** Changes some settings; undefined removes one. */
export function changeSettings(changes) {
  settings.value = { ...settings.value, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(settings.value));
  } catch {
    // Storage is blocked or full: the settings hold until the page is closed.
  }
}

/** The stored view of a list: `{ sort, columns }`. */
export const viewOf = list => settings.value.views?.[list] ?? {};

export const changeView = (list, changes) =>
  changeSettings({ views: { ...settings.value.views, [list]: { ...viewOf(list), ...changes } } });

export const resetView = list => {
  const { [list]: _, ...views } = settings.value.views ?? {};
  changeSettings({ views });
};

/** True if single letters act as keys (WCAG 2.1.4 asks for a way to turn them off). */
export const areKeysOn = () => settings.value.keys !== false;

/** The theme in use: `light` or `dark`. */
export const theme = signal('light');

const system = matchMedia('(prefers-color-scheme: dark)');
const readTheme = () => {
  const chosen = settings.value.theme;
  theme.value = chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light';
};
system.addEventListener('change', readTheme);
effect(() => {
  const chosen = settings.value.theme;
  if (chosen === 'light' || chosen === 'dark')
    document.documentElement.dataset.theme = chosen;
  else
    delete document.documentElement.dataset.theme;
  readTheme();
});

/** Changes between light and dark. */
export const switchTheme = () => changeSettings({ theme: theme.value === 'dark' ? 'light' : 'dark' });
