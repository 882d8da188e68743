// What can be done with queues: add, purge, delete, restart.
import { html } from '../../vendor/preact.js';
import { get, apiPath } from '../../core/api.js';
import { open, to, segments } from '../../core/router.js';
import { lacks, hasAccess, isAdministrator, virtualHosts } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { inHost } from '../../core/commands.js';
import { amount, count } from '../../core/format.js';
import { pairsToObject } from '../../parts/fields.js';
import { Name } from '../../parts/names.js';
import { argumentWords } from '../exchanges/words.js';
import { queueArguments } from './shortcuts.js';

/** From this number of messages on, the name must be typed. */
export const MANY = 1000;

const pathOf = ({ vhost, name }) => apiPath('queues', vhost, name);
const isOpen = ({ vhost, name }) => segments.value[0] === 'queues' && segments.value[1] === vhost && segments.value[2] === name;
const sum = (rows, field) => rows.reduce((total, row) => total + (row[field] ?? 0), 0);

/** The first names of several objects. */
const Names = ({ of }) => html`<ul class="name-list">${of.slice(0, 8).map(one => html`<li key=${one.name}><${Name} of=${one.name} />
  <span class="muted"> ${count(one.messages_ready)} ready${one.consumers ? `, ${amount(one.consumers, 'consumer')}` : ''}</span></li>`)}
  ${of.length > 8 && html`<li class="muted">and ${count(of.length - 8)} more</li>`}</ul>`;

define({
  id: 'queue.add',
  label: 'Add queue…',
  allowed: () => virtualHosts.value.some(hasAccess) ? '' : 'needs configure in a virtual host',
  dialog: of => ({
    title: 'Add queue', button: 'Add queue', wide: true,
    fields: [
      { name: 'name', label: 'Name', required: true, maxBytes: 255, check: (name, values) => lacks('configure', values.vhost, name) },
      { name: 'vhost', label: 'Virtual host', type: 'select', options: virtualHosts.value.filter(hasAccess), value: hasAccess(of.vhost) ? of.vhost
        : undefined },
      { name: 'type', label: 'Type', type: 'select', options: [{ value: '', label: 'Default of the virtual host' }, 'classic', 'quorum'],
        help: 'A quorum queue keeps the number of deliveries of its messages over a restart.' },
      { name: 'durable', label: 'Durable: the queue survives a restart of the broker', type: 'check', value: true },
      { name: 'auto_delete', label: 'Auto-delete: deleted with its last consumer', type: 'check' },
      { name: 'arguments', label: 'Arguments', type: 'pairs', shortcuts: queueArguments },
    ],
  }),
  request: (_, values) => ({
    method: 'PUT', path: pathOf(values), body: {
      durable: values.durable, auto_delete: values.auto_delete,
      arguments: { ...values.type && { 'x-queue-type': values.type }, ...pairsToObject(values.arguments) },
    },
  }),
  command: (_, values) => ['queues', 'declare', values.name, ...inHost(values.vhost), ...values.type ? ['--type', values.type] : [],
    !values.durable && '--transient', values.auto_delete && '--auto-delete', ...argumentWords(pairsToObject(values.arguments))],
  done: (_, values) => ({ text: `Queue ${values.name} was added.`, href: to(['queues', values.vhost, values.name]), linkText: 'Open' }),
});

const purgeText = ({ ready, unacknowledged, of }) => html`<p><b>${amount(ready, 'ready message')}</b> of ${of} will be deleted.
  ${unacknowledged > 0 ? ` ${count(unacknowledged)} unacknowledged stay.` : ''}</p>`;

define({
  id: 'queue.purge',
  label: 'Purge messages…',
  danger: true,
  allowed: ({ vhost, name }) => lacks('read', vhost, name),
  dialog: async of => {
    const queue = await get(pathOf(of));
    return {
      title: html`Purge messages of <${Name} of=${of.name} />`, button: `Purge ${amount(queue.messages_ready, 'message')}`,
      text: purgeText({ ready: queue.messages_ready, unacknowledged: queue.messages_unacknowledged, of: html`<${Name} of=${of.name} />` }),
      confirmName: queue.messages_ready >= MANY ? of.name : null,
    };
  },
  request: of => ({ method: 'DELETE', path: `${pathOf(of)}/contents` }),
  command: of => ['queues', 'purge', of.name, ...inHost(of.vhost)],
  done: of => ({ text: `The messages of ${of.name} were purged.` }),
});

define({
  id: 'queue.delete',
  label: 'Delete queue…',
  danger: true,
  allowed: ({ vhost, name }) => lacks('configure', vhost, name),
  dialog: async of => {
    const [queue, all] = await Promise.all([get(pathOf(of)), get(`${pathOf(of)}/bindings`)]);
    const bindings = all.filter(binding => binding.source !== '');
    const isUsed = queue.messages > 0 || queue.consumer_details.length > 0;
    return {
      title: html`Delete queue <${Name} of=${of.name} />`, button: 'Delete queue',
      text: html`${!isUsed && bindings.length === 0 ? html`<p>The queue is empty, unused and not bound.</p>` : html`<p>With the queue go:</p>`}<ul>
        ${queue.messages > 0 && html`<li><b>${amount(queue.messages, 'message')}</b>${queue.messages_unacknowledged > 0
          && `, ${count(queue.messages_unacknowledged)} of them unacknowledged`}</li>`}
        ${queue.consumer_details.length > 0 && html`<li>${amount(queue.consumer_details.length, 'consumer')}${queue.consumer_details.slice(0,
          5).map(one => html`, <${Name} of=${one.consumer_tag} />`)}</li>`}
        ${bindings.length > 0 && html`<li>${amount(bindings.length, 'binding')}${bindings.slice(0,
          5).map(one => html`, <${Name} of=${one.source} /> <code><${Name} of=${one.routing_key} /></code>`)}</li>`}</ul>`,
      fields: [{ name: 'safe', label: 'Only if the queue is empty and unused', type: 'check' }],
      confirmName: values => isUsed && !values.safe ? of.name : null,
    };
  },
  request: (of, values) => ({ method: 'DELETE', path: `${pathOf(of)}${values.safe ? '?if-empty=true&if-unused=true' : ''}` }),
  command: (of, values) => ['queues', 'delete', of.name, ...inHost(of.vhost), values.safe && '--if-empty', values.safe && '--if-unused'],
  done: of => {
    if (isOpen(of))
      open(to(['queues']));
    return { text: `Queue ${of.name} was deleted.` };
  },
});

define({
  id: 'queue.restart',
  label: 'Restart queue…',
  allowed: of => !isAdministrator() || of.state !== 'crashed' ? null : '',
  dialog: of => ({
    title: html`Restart queue <${Name} of=${of.name} />`, button: 'Restart queue',
    text: html`<p>The queue has stopped after an unexpected error. Its consumers were cancelled and its messages are kept. It continues with the restart;
      clients must consume again.</p>`,
  }),
  request: of => ({ method: 'PUT', path: `${pathOf(of)}/restart` }),
  command: of => ['queues', 'restart', of.name, ...inHost(of.vhost)],
  done: of => ({ text: `Queue ${of.name} was restarted.` }),
});

/** The first reason why some of the rows may not be changed. */
const mayAll = (kind, rows) => rows.map(row => lacks(kind, row.vhost, row.name)).find(reason => reason !== '') ?? '';

define({
  id: 'queues.purge',
  label: 'Purge…',
  danger: true,
  allowed: ({ rows }) => mayAll('read', rows),
  dialog: ({ rows }) => {
    const ready = sum(rows, 'messages_ready');
    return {
      title: `Purge messages of ${amount(rows.length, 'queue')}`, button: `Purge ${amount(rows.length, 'queue')}`,
      text: html`${purgeText({ ready, unacknowledged: sum(rows, 'messages_unacknowledged'), of: amount(rows.length, 'queue') })}<${Names} of=${rows} />`,
      confirmName: ready >= MANY ? `purge ${rows.length}` : null,
    };
  },
  request: ({ rows }) => rows.map(row => ({ method: 'DELETE', path: `${pathOf(row)}/contents` })),
  done: ({ rows, clear }) => {
    clear?.();
    return { text: `${amount(rows.length, 'queue')} purged.` };
  },
});

define({
  id: 'queues.delete',
  label: 'Delete…',
  danger: true,
  allowed: ({ rows }) => mayAll('configure', rows),
  dialog: ({ rows }) => {
    const [messages, consumers] = [sum(rows, 'messages'), sum(rows, 'consumers')];
    return {
      title: `Delete ${amount(rows.length, 'queue')}`, button: `Delete ${amount(rows.length, 'queue')}`,
      text: html`<p>With the queues go <b>${amount(messages, 'message')}</b>, ${amount(consumers, 'consumer')} and all their bindings.</p><${Names} of=${rows}
        />`,
      fields: [{ name: 'safe', label: 'Only those that are empty and unused', type: 'check' }],
      confirmName: values => (messages > 0 || consumers > 0) && !values.safe ? `delete ${rows.length}` : null,
    };
  },
  request: ({ rows }, values) => rows.map(row => ({ method: 'DELETE', path: `${pathOf(row)}${values.safe ? '?if-empty=true&if-unused=true' : ''}` })),
  done: ({ rows, clear }) => {
    clear?.();
    return { text: `${amount(rows.length, 'queue')} deleted.` };
  },
});
