// The dialog that publishes a message. The last ten messages of this browser session are kept in memory, never stored.
import { html, signal } from '../../vendor/preact.js';
import { apiPath } from '../../core/api.js';
import { lacks } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { inHost } from '../../core/commands.js';
import { objectToPairs, pairsToObject } from '../../parts/fields.js';
import { Name, exchangeText } from '../../parts/names.js';
import { headerWords } from './words.js';

const KEPT = 10;
/** The last messages, the newest first: `{ exchange, values }`. */
const last = signal([]);

const propertyFields = [
  { name: 'content_type', label: 'Content type', suggestions: ['application/json', 'text/plain', 'application/octet-stream', 'application/xml'] },
  { name: 'content_encoding', label: 'Content encoding', help: 'Describes the payload, such as gzip.' },
  { name: 'message_id', label: 'Message id' },
  { name: 'correlation_id', label: 'Correlation id' },
  { name: 'reply_to', label: 'Reply to' },
  { name: 'type', label: 'Type' },
  { name: 'app_id', label: 'Application id' },
  { name: 'user_id', label: 'User id', help: 'Must be your own name.' },
  { name: 'expiration', label: 'Expiration', type: 'number', help: 'Milliseconds.' },
  { name: 'priority', label: 'Priority', type: 'number', help: '0 to 255.' },
  { name: 'timestamp', label: 'Timestamp', type: 'number', help: 'Seconds since 1970.' },
];
const numbers = new Set(['priority', 'timestamp']);

function propertiesOf(values) {
  const properties = { delivery_mode: values.persistent ? 2 : 1 };
  for (const { name } of propertyFields)
    if (values[name])
      properties[name] = numbers.has(name) ? Number(values[name]) : values[name];
  const headers = pairsToObject(values.headers);
  return Object.keys(headers).length > 0 ? { ...properties, headers } : properties;
}

/** The values of the form for a message, such as one that shall be published again. */
export function valuesOfMessage(message) {
  const properties = Array.isArray(message.properties) ? {} : message.properties ?? {};
  const { headers, delivery_mode: mode, ...others } = properties;
  return {
    routing_key: message.routing_key, payload: message.payload, payload_encoding: message.payload_encoding === 'base64' ? 'base64' : 'string',
    persistent: mode !== 1, headers: objectToPairs(headers), ...Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
  };
}

const isBase64 = text => /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text) && text.replace(/\s/g, '').length % 4 === 0;
const headerHelp = [
  { key: 'x-delay', label: 'x-delay', type: 'number', example: '60000', help: 'Milliseconds for which a delaying exchange holds the message.' },
  { key: 'CC', label: 'CC', type: 'list', example: '["other.key"]', help: 'Further routing keys.' },
  { key: 'BCC', label: 'BCC', type: 'list', example: '["other.key"]', help: 'Further routing keys, which the message does not show.' },
  { key: 'x-deduplication-header', label: 'Deduplication key', type: 'string', help: 'A message with a key that was seen before is dropped.' },
];

function fieldsOf(of) {
  const given = of.values ?? {};
  const field = (name, rest) => ({ name, value: given[name], ...rest });
  return [
    ...of.queue === undefined ? [field('routing_key', { label: 'Routing key', maxBytes: 255, wide: true, help: of.type === 'fanout' || of.type === 'headers'
      ? `A ${of.type} exchange ignores it.` : undefined })] : [],
    field('payload', { label: 'Payload', type: 'area', rows: 7, check: (text, values) => values.payload_encoding === 'base64' && !isBase64(text)
      ? 'This is not base64.' : '' }),
    field('payload_encoding', { label: 'Payload is', type: 'select',
      options: [{ value: 'string', label: 'text, sent as UTF-8' }, { value: 'base64', label: 'base64, sent as bytes' }] }),
    field('persistent', { label: 'Persistent: survives a restart in a durable queue', type: 'check', value: given.persistent ?? true }),
    field('headers', { label: 'Headers', type: 'pairs', value: given.headers ?? [], shortcuts: headerHelp }),
    ...propertyFields.map(one => field(one.name, { ...one, value: given[one.name] ?? '' })),
  ];
}

function lastMessages(of, setValues) {
  const shown = last.value;
  return shown.length > 0 && html`<div class="shortcuts" role="group" aria-label="Last messages"><span class="muted">Last messages</span>
    ${shown.map((one, i) => html`<button type="button" class="chip" key=${i} title=${one.values.payload.slice(0, 200)} onClick=${() =>
      setValues(old => ({ ...old, ...one.values, routing_key: of.queue === undefined ? one.values.routing_key ?? '' : old.routing_key }))}>
      <${Name} of=${`${one.queue ?? one.values.routing_key ?? ''} ${one.values.payload.slice(0, 24)}`.trim()} /></button>`)}</div>`;
}

const keyOf = (of, values) => of.queue ?? values.routing_key ?? '';

define({
  id: 'message.publish',
  label: 'Publish…',
  key: 'p',
  allowed: of => of.internal ? 'an internal exchange accepts no messages from clients' : lacks('write', of.vhost, of.exchange || 'amq.default'),
  dialog: of => ({
    title: of.queue === undefined ? html`Publish to exchange <${Name} of=${exchangeText(of.exchange)} />` : html`Publish to queue <${Name} of=${of.queue} />`,
    wide: true, button: 'Publish', fields: fieldsOf(of), text: (_, setValues) => lastMessages(of, setValues),
  }),
  request: (of, values) => ({
    method: 'POST', path: `${apiPath('exchanges', of.vhost, of.exchange || 'amq.default')}/publish`,
    body: { routing_key: keyOf(of, values), properties: propertiesOf(values), payload: values.payload, payload_encoding: values.payload_encoding },
  }),
  command: (of, values) => {
    if (values.payload_encoding === 'base64')
      return undefined;
    const { headers, ...properties } = propertiesOf(values);
    return ['publish', keyOf(of, values), values.payload, ...of.exchange ? ['--exchange', of.exchange] : [], ...inHost(of.vhost),
      ...Object.entries(properties).flatMap(([name, value]) => ['--property', `${name}=${value}`]), ...headerWords(headers)];
  },
  done: (of, values, reply) => {
    last.value = [{ exchange: of.exchange, queue: of.queue, values },
      ...last.value.filter(one => JSON.stringify([one.exchange, one.queue, one.values]) !== JSON.stringify([of.exchange, of.queue, values]))].slice(0, KEPT);
    return reply?.routed ? { text: 'The message was published and routed.' }
      : { text: 'The message was published, but reached no queue: nothing is bound for it.', isError: true };
  },
});
