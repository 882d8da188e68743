// The panel "Why?" of a queue: what the broker finds about its deliveries.
import { html } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { setQuery, to } from '../../core/router.js';
import { Icon } from '../../parts/icons.js';
import { Loaded } from '../../parts/states.js';

const titles = { delivering: 'The queue delivers', empty: 'The queue is empty', not_delivering: 'The queue delivers nothing' };
const fine = new Set(['delivering', 'consumer_ready', 'queue_empty']);

const Finding = ({ of }) => html`<li class=${`problem is-${fine.has(of.kind) ? 'info' : 'warning'}`}><span class="mark" role="img"
  aria-label=${fine.has(of.kind) ? 'Notice' : 'Warning'}>${
  fine.has(of.kind) ? 'i' : '▲'}</span><div><p><bdi>${of.text}</bdi></p>${of.advice && html`<p class="muted">${of.advice}</p>`}</div>
  <div class="row">${of.channel && html`<a class="button" href=${to(['channels', of.channel])}>Channel</a>`}${
    of.connection && html`<a class="button" href=${to(['connections', of.connection])}>Connection</a>`}</div></li>`;

/** Closes the panel. */
export const closeWhy = () => setQuery({ why: null });

/** `?why` has no value, so the panel is open if the query has the key. */
export const openWhy = () => setQuery({ why: '1' });

export function Why({ vhost, name }) {
  const data = useGet(`${apiPath('queues', vhost, name)}/why`, { every: 5000 });
  return html`<section class="card why" aria-label="Why?"><header><h2>${titles[data.data?.status] ?? 'Why?'}</h2><span class="space"></span>
      <button type="button" class="button is-icon is-quiet" aria-label="Close" onClick=${closeWhy}><${Icon} name="close" /></button></header>
    <${Loaded} of=${data}>${answer => html`<ul class="problems">${answer.findings.map((one, i) => html`<${Finding} key=${i} of=${one} />`)}</ul>`}<//>
      </section>`;
}
