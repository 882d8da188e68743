// One channel: its figures, rates, transactions, consumers, and where its messages go.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { count, rate } from '../../core/format.js';
import { PageHead, Figures, Facts } from '../../parts/page.js';
import { ActionButton, ActionMenu, useObjectInView } from '../../parts/actions.js';
import { Table } from '../../parts/table.js';
import { Chart } from '../../parts/chart.js';
import { Ranges, sampleQuery, growths, depths, range } from '../../parts/samples.js';
import { Loaded, Gone, Empty } from '../../parts/states.js';
import { Name, ObjectLink, QueueLink, ExchangeLink } from '../../parts/names.js';
import { State } from '../../parts/cells.js';
import { consumerColumns, modeText, pick, UserLink } from './columns.js';

const actionIds = ['connection.close', 'connection.closeuser'];
const crumbsOf = connection => [{ parts: ['connections'], label: 'Connections' }, { parts: ['channels'], label: 'Channels' },
  ...connection ? [{ parts: ['connections', connection], label: connection }] : []];

function Charts({ of }) {
  const { seconds } = range();
  const stats = of.message_stats ?? {};
  const [published, delivered, waiting] = useMemo(() => [
    growths([{ label: 'Publish', color: 1, details: stats.publish_details }, { label: 'Confirm', color: 3, details: stats.confirm_details },
      { label: 'Returned', color: 4, isDashed: true, details: stats.return_unroutable_details }]),
    growths([{ label: 'Deliver', color: 2, isDashed: true, details: stats.deliver_get_details }, { label: 'Ack', color: 3, details: stats.ack_details },
      { label: 'Redeliver', color: 4, isDashed: true, details: stats.redeliver_details }]),
    of.messages_unacknowledged_details?.samples && depths([{ label: 'Unacknowledged', color: 2, details: of.messages_unacknowledged_details }]),
  ], [of]);
  return html`<div class="cards"><${Chart} title="Published per second" ...${published} format=${rate} range=${seconds} />
    <${Chart} title="Delivered per second" ...${delivered} format=${rate} range=${seconds} />
    ${waiting && html`<${Chart} title="Unacknowledged" ...${waiting} format=${count} range=${seconds} />`}</div>`;
}

const rateOf = (stats, name) => rate(stats?.[`${name}_details`]?.rate ?? 0);

/** The exchanges that the channel publishes to, and the queues that it takes from. */
const Routes = ({ of }) => html`${of.publishes?.length > 0 && html`<section class="card"><header><h2>Publishes to</h2></header><table class="plain-table">
    <thead><tr><th>Exchange</th><th class="is-number">Publish/s</th><th class="is-number">Confirm/s</th></tr></thead><tbody>${of.publishes.map(one => html`<tr>
      <td><${ExchangeLink} vhost=${one.exchange.vhost} name=${one.exchange.name} /></td><td class="is-number">${rateOf(one.stats, 'publish')}</td>
      <td class="is-number">${rateOf(one.stats, 'confirm')}</td></tr>`)}</tbody></table></section>`}
  ${of.deliveries?.length > 0 && html`<section class="card"><header><h2>Takes from</h2></header><table class="plain-table">
    <thead><tr><th>Queue</th><th class="is-number">Deliver/s</th><th class="is-number">Ack/s</th></tr></thead><tbody>${of.deliveries.map(one => html`<tr>
      <td><${QueueLink} vhost=${one.queue.vhost} name=${one.queue.name} /></td><td class="is-number">${rateOf(one.stats, 'deliver_get')}</td>
      <td class="is-number">${rateOf(one.stats, 'ack')}</td></tr>`)}</tbody></table></section>`}`;

const modeOf = of => of.confirm ? 'confirm' : of.transactional ? 'transaction' : '';

export function Channel({ name }) {
  const channel = useGet(`${apiPath('channels', name)}?${sampleQuery(['msg_rates', 'lengths'])}`, { every: 5000 });
  const consumers = useGet(`/api/consumers?${new URLSearchParams({ q: `channel:="${name}"`, limit: 500 })}`, { every: 5000 });
  const of = channel.data;
  const connection = of?.connection_details?.name;
  // The actions are those of the connection: AMQP closes whole connections from the broker's side.
  const owner = of && { name: connection, user: of.user, channels: undefined };
  useObjectInView(name, owner, actionIds);
  const title = html`<${Name} of=${name} />`;
  if (channel.error?.status === 404)
    return html`<${PageHead} title=${title} crumbs=${crumbsOf()} /><${Gone} noun="channel" ended="closed" parts=${['channels']} label="Channels" />`;
  return html`<${PageHead} title=${title} crumbs=${crumbsOf(connection)} badges=${of && html`<${State} of=${of.state} /><span class="badge">
    ${modeText(modeOf(of))}</span>`}
      actions=${of && html`<${Ranges} /><${ActionButton} id="connection.close" of=${owner} /><${ActionMenu} ids=${['connection.closeuser']} of=${owner}
        title="More actions of the connection" />`} />
    <${Loaded} of=${channel}>${() => html`<${Figures} of=${[
      { name: 'Unacknowledged', value: count(of.messages_unacknowledged) }, { name: 'Unconfirmed', value: count(of.messages_unconfirmed) },
      { name: 'Publish', value: rateOf(of.message_stats, 'publish'), unit: '/s' }, { name: 'Deliver', value: rateOf(of.message_stats, 'deliver_get'),
        unit: '/s' },
      { name: 'Acknowledge', value: rateOf(of.message_stats, 'ack'), unit: '/s' }, { name: 'Consumers', value: count(of.consumer_count) },
    ]} /><${Charts} of=${of} />
    <div class="cards"><section class="card"><header><h2>Channel</h2></header><${Facts} of=${[
      ['Connection', html`<${ObjectLink} parts=${['connections', connection]} of=${connection} />`], ['User', html`<${UserLink} name=${of.user} />`],
      ['Virtual host', html`<${ObjectLink} parts=${['vhosts', of.vhost]} of=${of.vhost} />`], ['Number', of.number], ['Mode', modeText(modeOf(of))],
      ['Prefetch of each consumer', of.prefetch_count || 'no limit'], ['Prefetch of the channel', of.global_prefetch_count || 'no limit'],
      ['Uncommitted messages', of.transactional && count(of.messages_uncommitted)], ['Uncommitted acknowledgements', of.transactional
        && count(of.acks_uncommitted)], ['Node', of.node],
    ]} /></section><${Routes} of=${of} /></div>`}<//>
    <section class="part"><h2>Consumers</h2><${Loaded} of=${consumers}>
      ${({ items }) => html`<${Table} rows=${items} noun="consumer" label="Consumers" hasFilter=${items.length > 5} sortBy="queue"
      columns=${pick(consumerColumns, 'tag', 'queue', 'ack_required', 'active', 'exclusive', 'prefetch_count', 'unacknowledged', 'last_ack_at')}
      keyOf=${row => `${row.queue}\n${row.tag}`} empty=${html`<${Empty}><span>This channel does not consume.</span><//>`} />`}<//></section>`;
}
