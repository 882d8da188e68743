// The topology of a virtual host: exchanges, queues, and what connects them.
import { html } from '../vendor/preact.js';
import { useGet } from '../core/api.js';
import { query, setQuery, to } from '../core/router.js';
import { virtualHosts } from '../core/session.js';
import { amount } from '../core/format.js';
import { PageHead } from '../parts/page.js';
import { Graph } from '../parts/graph.js';
import { ActionButton } from '../parts/actions.js';
import { Empty, Gone, Loaded } from '../parts/states.js';
import './exchanges/actions.js';

const limits = ['60', '200', '500'];

export function GraphPage({ parts }) {
  const vhost = parts[0] ?? query.value.get('vhost') ?? virtualHosts.value[0] ?? '/';
  const find = query.value.get('q') ?? '';
  const limit = limits.includes(query.value.get('limit')) ? query.value.get('limit') : limits[0];
  const data = useGet(`/api/graph/${encodeURIComponent(vhost)}?limit=${limit}`, { every: 5000 });
  return html`<${PageHead} title=${html`Graph of <bdi>${vhost}</bdi>`} crumbs=${[{ parts: ['exchanges'], query: { vhost }, label: 'Exchanges' }]} />
    ${data.error?.status === 404 ? html`<${Gone} noun="virtual host" parts=${['exchanges']} label="Exchanges" />` : html`
    <div class="list-bar"><input class="input filter" type="search" data-filter aria-label="Find in the graph" placeholder="Find exchanges and queues"
      value=${find} onInput=${event => setQuery({ q: event.target.value })} />
      <label class="inline">At most <select class="select" value=${limit}
        onChange=${event => setQuery({ limit: event.target.value === limits[0] ? '' : event.target.value })}>${limits.map(one =>
        html`<option value=${one}>${one}</option>`)}</select> drawn</label>
      <span class="space"></span>${virtualHosts.value.length > 1 && html`<span
        class="row">${virtualHosts.value.slice(0, 6).map(name => html`<a key=${name} class="chip" aria-current=${name === vhost ? 'page' : undefined}
          href=${to(['graph', name])}><bdi>${name}</bdi></a>`)}</span>`}
      <span class="count">${data.data && amount(data.data.edges.length, 'line')}</span></div>
    <${Loaded} of=${data}>${graph => graph.nodes.length === 0
      ? html`<${Empty}><span>Nothing is bound in this virtual host. Bind a queue to an exchange to see it here.</span><${ActionButton} id="exchange.add"
        of=${{ vhost }} /><//>`
      : html`<${Graph} of=${graph} vhost=${vhost} find=${find} />`}<//>`}`;
}
