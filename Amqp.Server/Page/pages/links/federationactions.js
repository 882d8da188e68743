// Actions on federation: upstreams, sets of upstreams, links.
import { html } from '../../vendor/preact.js';
import { define } from '../../core/actions.js';
import { Name } from '../../parts/names.js';
import { allowed, checkUris, deleting, identity, merged, numberOf, urisOf, urisText, writing } from './parameters.js';

const text = (of, name) => String(of.value?.[name] ?? '');

const upstreamFields = of => [
  ...identity(of),
  { name: 'uri', label: 'URI', wide: true, required: true, value: of.value ? urisText(of.value.uri) : '', placeholder: 'amqp://user:password@host',
    check: checkUris,
    help: 'Of the other broker; of several, separated by blanks, any that answers is used. amqp:///name is a virtual host of this broker.' },
  { name: 'exchange', label: 'Exchange there', value: text(of, 'exchange'), placeholder: 'the name here' },
  { name: 'queue', label: 'Queue there', value: text(of, 'queue'), placeholder: 'the name here' },
  { name: 'ack', label: 'Acknowledge', type: 'select', value: of.value?.['ack-mode'] ?? 'on-confirm',
    options: [{ value: 'on-confirm', label: 'after this broker confirmed' }, { value: 'on-publish', label: 'after publishing' },
      { value: 'no-ack', label: 'at delivery: may lose messages' }] },
  { name: 'prefetch', label: 'Prefetch', type: 'number', value: text(of, 'prefetch-count'), placeholder: '1000' },
  { name: 'reconnect', label: 'Seconds until it connects again', type: 'number', value: text(of, 'reconnect-delay'), placeholder: '5' },
  { name: 'hops', label: 'Max hops', type: 'number', value: text(of, 'max-hops'), placeholder: '1',
    help: 'Links that a message may pass. More than 1 for chains and rings of brokers.' },
  { name: 'expires', label: 'Expires', type: 'number', value: text(of, 'expires'), placeholder: 'never',
    help: 'Milliseconds without the link after which its queue there is deleted.' },
  { name: 'ttl', label: 'Message TTL', type: 'number', value: text(of, 'message-ttl'), placeholder: 'no limit',
    help: 'Milliseconds that messages wait in this queue.' },
  { name: 'trust', label: 'Keep the property user-id of messages', type: 'check', value: of.value?.['trust-user-id'] === true },
];

const upstreamOf = (of, values) => merged(of.value, {
  uri: urisOf(values.uri), exchange: values.exchange, queue: values.queue, 'ack-mode': values.ack, 'prefetch-count': numberOf(values.prefetch),
    'reconnect-delay': numberOf(values.reconnect),
  'max-hops': numberOf(values.hops), expires: numberOf(values.expires), 'message-ttl': numberOf(values.ttl), 'trust-user-id': values.trust,
});

const upstream = { allowed, ...writing('federation-upstream', upstreamOf) };

define({ ...upstream, id: 'upstream.add', label: 'Add upstream…', dialog: of => ({ title: 'Add upstream', wide: true, fields: upstreamFields(of),
  button: 'Add upstream',
  text: html`<p>An upstream is another broker. A policy with the key federation-upstream says which exchanges and queues get its messages.</p>` }) });
define({ ...upstream, id: 'upstream.edit', label: 'Edit…', dialog: of => ({ title: html`Upstream <${Name} of=${of.name} />`, wide: true,
  fields: upstreamFields(of), button: 'Save upstream' }) });
define({
  ...deleting('federation-upstream'), id: 'upstream.delete', label: 'Delete…',
  dialog: of => ({ title: html`Delete upstream <${Name} of=${of.name} />`,
    text: html`<p>Its links end at once, and their queues there are deleted with the messages that wait in them.</p>`, button: 'Delete upstream' }),
});

const setFields = of => [
  ...identity(of), { name: 'upstreams', label: 'Upstreams', type: 'area', rows: 4, required: true,
    value: (of.value ?? []).map(one => one.upstream).join('\n'), help: 'One name a line.' },
];
/** Elements of a set may replace fields of their upstream; those stay. */
const setOf = (of, values) => values.upstreams.split('\n').map(line => line.trim()).filter(Boolean).map(name => of.value?.find(one => one.upstream === name)
  ?? { upstream: name });
const set = { allowed, ...writing('federation-upstream-set', setOf) };

define({ ...set, id: 'upstreamset.add', label: 'Add set…', dialog: of => ({ title: 'Add set of upstreams', fields: setFields(of), button: 'Add set' }) });
define({ ...set, id: 'upstreamset.edit', label: 'Edit…', dialog: of => ({ title: html`Set <${Name} of=${of.name} />`, fields: setFields(of),
  button: 'Save set' }) });
define({
  ...deleting('federation-upstream-set'), id: 'upstreamset.delete', label: 'Delete…',
  dialog: of => ({ title: html`Delete set <${Name} of=${of.name} />`, text: html`<p>Links of policies that name the set end. The upstreams stay.</p>`,
    button: 'Delete set' }),
});

define({
  id: 'link.restart',
  label: 'Restart…',
  allowed,
  dialog: of => ({ title: html`Restart the link of <${Name} of=${of.exchange ?? of.queue} />`,
    text: html`<p>It closes its connections and opens them again. Messages on the way may arrive twice.</p>`, button: 'Restart link' }),
  request: of => ({ method: 'DELETE', path: `/api/federation-links/vhost/${[of.vhost, of.id, of.node].map(encodeURIComponent).join('/')}/restart` }),
  command: of => ['ctl', 'restart_federation_link', of.id],
  done: () => ({ text: 'The link starts again.' }),
});
