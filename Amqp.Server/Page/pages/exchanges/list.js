// The list of exchanges.
import { html, useState } from '../../vendor/preact.js';
import { chosenHost, to } from '../../core/router.js';
import { virtualHosts } from '../../core/session.js';
import { PageHead } from '../../parts/page.js';
import { List } from '../../parts/list.js';
import { ActionButton, RowActions } from '../../parts/actions.js';
import { Name, exchangeText } from '../../parts/names.js';
import { rateCell } from '../../parts/cells.js';
import { Exchange } from './exchange.js';
import './actions.js';

const hrefOf = row => to(['exchanges', row.vhost, row.name || 'amq.default']);
const marks = row => [row.durable ? '' : 'transient', row.auto_delete && 'auto-delete', row.internal && 'internal'].filter(Boolean);

const columns = [
  { id: 'name', label: 'Name', title: true, width: 'minmax(220px, 3fr)',
    cell: row => html`<a href=${hrefOf(row)} tabindex="-1"><${Name} of=${exchangeText(row.name)} /></a>
    <span class="features">${marks(row).map(mark => html`<span class="badge" key=${mark}>${mark}</span>`)}</span>` },
  { id: 'vhost', label: 'Virtual host', width: 'minmax(80px, 1fr)', cell: row => html`<${Name} of=${row.vhost} />` },
  { id: 'type', label: 'Type', width: 'minmax(120px, 1fr)' },
  { id: 'policy', label: 'Policy', width: 'minmax(80px, 1fr)', cell: row => row.policy && html`<${Name} of=${row.policy} />` },
  { id: 'in_rate', label: 'In/s', number: true, ...rateCell('in_rate') },
  { id: 'out_rate', label: 'Out/s', number: true, ...rateCell('out_rate') },
];

const filters = [{ text: 'type:topic', label: 'topic' }, { text: 'type:direct', label: 'direct' }, { text: 'type:fanout', label: 'fanout' },
  { text: 'type:headers', label: 'headers' }];

function ExchangeList() {
  const [row, setRow] = useState(null);
  const vhost = chosenHost.value;
  const here = vhost || virtualHosts.value[0];
  const usual = ['type', 'policy', 'in_rate', 'out_rate'];
  const add = html`<${ActionButton} id="exchange.add" of=${{ vhost: here }} primary />`;
  return html`<${PageHead} title="Exchanges" actions=${html`<a class="button" href=${to(['graph', here])}>Graph</a>${add}`} />
    <${List} kind="exchanges" noun="exchange" label="Exchanges" columns=${columns}
      usual=${virtualHosts.value.length > 1 && !vhost ? ['vhost', ...usual] : usual} sortBy="name" filters=${filters}
      keyOf=${row => `${row.vhost}\n${row.name}`} hrefOf=${hrefOf} onActions=${setRow}
      bulk=${(rows, clear) => html`<${ActionButton} id="exchanges.delete" of=${{ rows, clear }} />`}
      empty=${html`<div class="empty"><span>Exchanges take messages of clients and route them to queues. There are none.</span>${add}</div>`} />
    ${row && html`<${RowActions} title=${html`<${Name} of=${exchangeText(row.name)} />`} of=${{ ...row, exchange: row.name }}
      ids=${['message.publish', 'exchange.delete']} onClose=${() => setRow(null)} />`}`;
}

/** In addresses, the default exchange, which has no name, is amq.default. */
export const Exchanges = ({ parts }) => parts.length >= 2
  ? html`<${Exchange} key=${`${parts[0]}\n${parts[1]}`} vhost=${parts[0]} name=${parts[1] === 'amq.default' ? '' : parts[1]} tab=${parts[2]} />`
    : html`<${ExchangeList} />`;
