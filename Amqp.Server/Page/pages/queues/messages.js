// The tab Messages of a queue: look, find, select, and act on all that match. Nothing here takes or marks a message.
import { html, useEffect, useRef, useState } from '../../vendor/preact.js';
import { prefix, query, setQuery } from '../../core/router.js';
import { find as action, run } from '../../core/actions.js';
import { lacks } from '../../core/session.js';
import { useKeys } from '../../core/keys.js';
import { amount, bytes, count, duration } from '../../core/format.js';
import { Grid } from '../../parts/grid.js';
import { ActionButton } from '../../parts/actions.js';
import { Busy, Empty, Fault } from '../../parts/states.js';
import { Name, Age } from '../../parts/names.js';
import { MessageView } from '../../parts/message.js';
import { idCondition, parseFind } from '../../parts/conditions.js';
import { textOf, valueAt } from '../../parts/payload.js';
import { valuesOfMessage } from '../exchanges/publish.js';
import { MOST_BODY, ROWS, messagePath, readWhole, usePeek } from './peek.js';
import { taken } from './take.js';

const LIVE = 2000;
const TRANSFERS = ['queue.move', 'queue.copy', 'queue.replay', 'queue.delete_messages'];

const flags = message => [message.redelivered && 'redelivered', message.delivery_count > 0 && `returned ${message.delivery_count}×`,
  message.priority > 0 && `priority ${message.priority}`, !message.persistent && 'transient'].filter(Boolean);

const preview = message => textOf(message).slice(0, 200).replace(/\s+/g, ' ');

/** Columns that messages in several lists share. */
export const contentColumns = [
  { id: 'routing_key', label: 'Key', title: true, width: 'minmax(120px, 1.2fr)', cell: row => row.unreadable
    ? html`<span class="state is-bad">unreadable</span>` : html`<${Name} of=${row.routing_key} />` },
  { id: 'payload_bytes', label: 'Size', number: true, width: '84px', cell: row => bytes(row.payload_bytes) },
  { id: 'preview', label: 'Payload', width: 'minmax(200px, 3fr)', cell: row => html`<span class="mono"><${Name} of=${preview(row)} /></span>` },
];

const columnsOf = (paths, messages, isNarrow) => [
  { id: 'position', label: '#', number: true, width: '72px', cell: row => count(row.position + 1) },
  ...messages.some(row => row.published_at) ? [{ id: 'age', label: 'Age', number: true, width: '88px', cell: row => html`<${Age} of=${row.published_at} />` }]
    : [],
  ...messages.some(row => row.expires_at) ? [{ id: 'expires', label: 'Expires in', number: true, width: '96px', cell: row => row.expires_at
    ? duration(row.expires_at - Date.now()) : '' }] : [],
  contentColumns[0],
  ...isNarrow ? [] : [{ id: 'exchange', label: 'Exchange', width: 'minmax(80px, 1fr)', cell: row => html`<${Name} of=${row.exchange || '(default)'} />` }],
  ...paths.map(path => ({ id: `json:${path}`, label: path, width: 'minmax(80px, 1fr)', cell: row => html`<${Name} of=${valueAt(row, path)} />` })),
  ...contentColumns.slice(1),
  ...!isNarrow && messages.some(row => flags(row).length > 0) ? [{ id: 'flags', label: 'Marks', width: 'minmax(100px, 1fr)',
    cell: row => flags(row).join(', ') }] : [],
];

/** Saves JSON of the page as a file. */
function save(name, value) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** How to see a payload that is cut: read it, or download it if it is too long for the page. */
export function Whole({ of, message, onRead }) {
  const [error, setError] = useState('');
  const read = () => readWhole(of, message).then(whole => onRead({ ...message, ...whole }), failure => setError(failure.message));
  if (error)
    return html`<span class="muted">${error}</span>`;
  return html`${(message.payload_bytes <= MOST_BODY || message.payload.length < MOST_BODY)
    && html`<button type="button" class="button" onClick=${read}>${message.payload_bytes <= MOST_BODY ? 'Show all of it' : 'Show the first MiB'}</button>`}
    <a class="button" download href=${prefix + messagePath(of, message, '/payload')}>Download</a>`;
}

function Viewer({ of, message, onClose, onRead }) {
  const place = useRef(null);
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), [message.message]);
  const again = () => run('message.publish', { vhost: of.vhost, exchange: '', queue: of.name, values: valuesOfMessage(message) });
  return html`<div class="split-side" ref=${place}><${MessageView} key=${message.message} message=${message} vhost=${of.vhost} onClose=${onClose}
    title=${`Message ${count(message.position + 1)}`} whole=${html`<${Whole} of=${of} message=${message} onRead=${onRead} />`}
    actions=${!message.unreadable && html`<button type="button" class="button" onClick=${again}
      title="Opens the publish dialog with this message">Publish a copy…</button>`} /></div>`;
}

/** Messages that "Take" removed: they may be nowhere else, so they stay in view until they are dismissed. */
function Taken({ of }) {
  const [shown, setShown] = useState(0);
  const got = taken.value;
  if (!got || got.vhost !== of.vhost || got.name !== of.name || got.messages.length === 0)
    return null;
  const message = got.messages[Math.min(shown, got.messages.length - 1)];
  return html`<section class="card taken" aria-label="Taken messages"><header><h2>${amount(got.messages.length, 'taken message')}</h2>
      <span class="muted">Only this page has them, until it is left or reloaded.</span><span class="space"></span>
      <button type="button" class="button" onClick=${() => save('messages.json', got.messages)}>Save</button>
      <button type="button" class="button" onClick=${() => {
        taken.value = null;
      }}>Dismiss</button></header>
    ${got.messages.length > 1 && html`<div class="shortcuts">${got.messages.slice(0, 50).map((_, i) =>
       html`<button type="button" class="chip" key=${i} aria-pressed=${i === shown}
      onClick=${() => setShown(i)}>${i + 1}</button>`)}</div>`}
    <${MessageView} message=${message} vhost=${of.vhost} title=${`Taken message ${shown + 1}`} /></section>`;
}

export function Messages({ of }) {
  const find = query.value.get('find') ?? '';
  const from = Math.max(0, (Number(query.value.get('from')) || 1) - 1);
  const paths = (query.value.get('json') ?? '').split(',').map(path => path.trim()).filter(Boolean);
  const [isLive, setLive] = useState(false);
  const [selected, setSelected] = useState(() => new Map());
  const [open, setOpen] = useState(null);
  const input = useRef(null);
  const lastRow = useRef(null);
  const denied = lacks('read', of.vhost, of.name);
  const peek = usePeek({ vhost: of.vhost, name: of.name, find, offset: from, isLong: paths.length > 0, every: isLive ? LIVE : 0, isOff: denied !== '' });
  useKeys({ f: () => void input.current?.focus() });
  useEffect(() => setSelected(new Map()), [find, from]);
  if (denied)
    return html`<${Empty}><span>The messages are not shown: ${denied}.</span><//>`;
  const { data } = peek;
  const messages = data?.messages ?? [];
  const { conditions } = parseFind(find);
  const onSelect = (row, isRange) => {
    const next = new Map(selected);
    const [a, b] = [messages.findIndex(one => one.message === lastRow.current), messages.findIndex(one => one.message === row.message)];
    if (isRange && a >= 0)
      messages.slice(Math.min(a, b), Math.max(a, b) + 1).forEach(one => next.set(one.message, one));
    else if (!next.delete(row.message))
      next.set(row.message, row);
    lastRow.current = row.message;
    setSelected(next);
  };
  const chosen = [...selected.values()];
  const matching = { ...of, filter: conditions };
  const insert = text => {
    setQuery({ find: `${find}${find && !find.endsWith(' ') ? ' ' : ''}${text}` });
    input.current?.focus();
  };
  return html`<${Taken} of=${of} />
    <div class="list-bar">
      <input ref=${input} class="input filter" type="search" data-filter aria-label="Find messages" placeholder="Find: text, key=eu.*, x-team=eu, body~^.id"
        value=${find}
        onInput=${event => setQuery({ find: event.target.value })} />
      <label class="inline">From <input class="input is-short" inputmode="numeric" aria-label="First position" value=${from + 1}
        onChange=${event => setQuery({ from: Number(event.target.value) > 1 ? event.target.value : '' })} /></label>
      ${from > 0 && html`<button type="button" class="chip" onClick=${() => setQuery({ from: '' })}>Oldest</button>`}
      ${data?.ready > from + ROWS && html`<button type="button" class="chip" onClick=${() => setQuery({ from: data.ready - ROWS + 1 })}>Newest</button>`}
      <label class="inline">Columns
        <input class="input is-short is-wider" aria-label="Columns from JSON or headers" placeholder="id, header.x"
        value=${query.value.get('json') ?? ''}
        onChange=${event => setQuery({ json: event.target.value })} /></label>
      <button type="button" class="button" aria-pressed=${isLive} onClick=${() => setLive(!isLive)}>${isLive ? 'Live: on' : 'Live'}</button>
      <span class="space"></span><${ActionButton} id="queue.take" of=${of} />
    </div>
    <div class="list-bar"><div class="shortcuts" role="group" aria-label="Conditions"><span class="muted">Conditions</span>${
      ['key=', 'header.', 'message_id='].map(text =>
        html`<button type="button" class="chip" key=${text} onClick=${() => insert(text)}>${text}</button>`)}</div>
      <span class="space"></span><span class="muted" role="status">${data && (find
      ? html`${amount(messages.length, 'match')} in ${amount(data.looked, 'message')} looked at, of ${count(data.ready)} ready.`
      : html`${count(messages.length)} of ${amount(data.ready, 'ready message')}. Looking changes nothing.`)}</span></div>
    ${peek.error && html`<${Fault} error=${peek.error} retry=${peek.reload} />`}
    ${peek.isLoading && !isLive && html`<${Busy} />`}
    ${data && messages.length === 0 && !peek.error && (data.ready === 0
      ? html`<${Empty}><span>No message is ready. ${of.messages_unacknowledged > 0 ? `${count(of.messages_unacknowledged)} are unacknowledged.`
        : 'Messages arrive through bindings, or are published here.'}</span>
          <${ActionButton} id="message.publish" of=${of} /><//>`
      : html`<${Empty}><span>${find ? html`Nothing matches <code>${find}</code> so far.` : 'There are no messages from this position on.'}</span>
          <button type="button" class="button" onClick=${() => setQuery({ find: '', from: '' })}>Show all</button><//>`)}
    ${messages.length > 0 && html`<div class=${open ? 'split' : ''}>
      <${Grid} label="Messages" columns=${columnsOf(paths, messages, open !== null)} count=${messages.length} rowAt=${index => messages[index]}
        keyOf=${row => row.message} openKey=${open?.message}
        onOpen=${setOpen} selected=${selected} onSelect=${onSelect} onSelectAll=${isOn => setSelected(new Map(isOn ? messages.map(one => [one.message, one])
          : []))} />
      ${open && html`<${Viewer} of=${of} message=${open} onRead=${setOpen} onClose=${() => setOpen(null)} />`}</div>`}
    ${data && data.next !== null && html`<p class="more"><button type="button" class="button" aria-disabled=${peek.isLoading ? 'true' : undefined}
      onClick=${peek.more}>${
      find ? `Go on from ${count(data.next + 1)}` : 'Load more'}</button></p>`}
    ${data && data.ready > 0 && html`<div class="bulk-bar" role="region" aria-label="Actions on messages">${chosen.length > 0
      ? html`<b>${amount(chosen.length, 'message')} selected</b><${Chosen} of=${of} chosen=${chosen} />
          <button type="button" class="button" onClick=${() => save('messages.json', chosen)}>Save</button>
          <span class="space"></span><button type="button" class="button is-quiet" onClick=${() => setSelected(new Map())}>Clear selection</button>`
      : html`<b>${find ? 'All that match' : `All ${amount(data.ready, 'message')}`}</b>
        ${TRANSFERS.map(id => html`<${ActionButton} key=${id} id=${id} of=${matching}
          label=${id === 'queue.delete_messages' ? 'Delete…' : id === 'queue.replay' ? 'Replay…' : undefined} />`)}<${ActionButton} id="queue.export"
            of=${matching} />`}</div>`}`;
}

/** Actions on selected messages. Jobs choose messages by conditions, so each needs a message id of its own. */
function Chosen({ of, chosen }) {
  const condition = idCondition(chosen);
  if (condition === null)
    return html`<span class="muted">Jobs select by message id, which not all of these have; they can be saved.</span>`;
  const some = { ...of, filter: [condition], limit: chosen.length };
  return TRANSFERS.filter(id => action(id).allowed(some) !== null).map(id => html`<${ActionButton} key=${id} id=${id} of=${some}
    label=${id === 'queue.delete_messages' ? 'Delete…' : id === 'queue.replay' ? 'Replay…' : undefined} />`);
}
