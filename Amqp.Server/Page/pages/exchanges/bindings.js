// Bindings of a queue or exchange: tables, and the actions that add and remove one.
import { html } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { lacks } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { inHost } from '../../core/commands.js';
import { pairsToObject } from '../../parts/fields.js';
import { Table } from '../../parts/table.js';
import { ActionButton } from '../../parts/actions.js';
import { Empty, Loaded } from '../../parts/states.js';
import { ExchangeLink, Name, QueueLink, exchangeText } from '../../parts/names.js';
import { valueText } from '../../parts/message.js';
import { argumentWords } from './words.js';

const named = name => name === '' ? 'amq.default' : name;
const pathOf = ({ vhost, source, destination, destination_type: type }) => apiPath('bindings', vhost, 'e', named(source), type === 'queue' ? 'q' : 'e',
  named(destination));

/** The reason why a binding may not be changed, or ''. */
const mayBind = ({ vhost, source, destination, destination_type: type }) =>
  lacks('write', vhost, type === 'exchange' ? named(destination) : destination) || lacks('read', vhost, named(source));

/** The binding that the form of an object describes. */
function bindingOf(of, values) {
  const to = values.direction ?? 'from';
  const other = values.other ?? '';
  const mine = { vhost: of.vhost, routing_key: values.routing_key, arguments: pairsToObject(values.arguments) };
  if (of.bindKind === 'queue')
    return { ...mine, source: other, destination: of.name, destination_type: 'queue' };
  return to === 'from' ? { ...mine, source: other, destination: of.name, destination_type: 'exchange' }
    : { ...mine, source: of.name, destination: other, destination_type: to };
}

const matchHelp = [
  { key: 'x-match', label: 'x-match', type: 'string', value: 'all',
    help: 'For a headers exchange: all, any, all-with-x or any-with-x of the other arguments must match.' },
];

const fault = (of, _, values) => mayBind(bindingOf(of, { arguments: [], ...values }));

define({
  id: 'binding.add',
  label: 'Add binding…',
  allowed: of => of.bindKind === 'queue' ? lacks('write', of.vhost, of.name) : of.name === '' ? 'the default exchange is bound to every queue by itself'
    : lacks('read', of.vhost, of.name) && lacks('write', of.vhost, of.name),
  dialog: of => ({
    title: of.bindKind === 'queue' ? html`Bind queue <${Name} of=${of.name} />` : html`Bind exchange <${Name} of=${of.name} />`, button: 'Add binding',
    fields: [
      ...of.bindKind === 'queue' ? [] : [{ name: 'direction', label: 'Direction', type: 'select', options: [
        { value: 'queue', label: 'to a queue' }, { value: 'exchange', label: 'to an exchange' }, { value: 'from', label: 'from an exchange' }] }],
      { name: 'other', label: of.bindKind === 'queue' ? 'From exchange' : 'Queue or exchange', required: true, maxBytes: 255,
        check: (value, values) => fault(of, value, values) },
      { name: 'routing_key', label: 'Routing key', maxBytes: 255,
        help: 'Of a topic exchange: a pattern, in which * stands for one word and # for any number of words.' },
      { name: 'arguments', label: 'Arguments', type: 'pairs', shortcuts: matchHelp },
    ],
  }),
  request: (of, values) => {
    const binding = bindingOf(of, values);
    return { method: 'POST', path: pathOf(binding), body: { routing_key: binding.routing_key, arguments: binding.arguments } };
  },
  command: (of, values) => {
    const binding = bindingOf(of, values);
    return ['bindings', 'declare', binding.source, binding.destination, binding.routing_key, binding.destination_type === 'exchange' && '--to-exchange',
      ...argumentWords(binding.arguments), ...inHost(of.vhost)];
  },
  done: (of, values) => {
    const { source, destination } = bindingOf(of, values);
    return { text: `${destination} was bound to ${source}.` };
  },
});

define({
  id: 'binding.remove',
  label: 'Remove…',
  danger: true,
  allowed: of => of.source === '' ? 'the binding to the default exchange exists as long as the queue' : mayBind(of),
  dialog: of => ({
    title: 'Remove binding', button: 'Remove binding',
    text: html`<p><${Name} of=${exchangeText(of.source)} /> will route no more messages to <${Name} of=${of.destination} />
      ${of.routing_key ? html` by <code><${Name} of=${of.routing_key} /></code>` : ' by this binding'}. Messages that were routed already stay.</p>`,
  }),
  request: of => ({ method: 'DELETE', path: `${pathOf(of)}/${encodeURIComponent(of.properties_key)}` }),
  command: of => ['bindings', 'delete', of.source, of.destination, of.routing_key, of.destination_type === 'exchange' && '--to-exchange',
    ...argumentWords(of.arguments ?? {}), ...inHost(of.vhost)],
  done: () => ({ text: 'The binding was removed.' }),
});

const argumentText = row => Object.entries(row.arguments ?? {}).map(([name, value]) => `${name}=${valueText(value)}`).join(', ');

const columnsOf = end => [
  ...end !== 'source' ? [{ id: 'source', label: 'From exchange', title: true, width: 'minmax(160px, 2fr)',
    cell: row => html`<${ExchangeLink} vhost=${row.vhost} name=${row.source} />` }] : [],
  ...end === 'source' ? [
    { id: 'destination', label: 'To', title: true, width: 'minmax(160px, 2fr)', cell: row => row.destination_type === 'queue'
      ? html`<${QueueLink} vhost=${row.vhost} name=${row.destination} />` : html`<${ExchangeLink} vhost=${row.vhost} name=${row.destination} />` },
    { id: 'destination_type', label: 'Type', width: '96px' },
  ] : [],
  { id: 'routing_key', label: 'Routing key', width: 'minmax(120px, 2fr)', cell: row => html`<span class="mono"><${Name} of=${row.routing_key} /></span>` },
  { id: 'arguments', label: 'Arguments', width: 'minmax(120px, 2fr)', value: argumentText, cell: row => html`<${Name} of=${argumentText(row)} />` },
  { id: 'remove', label: 'Action', sortable: false, width: '108px', cell: row => row.source === '' ? html`<span class="muted">implicit</span>`
    : html`<${ActionButton} id="binding.remove" of=${row} />` },
];

const textOf = row => `${row.source} ${row.destination} ${row.routing_key} ${argumentText(row)}`;
const keyOf = row => `${row.source}\n${row.destination_type}\n${row.destination}\n${row.properties_key}`;

/** A table of bindings that one end of them shares. @param {{ path: string, end: 'source'|'destination', add?: any, empty: any }} props */
function Bindings({ path, end, label, add, empty }) {
  const data = useGet(path, { every: 10_000 });
  return html`<${Loaded} of=${data}>${rows => html`<${Table} label=${label} noun="binding" rows=${rows} columns=${columnsOf(end)} keyOf=${keyOf}
    textOf=${textOf} empty=${empty}>
    ${add && html`<${ActionButton} id="binding.add" of=${add} />`}<//>`}<//>`;
}

/** The bindings of a queue, or both ways those of an exchange. */
export function BindingsOf({ of, kind }) {
  const add = { ...of, bindKind: kind };
  if (kind === 'queue')
    return html`<${Bindings} path=${`${apiPath('queues', of.vhost, of.name)}/bindings`} end="destination" label="Bindings" add=${add} />`;
  const path = `${apiPath('exchanges', of.vhost, named(of.name))}/bindings`;
  return html`<section class="stack"><h2>From this exchange</h2><${Bindings} path=${`${path}/source`} end="source" label="Bindings from this exchange"
    add=${add}
      empty=${html`<${Empty}><span>Nothing is bound: messages that arrive here reach no queue.</span><//>`} /></section>
    ${of.name !== '' && html`<section class="stack below"><h2>To this exchange</h2><${Bindings} path=${`${path}/destination`} end="destination"
      label="Bindings to this exchange"
      empty=${html`<${Empty}><span>No other exchange routes to this one. Clients publish to it directly.</span><//>`} /></section>`}`;
}

