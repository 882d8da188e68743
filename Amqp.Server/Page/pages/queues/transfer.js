// Move, copy, replay and delete messages of a queue as jobs: first a dry run that counts, then the job itself.
import { html, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { send, apiPath, useGet } from '../../core/api.js';
import { to } from '../../core/router.js';
import { lacks } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { toast } from '../../core/toasts.js';
import { option } from '../../core/commands.js';
import { amount, count } from '../../core/format.js';
import { Dialog } from '../../parts/dialog.js';
import { Field, faultOf, initialValues } from '../../parts/fields.js';
import { Commands } from '../../parts/actiondialog.js';
import { JobLine, Skipped, cancelJob, jobText, useJob } from '../../parts/job.js';
import { Name } from '../../parts/names.js';
import { filterField, filterWords, limitField, linesOf } from './filter.js';
import { announceJob } from './jobs.js';
import { MANY } from './actions.js';

const mayPublish = of => name => lacks('write', of.vhost, name || 'amq.default');
const targetFields = (queues, of) => [
  { name: 'to', label: 'To', type: 'select', options: [{ value: 'queue', label: 'a queue' }, { value: 'exchange', label: 'an exchange' }] },
  { name: 'queue', label: 'Queue', required: true, suggestions: queues, when: values => values.to === 'queue', check: () => mayPublish(of)('') },
  { name: 'exchange', label: 'Exchange', required: true, when: values => values.to === 'exchange', check: mayPublish(of) },
  { name: 'routing_key', label: 'Routing key', when: values => values.to === 'exchange', help: 'Empty: each message keeps its own.' },
];

const common = 'Unacknowledged messages and those that arrive later are not part of it; consumers go on meanwhile.';
const kinds = {
  move: {
    label: 'Move…', verb: 'Move', path: 'move', fields: targetFields, key: 'm',
    text: `Moved messages keep body, properties, headers and order. The limits, TTL and dead-letter rules of the target apply.
      A target that is full ends the job. ${common}`,
  },
  copy: {
    label: 'Copy…', verb: 'Copy', path: 'copy', fields: targetFields,
    text: `The messages stay, and copies of them are published. The limits, TTL and dead-letter rules of the target apply. ${common}`,
  },
  replay: {
    label: 'Replay dead letters…', verb: 'Replay', path: 'replay', auto: true,
    fields: () => [
      { name: 'to', label: 'To', type: 'select', options: [{ value: '', label: 'where each message died first' },
        { value: 'exchange', label: 'an exchange' }] },
      { name: 'exchange', label: 'Exchange', required: true, when: values => values.to === 'exchange',
        help: 'Each message is published with its first routing key.' },
    ],
    text: `The target is read from x-death. Each message gets the exchange and the key that it had before its first death,
      and loses the headers of its deaths. ${common}`,
  },
  delete: {
    label: 'Delete matching…', verb: 'Delete', path: 'delete', auto: true, danger: true, fields: () => [],
    text: `The matching messages are deleted. They do not become dead letters. ${common}`,
  },
};

function bodyOf(kind, values) {
  const isQueue = kind !== 'replay' && values.to === 'queue';
  const target = kind === 'delete' ? {} : isQueue ? { destination_queue: values.queue }
    : values.to === 'exchange' ? { destination_exchange: values.exchange || 'amq.default', ...values.routing_key && { routing_key: values.routing_key } } : {};
  const filter = linesOf(values.filter);
  return { ...target, ...filter.length > 0 && { filter }, ...values.limit && { limit: Number(values.limit) } };
}

function commandOf(kind, of, values) {
  const shared = filterWords(of, values);
  if (kind === 'replay')
    return ['queues', 'replay-dead-letters', of.name, ...values.to ? ['--to', values.exchange] : [], ...shared];
  if (kind === 'delete')
    return ['queues', 'delete-messages', of.name, ...shared, !values.limit && linesOf(values.filter).length === 0 && '--all'];
  return ['queues', kind, of.name, ...values.to === 'queue' ? [values.queue] : ['--exchange', values.exchange, ...option('--routing-key', values.routing_key)],
    ...shared];
}

function TransferDialog({ action, of, onClose }) {
  const { kind } = action;
  const about = kinds[kind];
  const queues = useGet(about.fields === targetFields ? `/api/queues?limit=100&vhost=${encodeURIComponent(of.vhost)}` : null);
  const names = (queues.data?.items ?? []).map(one => one.name).filter(name => name !== of.name);
  const fields = useMemo(() => [...about.fields(names, of), limitField(of), filterField(of)], [names.length]);
  const [values, setValues] = useState(() => initialValues(fields));
  const [isAsked, setAsked] = useState(false);
  const [typed, setTyped] = useState('');
  const [job, setJob] = useJob();
  const [checked, setChecked] = useState('');
  const [error, setError] = useState(null);
  const isFaulty = fields.some(field => faultOf(field, values[field.name], values) !== '');
  const body = isFaulty ? null : bodyOf(kind, values);
  const now = JSON.stringify(body);
  const request = isFaulty ? null : action.request(of, values);
  const isChecked = checked === now && job?.state === 'completed';
  const found = isChecked ? job.messages_done : 0;
  const isGuarded = about.danger && found >= MANY && typed !== of.name;

  const check = async () => {
    setAsked(true);
    if (isFaulty || isRunning)
      return;
    if (job?.state === 'running')
      cancelJob(job); // it counts for other values
    setError(null);
    setChecked(now);
    try {
      setJob(await send('POST', request.path, { ...body, dry_run: true }));
    } catch (failure) {
      setError(failure);
    }
  };
  const start = async () => {
    setError(null);
    try {
      await send('POST', request.path, body);
      onClose();
      announceJob();
      toast(`${about.verb} ${amount(found, 'message')} of ${of.name}: the job has started.`, { href: to(['queues', of.vhost, of.name]), linkText: 'Queue' });
    } catch (failure) {
      setError(failure);
    }
  };
  useEffect(() => {
    if (about.auto)
      check();
  }, []);
  const close = () => {
    if (job?.state === 'running')
      cancelJob(job);
    onClose();
  };
  const submit = event => {
    event.preventDefault();
    if (!isChecked)
      check();
    else if (found > 0 && !isGuarded)
      start();
  };
  const change = (name, value) => setValues(old => ({ ...old, [name]: value }));
  const isRunning = job?.state === 'running' && checked === now;
  return html`<${Dialog} title=${html`${about.verb} messages of <${Name} of=${of.name} />`} onClose=${close} wide><form onSubmit=${submit}
    data-dialog=${action.id} novalidate>
    <p>${about.text}</p>
    <div class="fields">${fields.map(field => html`<${Field} key=${field.name} field=${field} values=${values} onChange=${change} showFaults=${isAsked}
      />`)}</div>
    <div aria-live="polite" class="stack">${isRunning ? html`<${JobLine} job=${job} />`
      : isChecked ? html`<div class=${found > 0 ? 'note-box' : 'warn-box'}><p><b>${jobText(job)}</b>${job.messages_looked_at !== found
        && ` ${count(job.messages_looked_at)} looked at.`}</p><${Skipped}
        job=${job} /></div>`
        : checked === now && job && html`<div class="fault-box"><b>${jobText(job)}</b></div>`}</div>
    ${about.danger && found >= MANY && html`<div class="field"><label for="confirm-name">Type <b><${Name} of=${of.name} /></b> to confirm</label>
      <input class="input" id="confirm-name" autocomplete="off" spellcheck="false" value=${typed} onInput=${event => setTyped(event.target.value)} /></div>`}
    ${error && html`<div class="fault-box" role="alert"><b>${error.message}</b></div>`}
    ${request && html`<${Commands} request=${request} command=${action.command(of, values)} />`}
    <footer><button type="button" class="button" data-focus onClick=${close}>Cancel</button>
      <button type="button" class=${isChecked ? 'button' : 'button is-primary'} aria-disabled=${isRunning ? 'true' : undefined}
        onClick=${check}>${isRunning ? 'Counting …' : 'Dry run'}</button>
      <button type="submit" class=${`button${isChecked ? ' is-primary' : ''}${about.danger ? ' is-danger' : ''}`}
        aria-disabled=${!isChecked || found === 0 || isGuarded ? 'true' : undefined}
        title=${isChecked ? undefined : 'The dry run comes first'}>${about.verb}${isChecked ? ` ${amount(found, 'message')}` : ''}</button></footer>
  </form><//>`;
}

for (const [kind, about] of Object.entries(kinds))
  define({
    id: kind === 'delete' ? 'queue.delete_messages' : `queue.${kind}`, kind, label: about.label, key: about.key, danger: about.danger, view: TransferDialog,
    allowed: ({ vhost, name }) => lacks('read', vhost, name),
    request: (of, values) => ({ method: 'POST', path: `${apiPath('queues', of.vhost, of.name)}/messages/${about.path}`, body: bodyOf(kind, values) }),
    command: (of, values) => commandOf(kind, of, values),
  });
