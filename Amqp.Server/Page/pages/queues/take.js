// Take messages from a queue as a consumer does (RabbitMQ's "get"), and save messages as a file.
import { html, signal, useState } from '../../vendor/preact.js';
import { apiPath } from '../../core/api.js';
import { prefix, open, to } from '../../core/router.js';
import { lacks } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { inHost } from '../../core/commands.js';
import { amount } from '../../core/format.js';
import { Dialog } from '../../parts/dialog.js';
import { Commands } from '../../parts/actiondialog.js';
import { Field, faultOf, initialValues } from '../../parts/fields.js';
import { Name } from '../../parts/names.js';
import { filterField, filterWords, limitField, linesOf } from './filter.js';

/** Messages that were taken last: `{ vhost, name, messages }`, or null. They may be nowhere else any more. */
export const taken = signal(null);

const modes = [
  { value: 'ack_requeue_false', label: 'Acknowledge: remove them' },
  { value: 'reject_requeue_false', label: 'Reject: remove or dead-letter them' },
  { value: 'ack_requeue_true', label: 'Return them, marked redelivered' },
  { value: 'reject_requeue_true', label: 'Reject and return them, marked redelivered' },
];
const isLossy = mode => mode.endsWith('false');

define({
  id: 'queue.take',
  label: 'Take and acknowledge…',
  danger: true,
  allowed: ({ vhost, name }) => lacks('read', vhost, name),
  dialog: of => ({
    title: html`Take messages from <${Name} of=${of.name} />`,
    text: values => isLossy(values.ackmode)
      ? html`<p>The first messages are <b>removed from the queue</b> and shown here. To only look at messages, use the tab Messages: it changes nothing.</p>`
      : html`<p>The first messages are delivered and returned. That counts as a delivery: with a delivery limit, messages may be dropped or dead-lettered.</p>`,
    fields: [
      { name: 'ackmode', label: 'Then', type: 'select', options: modes },
      { name: 'count', label: 'Number of messages', type: 'number', value: '1', required: true, check: text => Number(text) >= 1 ? '' : 'At least 1.' },
      { name: 'encoding', label: 'Payload', type: 'select', options: [{ value: 'auto', label: 'text if it is UTF-8' }, { value: 'base64', label: 'base64' }] },
    ],
    button: values => `Take ${amount(Number(values.count) || 0, 'message')}`,
  }),
  request: (of, values) => ({
    method: 'POST', path: `${apiPath('queues', of.vhost, of.name)}/get`,
    body: { ackmode: values.ackmode, count: Number(values.count), encoding: values.encoding },
  }),
  command: (of, values) => values.ackmode.startsWith('reject') ? undefined
    : ['get', of.name, ...inHost(of.vhost), '--count', values.count, isLossy(values.ackmode) && '--ack'],
  done: (of, values, messages) => {
    taken.value = { vhost: of.vhost, name: of.name, messages };
    open(to(['queues', of.vhost, of.name, 'messages']), { replace: true });
    return { text: messages.length === 0 ? `${of.name} has no ready messages.`
      : `${amount(messages.length, 'message')} ${messages.length === 1 ? 'was' : 'were'} ${isLossy(values.ackmode) ? 'taken' : 'shown and returned'}.` };
  },
});

/** A dialog whose button is a download: the browser saves the stream. */
function ExportDialog({ action, of, onClose }) {
  const fields = [limitField(of), filterField(of)];
  const [values, setValues] = useState(() => initialValues(fields));
  const isFaulty = fields.some(field => faultOf(field, values[field.name], values) !== '');
  const request = action.request(of, values);
  return html`<${Dialog} title=${html`Export messages of <${Name} of=${of.name} />`} onClose=${onClose}><form data-dialog=${action.id}
    onSubmit=${event => event.preventDefault()}>
    <p>The ready messages are written to a file, one JSON object a line. The queue does not change.</p>
    <div class="fields">${fields.map(field => html`<${Field} key=${field.name} field=${field} values=${values} showFaults
      onChange=${(name, value) => setValues(old => ({ ...old, [name]: value }))} />`)}</div>
    <${Commands} request=${request} command=${action.command(of, values)} />
    <footer><button type="button" class="button" onClick=${onClose}>Cancel</button>
      <a class="button is-primary" aria-disabled=${isFaulty ? 'true' : undefined} href=${isFaulty ? undefined : prefix + request.path}
        download=${`${of.name.replace(/[^\p{L}\p{N}._-]+/gu, '_').slice(0, 80) || 'messages'}.jsonl`} onClick=${() => setTimeout(onClose, 300)}>Export</a>
          </footer>
  </form><//>`;
}

define({
  id: 'queue.export',
  label: 'Export…',
  view: ExportDialog,
  allowed: ({ vhost, name }) => lacks('read', vhost, name),
  request: (of, values) => {
    const query = new URLSearchParams([...linesOf(values.filter).map(one => ['filter', one]), ...values.limit ? [['limit', values.limit]] : []]);
    return { method: 'GET', path: `${apiPath('queues', of.vhost, of.name)}/messages/export${query.size > 0 ? `?${query}` : ''}` };
  },
  command: (of, values) => ['queues', 'export', of.name, 'messages.jsonl', ...filterWords(of, values)],
});
