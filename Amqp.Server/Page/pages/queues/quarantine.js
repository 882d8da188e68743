// Messages that the broker failed to process and set aside; of a queue, or of an exchange that delays messages.
import { html, useState } from '../../vendor/preact.js';
import { get, useGet, apiPath } from '../../core/api.js';
import { lacks } from '../../core/session.js';
import { define } from '../../core/actions.js';
import { inHost } from '../../core/commands.js';
import { amount, bytes } from '../../core/format.js';
import { Table } from '../../parts/table.js';
import { ActionButton } from '../../parts/actions.js';
import { Empty, Loaded } from '../../parts/states.js';
import { Name, Moment } from '../../parts/names.js';
import { MessageView } from '../../parts/message.js';

const pathOf = of => `${apiPath(of.kind, of.vhost, of.name)}/quarantine`;
const may = of => lacks(of.kind === 'queues' ? 'read' : 'configure', of.vhost, of.name);
const which = of => of.message ? ['message', of.message] : ['all', '--all'];

define({
  id: 'quarantine.return',
  label: 'Return…',
  allowed: may,
  dialog: of => ({
    title: of.message ? `Return message ${of.message}` : 'Return all quarantined messages', button: of.message ? 'Return message' : 'Return all',
    text: html`<p>${of.message ? 'The message goes' : 'The messages go'} back to ${of.message ? 'its place' : 'their places'} and ${of.message
      ? 'is' : 'are'} processed again. If that fails once more,
      ${of.message ? ' it is' : ' they are'} set aside again.</p>`,
  }),
  request: of => ({ method: 'POST', path: `${pathOf(of)}${of.message ? `/${encodeURIComponent(of.message)}` : ''}/return` }),
  command: of => [of.kind, 'quarantine', 'return', of.name, which(of)[1], ...inHost(of.vhost)],
  done: (of, _, reply) => ({
    text: reply ? `${amount(reply.returned, 'message')} returned${reply.refused > 0 ? `, ${reply.refused} refused` : ''}.` : 'The message was returned.',
  }),
});

define({
  id: 'quarantine.drop',
  label: 'Delete…',
  danger: true,
  allowed: may,
  dialog: of => ({
    title: of.message ? `Delete message ${of.message}` : 'Delete all quarantined messages', button: of.message ? 'Delete message' : 'Delete all',
    text: html`<p>${of.message ? 'The message is' : html`<b>${amount(of.count,
      'quarantined message')}</b> are`} deleted for good. Export what may be needed first.</p>`,
  }),
  request: of => ({ method: 'DELETE', path: `${pathOf(of)}${of.message ? `/${encodeURIComponent(of.message)}` : ''}` }),
  command: of => [of.kind, 'quarantine', 'drop', of.name, which(of)[1], ...inHost(of.vhost)],
  done: (of, _, reply) => ({ text: reply ? `${amount(reply.dropped, 'message')} deleted.` : 'The message was deleted.' }),
});

/** @param {{ of: { kind: 'queues'|'exchanges', vhost: string, name: string } }} props */
export function Quarantine({ of }) {
  const [open, setOpen] = useState(null);
  const data = useGet(pathOf(of), { every: 10_000 });
  const each = row => ({ ...of, message: row.message });
  const columns = [
    { id: 'message', label: 'Message', title: true, width: '120px', cell: row => html`<span class="mono">${row.message}</span>` },
    { id: 'since', label: 'Since', width: 'minmax(160px, 1fr)', cell: row => html`<${Moment} of=${row.since} />` },
    { id: 'error', label: 'Error', width: 'minmax(200px, 3fr)', cell: row => html`<${Name} of=${row.error} />` },
    { id: 'routing_key', label: 'Key', width: 'minmax(100px, 1fr)', cell: row => html`<${Name} of=${row.routing_key ?? ''} />` },
    { id: 'stored_bytes', label: 'Size', number: true, width: '88px', cell: row => bytes(row.stored_bytes) },
    { id: 'actions', label: 'Actions', sortable: false, width: '196px',
      cell: row => html`<span class="cell-actions"><${ActionButton} id="quarantine.return" of=${each(row)} /><${ActionButton} id="quarantine.drop"
        of=${each(row)} /></span>` },
  ];
  const show = async row => {
    const whole = await get(`${pathOf(of)}/${encodeURIComponent(row.message)}`);
    setOpen({ ...whole, payload: whole.payload ?? whole.stored, payload_encoding: 'base64', payload_bytes: whole.payload_bytes ?? whole.stored_bytes });
  };
  return html`<${Loaded} of=${data}>${rows => html`<p class="muted list-note">The broker failed to process these messages. They are kept, and not delivered.</p>
    <${Table} label="Quarantined messages" noun="message" rows=${rows} columns=${columns} keyOf=${row => row.message} onOpen=${show}
      empty=${html`<${Empty}><span>No message is quarantined.</span><//>`}>
      <${ActionButton} id="quarantine.return" of=${of} label="Return all…" /><${ActionButton} id="quarantine.drop" of=${{ ...of, count: rows.length }}
        label="Delete all…" /><//>
    ${open && html`<${MessageView} message=${open} vhost=${of.vhost} title=${`Message ${open.message}`} onClose=${() => setOpen(null)} />`}`}<//>`;
}
