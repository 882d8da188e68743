// Closing connections: one, several, all of a user. The client gets the reason with 320 CONNECTION_FORCED.
import { html } from '../../vendor/preact.js';
import { define } from '../../core/actions.js';
import { apiPath, get } from '../../core/api.js';
import { session, isAdministrator } from '../../core/session.js';
import { amount, count } from '../../core/format.js';
import { open, segments, to } from '../../core/router.js';
import { Facts } from '../../parts/page.js';
import { Name } from '../../parts/names.js';

const reason = {
  name: 'reason', label: 'Reason', value: 'Closed by an operator', wide: true, maxBytes: 200,
    help: 'The client gets it with the code 320. It may connect again.',
  check: value => /[\r\n\0]/.test(value) ? 'Line breaks are not allowed.' : '',
};

/** The name that a client gave its connection, or ''. Both list rows and objects of the API have one. */
export const clientName = of => of.client_name ?? of.user_provided_name ?? '';

/** The command line refuses other reasons, so no line is shown for them. */
const isAscii = text => /^[\x20-\x7e]*$/.test(text);

const headersOf = values => values.reason ? { 'X-Reason': values.reason } : {};
const mayClose = user => isAdministrator() || user === session.value.user ? '' : 'only administrators close connections of other users';
const closing = (of, values) => ({ method: 'DELETE', path: apiPath('connections', of.name), headers: headersOf(values), mayBeGone: true });

/** Leaves the page of an object that does not exist any more. */
export function leave(place, parts) {
  if (segments.peek()[0] === place && segments.peek().length > 1)
    open(to(parts));
}

/** Connections, with the first few named: whoever closes them knows them by the names that clients gave. */
export function ConnectionNames({ of }) {
  const shown = of.slice(0, 8);
  return html`<ul class="name-list">${shown.map(one => html`<li key=${one.name}><${Name} of=${clientName(one) || one.name} /> <span class="muted">
    ${clientName(one) ? one.name : ''}</span></li>`)}
    ${of.length > shown.length && html`<li class="muted">and ${count(of.length - shown.length)} more</li>`}</ul>`;
}

/** The open connections of a user that the caller sees. */
export const connectionsOf = user =>
  get(`${apiPath('connections', 'username', user)}?disable_stats=true&columns=name,user_provided_name,vhost`).then(list => list ?? []);

define({
  id: 'connection.close',
  label: 'Close connection…',
  danger: true,
  allowed: of => mayClose(of.user),
  dialog: of => ({
    title: 'Close connection',
    text: html`<${Facts} of=${[['Client', clientName(of) && html`<${Name} of=${clientName(of)} />`], ['Connection', of.name],
      ['User', html`<${Name} of=${of.user} />`],
      ['Channels', of.channels]]} /><p>Its unacknowledged messages return to their queues.</p>`,
    fields: [reason],
    button: 'Close connection',
  }),
  request: closing,
  command: (of, values) => isAscii(values.reason) ? ['connections', 'close', of.name, '--reason', values.reason] : undefined,
  done: of => {
    leave('connections', ['connections']);
    return { text: `The connection ${clientName(of) || of.name} was closed.` };
  },
});

define({
  id: 'connections.close',
  label: 'Close…',
  danger: true,
  allowed: ({ rows }) => rows.map(row => mayClose(row.user)).find(Boolean) ?? '',
  dialog: ({ rows }) => ({
    title: `Close ${amount(rows.length, 'connection')}`,
    text: html`<${ConnectionNames} of=${rows} /><p>Unacknowledged messages return to their queues.</p>`,
    fields: [reason],
    button: `Close ${amount(rows.length, 'connection')}`,
  }),
  request: ({ rows }, values) => rows.map(row => closing(row, values)),
  done: ({ rows, clear }) => {
    clear();
    return { text: `${amount(rows.length, 'connection')} closed.` };
  },
});

define({
  id: 'connection.closeuser',
  label: 'Close all of this user…',
  danger: true,
  allowed: of => mayClose(of.user),
  dialog: async of => {
    const all = await connectionsOf(of.user);
    return {
      title: html`Close all connections of <${Name} of=${of.user} />`,
      text: all.length > 0 ? html`<${ConnectionNames} of=${all} /><p>Unacknowledged messages return to their queues.</p>`
        : html`<p>The user has no open connection now.</p>`,
      fields: [reason],
      button: all.length > 0 ? `Close ${amount(all.length, 'connection')}` : 'Close connections',
    };
  },
  request: (of, values) => ({ method: 'DELETE', path: apiPath('connections', 'username', of.user), headers: headersOf(values) }),
  command: (of, values) => isAscii(values.reason) ? ['connections', 'close', '--of-user', of.user, '--reason', values.reason] : undefined,
  done: of => ({ text: `The connections of ${of.user} were closed.` }),
});
