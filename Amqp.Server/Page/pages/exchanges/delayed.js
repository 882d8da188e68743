// The tab Delayed of an x-delayed-message exchange: the messages that it holds, in the order in which they are due.
import { html, useState } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { lacks, brokerNow } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { inHost } from '../../core/commands.js';
import { amount, count, duration } from '../../core/format.js';
import { Table } from '../../parts/table.js';
import { ActionButton } from '../../parts/actions.js';
import { Empty, Loaded } from '../../parts/states.js';
import { Moment, Name } from '../../parts/names.js';
import { MessageView } from '../../parts/message.js';
import { contentColumns } from '../queues/messages.js';

const PAGE = 100;
const MOST = 1000;
const pathOf = of => `${apiPath('exchanges', of.vhost, of.name)}/delayed`;

define({
  id: 'delayed.cancel',
  label: 'Cancel…',
  danger: true,
  allowed: ({ vhost, name }) => lacks('configure', vhost, name),
  dialog: of => ({
    title: 'Cancel the delayed message', button: 'Cancel delivery',
    text: html`<p>The message with the key <code><${Name} of=${of.routing_key} /></code> is deleted. It will never be delivered.</p>`,
  }),
  request: of => ({ method: 'DELETE', path: `${pathOf(of)}/${encodeURIComponent(of.id)}` }),
  command: of => ['delayed', 'cancel', of.name, of.id, ...inHost(of.vhost)],
  done: () => ({ text: 'The delayed message was deleted.' }),
});

export function Delayed({ of }) {
  const [limit, setLimit] = useState(PAGE);
  const [open, setOpen] = useState(null);
  const denied = lacks('read', of.vhost, of.name);
  const data = useGet(denied ? null : `${pathOf(of)}?limit=${limit}`, { every: 5000 });
  if (denied)
    return html`<${Empty}><span>The messages are not shown: ${denied}.</span><//>`;
  const columns = [
    { id: 'due', label: 'Due in', number: true, width: '104px', cell: row => duration(Math.max(0, row.due - brokerNow())) },
    { id: 'at', label: 'Due at', width: 'minmax(180px, 1fr)', value: row => row.due, cell: row => html`<${Moment} of=${row.due} />` },
    ...contentColumns,
    { id: 'cancel', label: 'Action', sortable: false, width: '104px', cell: row => html`<${ActionButton} id="delayed.cancel"
      of=${{ vhost: of.vhost, name: of.name, id: row.id, routing_key: row.routing_key }} />` },
  ];
  return html`<${Loaded} of=${data}>${answer => html`<p class="muted list-note">${amount(answer.messages_delayed, 'message')} ${answer.messages_delayed === 1
    ? 'waits' : 'wait'}${
      answer.messages_delivering > 0 ? `, ${count(answer.messages_delivering)} of them due` : ''}${answer.messages_loading > 0
        ? `, ${count(answer.messages_loading)} still loading` : ''}.</p>
    <div class=${open ? 'split' : ''}><${Table} label="Delayed messages" noun="message" rows=${answer.messages} columns=${columns} keyOf=${row => row.id}
      onOpen=${setOpen}
      empty=${html`<${Empty}><span>No message waits. A message waits here for the milliseconds in its header x-delay.</span><${ActionButton}
        id="message.publish" of=${of} /><//>`} />
      ${open && html`<div class="split-side"><${MessageView} message=${open} vhost=${of.vhost} title=${`Message ${open.id}`} onClose=${() => setOpen(null)} />
        </div>`}</div>
    ${answer.next_offset !== null && limit < MOST && html`<p class="more"><button type="button" class="button"
      onClick=${() => setLimit(MOST)}>Show ${count(MOST)}</button></p>`}`}<//>`;
}
