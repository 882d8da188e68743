// Overview: what is wrong, the totals now, their charts, the busiest queues, the latest events.
import { html, useMemo, useState, useCallback } from '../vendor/preact.js';
import { useGet } from '../core/api.js';
import { query, to } from '../core/router.js';
import { overview, problems, useTopic } from '../core/live.js';
import { isMonitoring, session } from '../core/session.js';
import { amount, count, rate, bytes, duration, clock, short } from '../core/format.js';
import { PageHead, Figures } from '../parts/page.js';
import { Chart } from '../parts/chart.js';
import { Ranges, sampleQuery, depths, growths, range } from '../parts/samples.js';
import { Problems } from '../parts/problems.js';
import { Busy, Loaded } from '../parts/states.js';
import { QueueLink, Name } from '../parts/names.js';
import { eventText } from '../parts/events.js';

/** Problems shown at first, so that the totals stay on the first screen. Critical ones are always shown. */
const FIRST = matchMedia('(max-width: 760px)').matches ? 2 : 4;

function Attention() {
  const [isWhole, setWhole] = useState(false);
  const all = problems.value;
  if (all === null)
    return html`<section class="card"><header><h2>Needs attention</h2></header><p class="muted">Looking …</p><${Busy} isFirst /></section>`;
  const of = severity => all.filter(one => one.severity === severity).length;
  const notices = of('info');
  const problemCount = all.length - notices;
  const amounts = [problemCount > 0 && amount(problemCount, 'problem'), notices > 0 && amount(notices, 'notice')].filter(Boolean);
  const limit = isWhole || all.length <= FIRST + 1 ? all.length : Math.max(FIRST, of('critical'));
  return html`<section class="card"><header><h2>Needs attention</h2><span class="muted">${amounts.join(', ')}</span></header>
    ${all.length === 0 ? html`<p class="muted"><span class="state">Nothing is wrong.</span></p>`
      : html`<${Problems} of=${all} limit=${limit} />`}
    ${all.length > FIRST + 1 && html`<button type="button" class="link-button" aria-expanded=${isWhole}
      onClick=${() => setWhole(!isWhole)}>${
      isWhole ? 'Show fewer' : `Show all ${count(all.length)}`}</button>`}</section>`;
}

function Totals({ vhost }) {
  const now = overview.value;
  const filter = { vhost };
  return html`<${Figures} of=${[
    { name: 'Ready', value: short(now?.totals.messages_ready), href: to(['queues'], { ...filter, sort: '-messages_ready' }) },
    { name: 'Unacked', value: short(now?.totals.messages_unacknowledged), href: to(['queues'], { ...filter, sort: '-messages_unacknowledged' }) },
    { name: 'In', value: rate(now?.rates.publish), unit: '/s', href: to(['queues'], { ...filter, sort: '-publish_rate' }) },
    { name: 'Out', value: rate(now?.rates.deliver_get), unit: '/s', href: to(['queues'], { ...filter, sort: '-deliver_rate' }) },
    { name: 'Queues', value: count(now?.counts.queues), href: to(['queues'], filter) },
    { name: 'Exchanges', value: count(now?.counts.exchanges), href: to(['exchanges'], filter) },
    { name: 'Connections', value: count(now?.counts.connections), href: to(['connections'], filter) },
    { name: 'Channels', value: count(now?.counts.channels), href: to(['channels'], filter) },
    { name: 'Consumers', value: count(now?.counts.consumers), href: to(['consumers'], filter) },
  ]} />`;
}

/** Events that explain a bend of a curve. */
const telling = /^(alarm|node|policy|parameter|vhost|definitions|queue\.(purged|crashed)|maintenance)/;

/** Marks on the time axis, and the latest of them in words. */
function useMarks() {
  const events = useGet(isMonitoring() ? '/api/events?limit=200' : '', { every: 15_000 });
  return useMemo(() => (events.data?.items ?? []).filter(event => telling.test(event.name)).map(event => ({ at: event.time, text: eventText(event) })),
    [events.data]);
}

function Charts({ vhost }) {
  const marks = useMarks();
  const data = useGet(`${vhost ? `/api/vhosts/${encodeURIComponent(vhost)}` : '/api/overview'}?${sampleQuery()}`, { every: 5000 });
  const { seconds } = range();
  const of = data.data;
  const totals = useMemo(() => of && depths([
    { label: 'Ready', color: 1, details: (of.queue_totals ?? of).messages_ready_details },
    { label: 'Unacked', color: 2, isDashed: true, details: (of.queue_totals ?? of).messages_unacknowledged_details },
  ]), [of]);
  const rates = useMemo(() => of && growths([
    { label: 'Publish', color: 1, details: of.message_stats?.publish_details },
    { label: 'Deliver', color: 2, isDashed: true, details: of.message_stats?.deliver_get_details },
    { label: 'Ack', color: 3, details: of.message_stats?.ack_details },
    { label: 'Redeliver', color: 4, isDashed: true, details: of.message_stats?.redeliver_details },
  ]), [of]);
  const churn = useMemo(() => of?.churn_rates && growths([
    { label: 'Connections opened', color: 1, details: of.churn_rates.connection_created_details },
    { label: 'Connections closed', color: 2, isDashed: true, details: of.churn_rates.connection_closed_details },
    { label: 'Channels opened', color: 3, details: of.churn_rates.channel_created_details },
  ]), [of]);
  return html`<${Loaded} of=${data}>${() => html`<div class="cards">
    <${Chart} title="Messages" times=${totals.times} series=${totals.series} range=${seconds} marks=${marks} />
    <${Chart} title="Rates per second" times=${rates.times} series=${rates.series} format=${rate} range=${seconds} marks=${marks} />
    ${churn && html`<${Chart} title="Churn per second" times=${churn.times} series=${churn.series} format=${rate} range=${seconds} />`}
    ${isMonitoring() && html`<${NodeChart} />`}
  </div>`}<//>`;
}

function NodeChart() {
  const data = useGet(`/api/nodes/${encodeURIComponent(session.value.node)}?${sampleQuery(['node_stats'])}`, { every: 5000 });
  const of = data.data;
  const memory = useMemo(() => of && depths([{ label: 'Memory', color: 1, details: of.mem_used_details }]), [of]);
  return of ? html`<${Chart} title="Memory" times=${memory.times} series=${memory.series} format=${bytes} range=${range().seconds}
    note=${`Limit ${bytes(of.mem_limit)}, disk ${bytes(of.disk_free)} free, up ${duration(of.uptime)}.`} />` : null;
}

function Busiest({ vhost }) {
  const data = useGet(`/api/queues?limit=5&sort=-publish_rate,-messages${vhost ? `&vhost=${encodeURIComponent(vhost)}` : ''}`, { every: 5000 });
  return html`<section class="card"><header><h2>Busiest queues</h2><span class="space"></span><a href=${to(['queues'], { vhost,
    sort: '-publish_rate' })}>All</a></header>
    <${Loaded} of=${data}>${answer => answer.items.length === 0 ? html`<p class="muted">There are no queues.</p>`
      : html`<table class="plain-table"><thead><tr><th>Name</th><th class="is-number">Messages</th><th class="is-number">In/s</th><th class="is-number">Out/s</th></tr></thead>
        <tbody>${answer.items.map(one => html`<tr key=${`${one.vhost}/${one.name}`}><td><${QueueLink} vhost=${one.vhost} name=${one.name} /></td>
          <td class="is-number">${count(one.messages)}</td><td class="is-number">${rate(one.publish_rate)}</td><td class="is-number">${rate(one.deliver_rate)}</td></tr>`)}</tbody></table>`}<//></section>`;
}

function LatestEvents() {
  const [events, setEvents] = useState([]);
  const listener = useCallback(items => setEvents(old => [...items].reverse().concat(old).slice(0, 8)), []);
  useTopic('events', listener);
  const first = useGet('/api/events?limit=8');
  const known = new Set(events.map(event => event.seq));
  const all = [...events, ...[...first.data?.items ?? []].reverse().filter(event => !known.has(event.seq))].slice(0, 8);
  return html`<section class="card"><header><h2>Latest events</h2><span class="space"></span><a href=${to(['events'])}>All</a></header>
    ${all.length === 0 ? html`<p class="muted">Nothing has happened since the start.</p>`
      : html`<table class="plain-table"><tbody>${all.map(event => html`<tr key=${event.seq}><td class="muted no-wrap">${clock(event.time)}</td><td><${Name}
        of=${eventText(event)} /></td></tr>`)}</tbody></table>`}</section>`;
}

export function Overview() {
  const vhost = query.value.get('vhost') ?? '';
  return html`<${PageHead} title="Overview" actions=${html`<${Ranges} />${isMonitoring() && html`<a class="button" href=${to(['node'])}>Node</a>`}`} />
    <div class="stack"><${Attention} /><${Totals} vhost=${vhost} /></div>
    <${Charts} vhost=${vhost} />
    <div class="cards"><${Busiest} vhost=${vhost} />${isMonitoring() && html`<${LatestEvents} />`}</div>`;
}
