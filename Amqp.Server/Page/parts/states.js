// What a part of a page shows instead of its data: nothing there, not loaded yet, failed.
import { html } from '../vendor/preact.js';
import { to } from '../core/router.js';

/** A failure, inside the part that failed: the reason, what to do, and another attempt. */
export const Fault = ({ error, retry }) => html`<div class="fault-box" role="alert">
  <b>${error.message}</b>
  ${error.advice && html`<span>${error.advice}</span>`}
  ${retry && html`<button class="link-button" onClick=${retry}>Try again</button>`}
</div>`;

/** Nothing is there: says what belongs there, and offers the first step. */
export const Empty = ({ children }) => html`<div class="empty">${children}</div>`;

/** Shown for data that takes longer than 200 ms. What follows first data appears with it, so that nothing moves. */
export const Busy = ({ isFirst = false }) => html`<div class=${isFirst ? 'busy-bar is-first' : 'busy-bar'} role="progressbar" aria-label="Loading"></div>`;

/**
 * The content of a part whose data may be missing: the data, a failure, or a bar.
 * @param {{ of: { data: any, error: any, reload: Function }, children: (data: any) => any }} props
 */
export const Loaded = ({ of, children }) => of.data !== undefined
  ? html`${of.error && html`<${Fault} error=${of.error} retry=${of.reload} />`}${children(of.data)}`
  : of.error ? html`<${Fault} error=${of.error} retry=${of.reload} />` : html`<${Busy} isFirst />`;

/** Instead of the page of an object that does not exist: the way back. @param {{ noun: string, parts: string[], label: string, ended?: string }} props */
export const Gone = ({ noun, parts, label, ended = 'deleted' }) => html`<${Empty}><span>This ${noun} does not exist, or was ${ended}.</span>
  <a class="button" href=${to(parts)}>${label}</a><//>`;
