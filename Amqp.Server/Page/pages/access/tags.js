// Tags and limits of users, as several pages show them.
import { html } from '../../vendor/preact.js';
import { Name } from '../../parts/names.js';

/** Tags as badges; that of administrators stands out. */
export const Tags = ({ of }) => of.length === 0 ? html`<span class="muted">no tags</span>`
  : html`<span class="row">${of.map(tag => html`<span key=${tag} class=${tag === 'administrator' ? 'badge is-warn' : 'badge'}><${Name} of=${tag} /></span>`)}
    </span>`;

/** The limits of a user in words. */
export const limitsText = limits => Object.entries(limits ?? {}).map(([name, value]) => `${name.replace('max-', '')} ${value}`).join(', ');
