// The tab Graph of an exchange: where its messages go, and what sends it messages.
import { html, useState } from '../../vendor/preact.js';
import { useGet } from '../../core/api.js';
import { to } from '../../core/router.js';
import { Graph } from '../../parts/graph.js';
import { ActionButton } from '../../parts/actions.js';
import { Empty, Loaded } from '../../parts/states.js';

export function GraphTab({ of }) {
  const [find, setFind] = useState('');
  const root = `exchange:${of.name}`;
  const data = useGet(of.name === '' ? null : `/api/graph/${encodeURIComponent(of.vhost)}?root=${encodeURIComponent(root)}&depth=3&limit=60`, { every: 5000 });
  if (of.name === '')
    return html`<${Empty}><span>The default exchange routes to each queue by its name. Every queue is bound to it.</span><a class="button"
      href=${to(['queues'], { vhost: of.vhost })}>Queues</a><//>`;
  return html`<${Loaded} of=${data}>${graph => graph.edges.length === 0
    ? html`<${Empty}><span>Nothing is bound to this exchange: its messages reach no queue.</span><${ActionButton} id="binding.add"
      of=${{ ...of, bindKind: 'exchange' }} /><//>`
    : html`<div class="list-bar"><input class="input filter" type="search" data-filter aria-label="Find in the graph" placeholder="Find in the graph"
      value=${find} onInput=${event => setFind(event.target.value)} />
        <span class="space"></span><a class="button" href=${to(['graph', of.vhost])}>Whole virtual host</a></div>
      <${Graph} of=${graph} vhost=${of.vhost} root=${root} find=${find} />`}<//>`;
}
