// One connection: its figures and traffic, who it is, its channels and consumers.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { bytes, count } from '../../core/format.js';
import { PageHead, Figures, Facts } from '../../parts/page.js';
import { ActionButton, ActionMenu, useObjectInView } from '../../parts/actions.js';
import { Table } from '../../parts/table.js';
import { Chart } from '../../parts/chart.js';
import { Ranges, sampleQuery, growths, range } from '../../parts/samples.js';
import { Loaded, Gone, Empty } from '../../parts/states.js';
import { Name, ObjectLink, Moment, Age } from '../../parts/names.js';
import { State } from '../../parts/cells.js';
import { clientName } from './actions.js';
import { addressOf, UserLink, channelColumns, channelHref, consumerColumns, pick } from './columns.js';

const actionIds = ['connection.close', 'connection.closeuser'];
const MOST = 500;
const crumbs = [{ parts: ['connections'], label: 'Connections' }];

/** More characters of client properties than these scroll. */
const LONG = 1200;

/** A client property as text: clients send what they like. */
const text = value => typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

const Properties = ({ of }) => {
  const { capabilities, ...rest } = of ?? {};
  const rows = Object.entries(rest);
  const able = capabilities && typeof capabilities === 'object' ? Object.entries(capabilities).filter(([, value]) => value === true).map(([name]) => name) : [];
  const list = html`<dl class="facts">${rows.map(([name, value]) => html`<dt><${Name} of=${name} /></dt><dd><${Name} of=${text(value)} /></dd>`)}
    ${able.length > 0 && html`<dt>capabilities</dt><dd>${able.map((name, i) => html`${i > 0 && ', '}<${Name} of=${name} />`)}</dd>`}</dl>`;
  return html`<section class="card"><header><h2>Client properties</h2></header>${rows.length === 0 && able.length === 0
    ? html`<p class="muted">The client sent none.</p>`
    : JSON.stringify(of).length > LONG ? html`<div class="scroll" tabindex="0" role="region" aria-label="Client properties">${list}</div>` : list}</section>`;
};

const security = of => [
  ['TLS', [of.ssl_protocol, of.ssl_cipher, of.ssl_key_exchange, of.ssl_hash].filter(Boolean).join(', ') || 'yes'],
  ['Certificate of', of.peer_cert_subject ? html`<${Name} of=${of.peer_cert_subject} />` : 'the client sent none'],
  ['Issued by', of.peer_cert_issuer && html`<${Name} of=${of.peer_cert_issuer} />`], ['Valid', of.peer_cert_validity
    && html`<${Name} of=${of.peer_cert_validity} />`],
];

const About = ({ of }) => html`<section class="card is-wide"><header><h2>Connection</h2></header><${Facts} of=${[
  ['Name', html`<${Name} of=${of.name} />`], ['User', of.peer_port ? html`<${UserLink} name=${of.user} />` : html`<${Name} of=${of.user} />`],
  ['Virtual host', html`<${ObjectLink} parts=${['vhosts', of.vhost]} of=${of.vhost} />`],
  ['Address', addressOf(of)], ['Listener', of.port > 0 && `${of.host}:${of.port}`],
  ['Protocol', of.protocol], ['Login', of.auth_mechanism], ['Connected', html`<${Moment} of=${of.connected_at} />`],
  ['Heartbeat', of.timeout > 0 ? `${of.timeout} s` : 'off'], ['Frame max', of.frame_max > 0 ? `${count(of.frame_max)} bytes` : 'no limit'],
  ['Channel max', of.channel_max > 0 ? count(of.channel_max) : 'no limit'], ['Waiting output', of.send_pend > 0 && bytes(of.send_pend)], ['Node', of.node],
  ...of.ssl ? security(of) : [['TLS', 'no']],
]} /></section>`;

function Traffic({ of }) {
  const lines = useMemo(() => growths([
    { label: 'In', color: 1, details: of.recv_oct_details }, { label: 'Out', color: 2, isDashed: true, details: of.send_oct_details },
  ]), [of]);
  return html`<${Chart} title="Bytes per second" ...${lines} format=${bytes} range=${range().seconds} />`;
}

/** Rows of a list that belong to this connection. */
const useRows = (kind, filter) => useGet(`/api/${kind}?${new URLSearchParams({ q: filter, limit: MOST })}`, { every: 5000 });

export function Connection({ name }) {
  const connection = useGet(`${apiPath('connections', name)}?${sampleQuery(['data_rates'])}`, { every: 5000 });
  const channels = useRows('channels', `connection:="${name}"`);
  const consumers = useRows('consumers', `channel:"${name} ("`);
  const of = connection.data;
  useObjectInView(of && clientName(of) || name, of, actionIds);
  if (connection.error?.status === 404)
    return html`<${PageHead} title=${html`<${Name} of=${of && clientName(of) || name} />`} crumbs=${crumbs} />
      <${Gone} noun="connection" ended="closed" parts=${['connections']} label="Connections" />`;
  return html`<${PageHead} title=${html`<${Name} of=${of && clientName(of) || name} />`} crumbs=${crumbs} badges=${of && html`<${State} of=${of.state} />`}
      actions=${of && html`<${Ranges} /><${ActionButton} id="connection.close" of=${of} /><${ActionMenu} ids=${['connection.closeuser']} of=${of}
        title="More actions of the connection" />`} />
    <${Loaded} of=${connection}>${() => html`<${Figures} of=${[
      { name: 'Channels', value: count(of.channels) }, { name: 'Consumers', value: count(consumers.data?.filtered_count) },
      { name: 'Unacknowledged', value: count(channels.data?.items.reduce((sum, row) => sum + (row.messages_unacknowledged ?? 0), 0)) },
      { name: 'In', value: bytes(of.recv_oct_details?.rate), unit: '/s' }, { name: 'Out', value: bytes(of.send_oct_details?.rate), unit: '/s' },
      { name: 'Received', value: bytes(of.recv_oct) }, { name: 'Sent', value: bytes(of.send_oct) },
        { name: 'Open for', value: html`<${Age} of=${of.connected_at} />` },
    ]} />
    <div class="cards"><${Traffic} of=${of} /><${Properties} of=${of.client_properties} /></div>`}<//>
    <section class="part"><h2>Channels</h2><${Loaded} of=${channels}>
      ${({ items }) => html`<${Table} rows=${items} noun="channel" label="Channels" hasFilter=${items.length > 5} sortBy="number"
      columns=${[{ id: 'number', label: 'Number', title: true, width: 'minmax(120px, 1fr)',
        cell: row => html`<a href=${channelHref(row)} tabindex="-1">Channel ${row.number}</a>` },
        ...channelColumns.slice(4)]} keyOf=${row => row.name} hrefOf=${channelHref} empty=${html`<${Empty}><span>No channel is open in this connection.</span>
          <//>`} />`}<//></section>
    <section class="part"><h2>Consumers</h2><${Loaded} of=${consumers}>
      ${({ items }) => html`<${Table} rows=${items} noun="consumer" label="Consumers" hasFilter=${items.length > 5} sortBy="queue"
      columns=${pick(consumerColumns, 'tag', 'queue', 'ack_required', 'active', 'exclusive', 'prefetch_count', 'unacknowledged', 'last_ack_at')}
      keyOf=${row => `${row.channel}\n${row.queue}\n${row.tag}`} empty=${html`<${Empty}><span>This connection does not consume.</span><//>`} />`}<//></section>
    ${of && html`<div class="part"><${About} of=${of} /></div>`}`;
}
