// What has happened in the broker: declarations, deletions, logins, changes over the API.
import { html, useCallback, useEffect, useMemo, useState } from '../../vendor/preact.js';
import { get } from '../../core/api.js';
import { query, setQuery } from '../../core/router.js';
import { useTopic } from '../../core/live.js';
import { PageHead, Facts } from '../../parts/page.js';
import { Table } from '../../parts/table.js';
import { Fault, Busy, Empty } from '../../parts/states.js';
import { Name, Moment, Age } from '../../parts/names.js';
import { InfoDialog } from '../../parts/dialog.js';
import { eventText, eventObject } from '../../parts/events.js';
import { objectHref } from '../../parts/problems.js';

const KEPT = 1000;

const columns = [
  { id: 'time', label: 'Age', width: '88px', number: true, cell: row => html`<${Age} of=${row.time} />` },
  { id: 'text', label: 'Event', title: true, width: 'minmax(240px, 4fr)', cell: row => html`<${Name} of=${row.text} />` },
  { id: 'name', label: 'Kind', width: 'minmax(140px, 1fr)' },
  { id: 'user', label: 'User', width: 'minmax(100px, 1fr)', cell: row => row.user && row.user !== 'rmq-internal' && html`<${Name} of=${row.user} />` },
];

const shown = value => value !== null && typeof value === 'object' ? html`<code>${JSON.stringify(value)}</code>` : html`<${Name} of=${String(value)} />`;

export function Events() {
  const kind = query.value.get('kind') ?? '';
  const [events, setEvents] = useState(null);
  const [error, setError] = useState(null);
  const [inView, setInView] = useState(null);
  const add = useCallback(items => setEvents(old => {
    const last = old?.[0]?.seq ?? -1;
    return [...items.filter(item => item.seq > last).map(named).reverse(), ...old ?? []].slice(0, KEPT);
  }), []);
  useTopic('events', add);
  const load = useCallback(() => get(`/api/events?limit=${KEPT}`).then(answer => {
    setError(null);
    setEvents(answer.items.map(named).reverse());
  }, setError), []);
  useEffect(() => {
    load();
    document.addEventListener('page-refresh', load);
    return () => document.removeEventListener('page-refresh', load);
  }, [load]);
  const kinds = useMemo(() => [...new Set((events ?? []).map(event => event.name.split('.')[0]))].sort(), [events]);
  const rows = useMemo(() => (events ?? []).filter(event => !kind || event.name.split('.')[0] === kind), [events, kind]);
  const object = inView && eventObject(inView);
  const href = object && objectHref(object);
  return html`<${PageHead} title="Events" />
    ${error && html`<${Fault} error=${error} retry=${load} />`}
    ${!events && !error && html`<${Busy} />`}
    ${events && html`<${Table} rows=${rows} columns=${columns} noun="event" label="Events" keyOf=${row => String(row.seq)} onOpen=${setInView}
      empty=${html`<${Empty}><span>Events say what is declared, deleted, opened and refused. Nothing has happened since the start.</span><//>`}>
      <select class="select" aria-label="Kind" value=${kind} onChange=${event => setQuery({ kind: event.target.value })}>
        <option value="">All kinds</option>${kinds.map(one => html`<option key=${one} value=${one}>${one}</option>`)}</select><//>`}
    ${inView && html`<${InfoDialog} title=${inView.name} onClose=${() => setInView(null)}>
      <${Facts} of=${[['When', html`<${Moment} of=${inView.time} />`], ['User', inView.user],
        ...Object.entries(inView.facts ?? {}).map(([key, value]) => [key, shown(value)])]} />
      ${href && html`<p><a href=${href} onClick=${() => setInView(null)}>Open the ${object.object}</a></p>`}<//>`}`;
}

const named = event => ({ ...event, text: eventText(event) });
