// The lists of connections, channels and consumers.
import { html } from '../../vendor/preact.js';
import { run } from '../../core/actions.js';
import { chosenHost, to } from '../../core/router.js';
import { virtualHosts } from '../../core/session.js';
import { PageHead } from '../../parts/page.js';
import { List } from '../../parts/list.js';
import { ActionButton } from '../../parts/actions.js';
import { Empty } from '../../parts/states.js';
import { connectionColumns, connectionHref, channelColumns, channelHref, consumerColumns } from './columns.js';
import { Connection } from './connection.js';
import { Channel } from './channel.js';
import './actions.js';

/** The column of the virtual host is of use only where there are several. */
const withHost = usual => virtualHosts.value.length > 1 && !chosenHost.value ? ['vhost', ...usual] : usual;

/** Leads from one of the three lists to the others. */
const Levels = ({ of }) => html`<nav class="row" aria-label="Lists">${[['connections', 'Connections'], ['channels', 'Channels'], ['consumers', 'Consumers']]
  .filter(([path]) => path !== of).map(([path, label]) => html`<a class="button" key=${path} href=${to([path], { vhost: chosenHost.value })}>${label}
    </a>`)}</nav>`;

const ConnectionList = () => html`<${PageHead} title="Connections" actions=${html`<${Levels} of="connections" />`} />
  <${List} kind="connections" noun="connection" label="Connections" columns=${connectionColumns} sortBy="client_name"
    usual=${withHost(['user', 'state', 'ssl', 'channels', 'unacknowledged', 'recv_rate', 'send_rate', 'connected_at'])}
    filters=${[{ text: 'is:blocked', label: 'blocked' }, { text: 'is:tls', label: 'TLS' }, { text: 'state:running', label: 'running' }]}
    keyOf=${row => row.name} hrefOf=${connectionHref} onActions=${row => run('connection.close', row)}
    bulk=${(rows, clear) => html`<${ActionButton} id="connections.close" of=${{ rows, clear }} />`}
    empty=${html`<${Empty}><span>Clients open connections to publish and to consume. None is open now.</span>
      <a class="button" href=${to(['node'])}>Listeners of the node</a><//>`} />`;

const ChannelList = () => html`<${PageHead} title="Channels" crumbs=${[{ parts: ['connections'], label: 'Connections' }]}
  actions=${html`<${Levels} of="channels" />`} />
  <${List} kind="channels" noun="channel" label="Channels" columns=${channelColumns} sortBy="name"
    usual=${withHost(['client_name', 'user', 'mode', 'state', 'messages_unconfirmed', 'prefetch_count', 'messages_unacknowledged', 'publish_rate',
      'deliver_rate', 'ack_rate'])}
    filters=${[{ text: 'is:confirm', label: 'confirms' }, { text: 'is:transactional', label: 'transactions' }, { text: 'state:idle', label: 'idle' }]}
    keyOf=${row => row.name} hrefOf=${channelHref} empty=${html`<${Empty}><span>Clients open channels within their connections. None is open now.</span>
      <//>`} />`;

const consumerHref = row => to(['channels', row.channel]);
const consumerKey = row => `${row.channel}\n${row.vhost}\n${row.queue}\n${row.tag}`;

const ConsumerList = () => html`<${PageHead} title="Consumers" crumbs=${[{ parts: ['connections'], label: 'Connections' }]}
  actions=${html`<${Levels} of="consumers" />`} />
  <${List} kind="consumers" noun="consumer" label="Consumers" columns=${consumerColumns} sortBy="tag"
    usual=${withHost(['queue', 'client_name', 'ack_required', 'active', 'prefetch_count', 'unacknowledged', 'last_ack_at'])}
    filters=${[{ text: 'queue:', label: 'queue:' }, { text: 'user:', label: 'user:' }]}
    keyOf=${consumerKey} hrefOf=${consumerHref} empty=${html`<${Empty}><span>Consumers take messages from queues. There are none now.</span><//>`} />`;

export const Connections = ({ parts }) => parts.length > 0 ? html`<${Connection} key=${parts[0]} name=${parts[0]} />` : html`<${ConnectionList} />`;

export const Channels = ({ parts }) => parts.length > 0 ? html`<${Channel} key=${parts[0]} name=${parts[0]} />` : html`<${ChannelList} />`;

export const Consumers = () => html`<${ConsumerList} />`;
