// Columns of connections, channels and consumers: the flat lists have them, and the pages of the objects above them.
import { html } from '../../vendor/preact.js';
import { to } from '../../core/router.js';
import { isAdministrator } from '../../core/session.js';
import { bytes, count } from '../../core/format.js';
import { Name, ObjectLink, QueueLink, Age } from '../../parts/names.js';
import { countCell, rateCell, State } from '../../parts/cells.js';

const nameCell = field => row => html`<${Name} of=${row[field]} />`;
const traffic = field => ({ cell: row => `${bytes(row[field])}/s`, tone: row => !row[field] ? 'zero' : '' });

/** Where the client is. Shovels and federation have connections without a socket. */
export const addressOf = of => of.peer_port ? `${of.peer_host}:${of.peer_port}` : 'within the broker';

/** A user; the page of users is for administrators only. */
export const UserLink = ({ name }) => isAdministrator() ? html`<${ObjectLink} parts=${['users', name]} of=${name} />` : html`<${Name} of=${name} />`;

export const connectionHref = row => to(['connections', row.name]);
export const channelHref = row => to(['channels', row.name]);

export const connectionColumns = [
  { id: 'client_name', label: 'Client name', title: true, width: 'minmax(220px, 2fr)', cell: row => html`<a
    href=${connectionHref(row)} tabindex="-1">${row.client_name
    ? html`<${Name} of=${row.client_name} />` : html`<span class="muted">no name,</span> ${addressOf(row)}`}</a>` },
  { id: 'user', label: 'User', width: 'minmax(112px, 1fr)', cell: nameCell('user') },
  { id: 'vhost', label: 'Virtual host', width: 'minmax(108px, 1fr)', cell: nameCell('vhost') },
  { id: 'state', label: 'State', width: '104px', cell: row => html`<${State} of=${row.state} />` },
  { id: 'ssl', label: 'TLS', width: '64px', phone: false, cell: row => row.ssl ? 'yes' : html`<span class="muted">no</span>` },
  { id: 'channels', label: 'Channels', number: true, width: '96px', ...countCell('channels') },
  { id: 'unacknowledged', label: 'Unacked', number: true, width: '96px', ...countCell('unacknowledged') },
  { id: 'recv_rate', label: 'In', menuLabel: 'In: bytes from the client', number: true, ...traffic('recv_rate') },
  { id: 'send_rate', label: 'Out', menuLabel: 'Out: bytes to the client', number: true, ...traffic('send_rate') },
  { id: 'connected_at', label: 'Since', number: true, width: '88px', cell: row => html`<${Age} of=${row.connected_at} />` },
  { id: 'protocol', label: 'Protocol', width: '120px' },
  { id: 'peer_host', label: 'Address', width: 'minmax(140px, 1fr)', cell: addressOf },
  { id: 'client', label: 'Client', width: 'minmax(160px, 1fr)', cell: nameCell('client') },
  { id: 'platform', label: 'Platform', cell: nameCell('platform') },
  { id: 'name', label: 'Connection', width: 'minmax(260px, 2fr)', cell: nameCell('name') },
];

/** How a channel publishes, in words. */
export const modeText = mode => mode === 'confirm' ? 'confirms' : mode === 'transaction' ? 'transactions' : 'plain';

export const channelColumns = [
  { id: 'name', label: 'Channel', title: true, width: 'minmax(260px, 2fr)', cell: row => html`<a href=${channelHref(row)} tabindex="-1">
    <${Name} of=${row.name} /></a>` },
  { id: 'client_name', label: 'Client name', width: 'minmax(120px, 1fr)', cell: row => row.client_name
    && html`<${ObjectLink} parts=${['connections', row.connection]} of=${row.client_name} />` },
  { id: 'user', label: 'User', width: 'minmax(112px, 1fr)', cell: nameCell('user') },
  { id: 'vhost', label: 'Virtual host', width: 'minmax(108px, 1fr)', cell: nameCell('vhost') },
  { id: 'mode', label: 'Mode', width: '104px', cell: row => modeText(row.mode), tone: row => row.mode ? '' : 'zero' },
  { id: 'state', label: 'State', width: '96px', cell: row => html`<${State} of=${row.state} />` },
  { id: 'messages_unconfirmed', label: 'Unconfirmed', number: true, width: '108px', ...countCell('messages_unconfirmed') },
  { id: 'prefetch_count', label: 'Prefetch', number: true, width: '88px', cell: row => row.prefetch_count ? count(row.prefetch_count) : 'no limit',
    tone: row => row.prefetch_count ? '' : 'zero' },
  { id: 'messages_unacknowledged', label: 'Unacked', number: true, width: '88px', ...countCell('messages_unacknowledged') },
  { id: 'consumers', label: 'Consumers', number: true, width: '108px', ...countCell('consumers') },
  { id: 'publish_rate', label: 'Publish/s', number: true, width: '88px', ...rateCell('publish_rate') },
  { id: 'deliver_rate', label: 'Deliver/s', number: true, width: '88px', ...rateCell('deliver_rate') },
  { id: 'ack_rate', label: 'Ack/s', number: true, width: '88px', ...rateCell('ack_rate') },
];

export const consumerColumns = [
  { id: 'tag', label: 'Consumer tag', title: true, width: 'minmax(200px, 2fr)', cell: row => html`<${Name} of=${row.tag} />` },
  { id: 'queue', label: 'Queue', width: 'minmax(120px, 1.5fr)', cell: row => html`<${QueueLink} vhost=${row.vhost} name=${row.queue} />` },
  { id: 'vhost', label: 'Virtual host', width: 'minmax(108px, 1fr)', cell: nameCell('vhost') },
  { id: 'client_name', label: 'Client name', width: 'minmax(120px, 1fr)', cell: row => row.client_name
    && html`<${ObjectLink} parts=${['connections', row.connection]} of=${row.client_name} />` },
  { id: 'channel', label: 'Channel', width: 'minmax(230px, 2fr)', cell: row => html`<${ObjectLink} parts=${['channels', row.channel]} of=${row.channel} />` },
  { id: 'user', label: 'User', width: 'minmax(112px, 1fr)', cell: nameCell('user') },
  { id: 'ack_required', label: 'Acknowledges', width: '124px', cell: row => row.ack_required ? 'yes' : 'no' },
  { id: 'active', label: 'State', width: '96px', cell: row => html`<span class=${row.active === false ? 'state is-idle' : 'state'}>
    ${row.active === false ? 'waiting' : 'active'}</span>` },
  { id: 'exclusive', label: 'Exclusive', width: '88px', cell: row => row.exclusive ? 'yes' : 'no', tone: row => row.exclusive ? '' : 'zero' },
  { id: 'prefetch_count', label: 'Prefetch', number: true, width: '88px', cell: row => row.prefetch_count ? count(row.prefetch_count) : 'no limit',
    tone: row => row.prefetch_count ? '' : 'zero' },
  { id: 'unacknowledged', label: 'Unacked', number: true, width: '88px', ...countCell('unacknowledged') },
  { id: 'last_ack_at', label: 'Last ack', number: true, width: '88px', cell: row => html`<${Age} of=${row.last_ack_at} />` },
];

/** Some columns, in their order. */
export const pick = (columns, ...ids) => columns.filter(column => ids.includes(column.id));
