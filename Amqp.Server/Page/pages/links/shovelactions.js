// Actions on shovels.
import { html } from '../../vendor/preact.js';
import { define } from '../../core/actions.js';
import { Name } from '../../parts/names.js';
import { allowed, checkUris, deleting, identity, merged, numberOf, urisOf, urisText, writing } from './parameters.js';

/** The older names of fields have no `src-`. */
const read = (value, name) => value[name] ?? value[name.replace(/^src-|^dest-/, '')];

const uriHelp = 'amqp://user:password@host/vhost; of several, separated by blanks, the first that answers is used. '
  + 'amqp:// is this broker, amqp:///name a virtual host of it.';

const end = (side, word, value) => [
  { name: `${side}Uri`, label: `${word} URI`, wide: true, required: true, value: value ? urisText(value[`${side}-uri`]) : 'amqp://', check: checkUris,
    help: uriHelp },
  { name: `${side}Kind`, label: `${word}`, type: 'select', options: ['queue', 'exchange'], value: value?.[`${side}-exchange`] !== undefined ? 'exchange'
    : 'queue' },
  { name: `${side}Name`, label: `${word} queue or exchange`, required: side === 'src', value: value?.[`${side}-queue`] ?? value?.[`${side}-exchange`] ?? '',
    maxBytes: 255 },
  { name: `${side}Key`, label: `${word} routing key`, value: value?.[`${side}-exchange-key`] ?? '', when: values => values[`${side}Kind`] === 'exchange' },
];

const fieldsOf = of => [
  ...identity(of), ...end('src', 'Source', of.value), ...end('dest', 'Destination', of.value),
  { name: 'ack', label: 'Acknowledge', type: 'select', value: of.value?.['ack-mode'] ?? 'on-confirm',
    options: [{ value: 'on-confirm', label: 'after the destination confirmed' }, { value: 'on-publish', label: 'after publishing' },
      { value: 'no-ack', label: 'at delivery: may lose messages' }] },
  { name: 'prefetch', label: 'Prefetch', type: 'number', value: String(of.value ? read(of.value, 'src-prefetch-count') ?? '' : ''), placeholder: '1000',
    help: 'Messages on the way at the same time.' },
  { name: 'reconnect', label: 'Seconds until it connects again', type: 'number', value: String(of.value?.['reconnect-delay'] ?? ''), placeholder: '5' },
  { name: 'after', label: 'Ends after', value: String(of.value ? read(of.value, 'src-delete-after') ?? of.value['delete-after'] ?? '' : ''),
    placeholder: 'never',
    help: 'never, queue-length for what the queue holds now, or a number of messages.', check: value => /^(never|queue-length|\d+|)$/.test(value) ? ''
      : 'never, queue-length or a number.' },
  { name: 'forward', label: 'Add the header x-shovelled', type: 'check', value: Boolean(of.value && (of.value['dest-add-forward-headers']
    ?? of.value['add-forward-headers'])) },
  { name: 'timestamp', label: 'Add the header x-shovelled-timestamp', type: 'check', value: Boolean(of.value?.['dest-add-timestamp-header']) },
];

function valueOf(of, values) {
  const fields = { 'ack-mode': values.ack, 'reconnect-delay': numberOf(values.reconnect), 'dest-add-forward-headers': values.forward,
    'dest-add-timestamp-header': values.timestamp,
    'src-prefetch-count': numberOf(values.prefetch), 'src-delete-after': /^\d+$/.test(values.after) ? Number(values.after) : values.after,
    'prefetch-count': undefined, 'delete-after': undefined, 'add-forward-headers': undefined };
  for (const side of ['src', 'dest']) {
    const isQueue = values[`${side}Kind`] === 'queue';
    Object.assign(fields, {
      [`${side}-uri`]: urisOf(values[`${side}Uri`]), [`${side}-queue`]: isQueue ? values[`${side}Name`] : undefined,
      [`${side}-exchange`]: isQueue ? undefined : values[`${side}Name`], [`${side}-exchange-key`]: isQueue ? undefined : values[`${side}Key`],
    });
  }
  return merged(of.value, fields);
}

const saving = { allowed, ...writing('shovel', valueOf) };

define({ ...saving, id: 'shovel.add', label: 'Add shovel…', dialog: of => ({ title: 'Add shovel', wide: true, fields: fieldsOf(of), button: 'Add shovel',
  text: html`<p>A shovel takes messages from one end and publishes them at the other.</p>` }) });
define({ ...saving, id: 'shovel.edit', label: 'Edit…', dialog: of => ({ title: html`Shovel <${Name} of=${of.name} />`, wide: true, fields: fieldsOf(of),
  button: 'Save shovel' }) });

define({
  ...deleting('shovel'),
  id: 'shovel.delete',
  label: 'Delete…',
  dialog: of => ({ title: html`Delete shovel <${Name} of=${of.name} />`, text: html`<p>Messages stay where they are.${of.state === 'running'
    ? ' The shovel runs now.' : ''}</p>`, button: 'Delete shovel' }),
  command: of => ['ctl', 'delete_shovel', '-p', of.vhost, of.name],
});

define({
  id: 'shovel.restart',
  label: 'Restart…',
  allowed,
  dialog: of => ({ title: html`Restart shovel <${Name} of=${of.name} />`,
    text: html`<p>It closes its connections and opens them again. Messages on the way may arrive twice.</p>`, button: 'Restart shovel' }),
  request: of => ({ method: 'DELETE', path: `/api/shovels/vhost/${encodeURIComponent(of.vhost)}/${encodeURIComponent(of.name)}/restart` }),
  command: of => ['ctl', 'restart_shovel', '-p', of.vhost, of.name],
  done: of => ({ text: `The shovel ${of.name} starts again.` }),
});
