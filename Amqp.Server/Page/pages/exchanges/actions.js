// What can be done with exchanges: add, delete.
import { html, signal } from '../../vendor/preact.js';
import { get, apiPath } from '../../core/api.js';
import { open, to, segments } from '../../core/router.js';
import { lacks, hasAccess, virtualHosts } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { inHost } from '../../core/commands.js';
import { amount, count } from '../../core/format.js';
import { pairsToObject } from '../../parts/fields.js';
import { Name } from '../../parts/names.js';
import { deduplicationArguments } from '../queues/shortcuts.js';
import { argumentWords } from './words.js';

const pathOf = ({ vhost, name }) => apiPath('exchanges', vhost, name || 'amq.default');

const descriptions = {
  direct: 'Routes to the queues that are bound with the routing key of the message.',
  fanout: 'Routes to everything that is bound.',
  topic: 'Routes by patterns of words: * stands for one word, # for any number.',
  headers: 'Routes by the headers of the message, which the arguments of a binding name.',
  'x-consistent-hash': 'Spreads messages over its bindings by a hash of the routing key; the key of a binding is its weight.',
  'x-modulus-hash': 'Spreads messages over its bindings by a hash of the routing key, modulo their number.',
  'x-random': 'Routes each message to one binding, chosen at random.',
  'x-local-random': 'Routes each message to one classic queue, chosen at random.',
  'x-recent-history': 'Routes to everything that is bound, and gives the last messages to each new binding.',
  'x-delayed-message': 'Holds each message for the time in its header x-delay. Needs the argument x-delayed-type.',
  'x-message-deduplication': 'Routes to everything that is bound, and drops repeats. Needs the argument x-cache-size.',
  'x-federation-upstream': 'For links of downstream brokers.',
};

export const exchangeArguments = [
  { key: 'alternate-exchange', label: 'Alternate exchange', type: 'string', example: 'exchange',
    help: 'Exchange that receives messages that nothing here is bound for.' },
  { key: 'x-delayed-type', label: 'Delayed type', type: 'string', value: 'direct',
    help: 'Of an x-delayed-message exchange: the type by which it routes when a message is due.' },
  { key: 'hash-header', label: 'Hash header', type: 'string', help: 'Of an x-consistent-hash exchange: the header that is hashed instead of the routing key.' },
  { key: 'hash-property', label: 'Hash property', type: 'string', value: 'message_id',
    help: 'Of an x-consistent-hash exchange: message_id, correlation_id or timestamp.' },
  { key: 'x-recent-history-length', label: 'History length', type: 'number', example: '20',
    help: 'Of an x-recent-history exchange: number of messages that it keeps.' },
  ...deduplicationArguments,
];

/** The exchange types of this broker; read once, when the dialog opens first. */
const types = signal(null);
const usual = ['direct', 'topic', 'fanout', 'headers'];

async function readTypes() {
  if (types.value === null) {
    const all = (await get('/api/overview')).exchange_types.filter(type => type.enabled).map(type => type.name);
    types.value = [...usual.filter(type => all.includes(type)), ...all.filter(type => !usual.includes(type))];
  }
  return types.value;
}

/** Arguments that a type needs are added to the form by their names. */
const needed = { 'x-delayed-message': 'x-delayed-type', 'x-message-deduplication': 'x-cache-size' };

define({
  id: 'exchange.add',
  label: 'Add exchange…',
  allowed: () => virtualHosts.value.some(hasAccess) ? '' : 'needs configure in a virtual host',
  dialog: async of => ({
    title: 'Add exchange', button: 'Add exchange', wide: true,
    fields: [
      { name: 'name', label: 'Name', required: true, maxBytes: 255, check: (name, values) => lacks('configure', values.vhost, name) },
      { name: 'vhost', label: 'Virtual host', type: 'select', options: virtualHosts.value.filter(hasAccess), value: hasAccess(of.vhost) ? of.vhost
        : undefined },
      { name: 'type', label: 'Type', type: 'select', options: await readTypes() },
      { name: 'durable', label: 'Durable: the exchange survives a restart of the broker', type: 'check', value: true },
      { name: 'auto_delete', label: 'Auto-delete: deleted with its last binding', type: 'check' },
      { name: 'internal', label: 'Internal: messages come from other exchanges only', type: 'check' },
      { name: 'arguments', label: 'Arguments', type: 'pairs', shortcuts: exchangeArguments, check: (pairs, values) =>
        needed[values.type] && !pairs.some(pair => pair.key === needed[values.type]) ? `The type ${values.type} needs the argument ${needed[values.type]}.`
          : '' },
    ],
    text: values => descriptions[values.type] && html`<p class="muted">${descriptions[values.type]}</p>`,
  }),
  request: (_, values) => ({
    method: 'PUT', path: pathOf(values),
    body: { type: values.type, durable: values.durable, auto_delete: values.auto_delete, internal: values.internal,
      arguments: pairsToObject(values.arguments) },
  }),
  command: (_, values) => ['exchanges', 'declare', values.name, values.type, ...inHost(values.vhost), !values.durable && '--transient', values.auto_delete
    && '--auto-delete',
    values.internal && '--internal', ...argumentWords(pairsToObject(values.arguments))],
  done: (_, values) => ({ text: `Exchange ${values.name} was added.`, href: to(['exchanges', values.vhost, values.name]), linkText: 'Open' }),
});

/** The broker refuses to delete its own exchanges. */
const mayDelete = of => of.name === '' || of.name.startsWith('amq.') ? 'the broker needs this exchange' : lacks('configure', of.vhost, of.name);

define({
  id: 'exchange.delete',
  label: 'Delete exchange…',
  danger: true,
  allowed: mayDelete,
  dialog: async of => {
    const [from, into] = await Promise.all(['source', 'destination'].map(end => get(`${pathOf(of)}/bindings/${end}`)));
    return {
      title: html`Delete exchange <${Name} of=${of.name} />`, button: 'Delete exchange',
      text: html`<p>With the exchange go ${amount(from.length + into.length,
        'binding')}: ${count(from.length)} from it, ${count(into.length)} to it. The bound queues and their messages stay.
        ${of.messages_delayed > 0 && html` <b>${amount(of.messages_delayed, 'delayed message')}</b> are lost.`}</p>`,
      fields: [{ name: 'safe', label: 'Only if nothing is bound to it', type: 'check' }],
      confirmName: values => of.messages_delayed > 0 && !values.safe ? of.name : null,
    };
  },
  request: (of, values) => ({ method: 'DELETE', path: `${pathOf(of)}${values.safe ? '?if-unused=true' : ''}` }),
  command: (of, values) => ['exchanges', 'delete', of.name, ...inHost(of.vhost), values.safe && '--if-unused'],
  done: of => {
    const [page, vhost, name] = segments.value;
    if (page === 'exchanges' && vhost === of.vhost && name === of.name)
      open(to(['exchanges']));
    return { text: `Exchange ${of.name} was deleted.` };
  },
});

define({
  id: 'exchanges.delete',
  label: 'Delete…',
  danger: true,
  allowed: ({ rows }) => rows.map(mayDelete).find(Boolean) ?? '',
  dialog: ({ rows }) => ({
    title: `Delete ${amount(rows.length, 'exchange')}`, button: `Delete ${amount(rows.length, 'exchange')}`,
    text: html`<p>With the exchanges go all their bindings. Queues and their messages stay.</p>
      <ul class="name-list">${rows.slice(0, 8).map(row => html`<li key=${row.name}><${Name} of=${row.name} /></li>`)}${rows.length > 8
        && html`<li class="muted">and ${count(rows.length - 8)} more</li>`}</ul>`,
    fields: [{ name: 'safe', label: 'Only those that nothing is bound to', type: 'check' }],
    confirmName: rows.length >= 10 ? `delete ${rows.length}` : null,
  }),
  request: ({ rows }, values) => rows.map(row => ({ method: 'DELETE', path: `${pathOf(row)}${values.safe ? '?if-unused=true' : ''}` })),
  done: ({ rows, clear }) => {
    clear?.();
    return { text: `${amount(rows.length, 'exchange')} deleted.` };
  },
});
