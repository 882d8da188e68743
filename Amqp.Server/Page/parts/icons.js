// Icons, drawn with lines of the text's colour. They are decoration: a word stands beside each, or names its button.
import { html } from '../vendor/preact.js';

const paths = {
  brand: 'M3 7h8l4 6h6M3 19h8l4-6M3 13h6',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5',
  overview: 'M4 13h6V4H4zM14 20h6V4h-6zM4 20h6v-3H4z',
  queues: 'M4 6h16M4 12h16M4 18h10',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  close: 'M6 6l12 12M18 6L6 18',
  theme: 'M12 4a8 8 0 1 0 8 8 6 6 0 0 1-8-8z',
  user: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c0-4 4-6 8-6s8 2 8 6',
  plus: 'M12 5v14M5 12h14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  help: 'M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18h.01',
  refresh: 'M20 11a8 8 0 1 0-2 6M20 5v6h-6',
};

export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor"
  stroke-width=${name === 'more' ? 3 : 1.8} stroke-linecap="round" stroke-linejoin="round"><path d=${paths[name]} /></svg>`;
