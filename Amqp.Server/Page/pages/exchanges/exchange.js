// One exchange: its rates and tabs.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { amount, count, rate } from '../../core/format.js';
import { Figures, PageHead, Tabs } from '../../parts/page.js';
import { ActionButton, useObjectInView } from '../../parts/actions.js';
import { Busy, Fault, Gone } from '../../parts/states.js';
import { ExchangeLink, Name, ObjectLink, exchangeText } from '../../parts/names.js';
import { Chart } from '../../parts/chart.js';
import { Foldable, Ranges, growths, range, sampleQuery } from '../../parts/samples.js';
import { FieldTable } from '../../parts/message.js';
import { Quarantine } from '../queues/quarantine.js';
import { BindingsOf } from './bindings.js';
import { Delayed } from './delayed.js';
import { GraphTab } from './graphtab.js';
import { Route } from './route.js';
import { Unroutable } from './unroutable.js';
import './actions.js';
import './publish.js';

const rateOf = (of, name) => of.message_stats?.[`${name}_details`]?.rate ?? 0;

const Badges = ({ of }) => html`<span class="row"><span class="badge">${of.type}</span><span class="badge">${of.durable ? 'durable' : 'transient'}</span>
  ${of.auto_delete && html`<span class="badge">auto-delete</span>`}${of.internal && html`<span class="badge">internal</span>`}
  ${of.policy && html`<span class="badge">policy <${ObjectLink} parts=${['policies', of.vhost, of.policy]} of=${of.policy} /></span>`}
  ${of.arguments['alternate-exchange'] !== undefined && html`<span class="badge">alternate <${ExchangeLink} vhost=${of.vhost}
    name=${of.arguments['alternate-exchange']} /></span>`}
  ${of.cache_info && html`<span class="badge">${amount(of.cache_info.entries ?? of.cache_info.size, 'deduplication key')}</span>`}</span>`;

function Rates({ of }) {
  const rates = useMemo(() => growths([
    { label: 'In', color: 1, details: of.message_stats?.publish_in_details },
      { label: 'Out', color: 2, isDashed: true, details: of.message_stats?.publish_out_details },
  ]), [of]);
  const hasArguments = Object.keys(of.arguments).length > 0;
  return html`<div class="queue-figures phone-only"><${Figures} of=${['in', 'out'].map(way => ({
      name: way === 'in' ? 'In' : 'Out', value: rate(rateOf(of, `publish_${way}`)), unit: '/s' }))} /></div>
    <${Foldable}><div class=${`cards is-exchange${hasArguments ? ' has-arguments' : ''}`}>
      <${Chart} title="Messages per second" times=${rates.times} series=${rates.series} format=${rate} range=${range().seconds} />
      ${hasArguments && html`<section class="card"><header><h2>Arguments</h2></header>
        <${FieldTable} of=${of.arguments} label="Arguments" /></section>`}
    </div><//>`;
}

const tabsOf = of => [
  { id: 'graph', label: 'Graph' }, { id: 'bindings', label: 'Bindings' }, { id: 'route', label: 'Route' }, { id: 'unroutable', label: 'Unroutable' },
  ...of.messages_delayed !== undefined ? [{ id: 'delayed', label: html`Delayed <small>${count(of.messages_delayed)}</small>` }] : [],
  ...of.messages_quarantined > 0 ? [{ id: 'quarantine', label: html`Quarantine <small>${count(of.messages_quarantined)}</small>` }] : [],
];

export function Exchange({ vhost, name, tab = 'graph' }) {
  const urlName = name || 'amq.default';
  const exchange = useGet(`${apiPath('exchanges', vhost, urlName)}?${sampleQuery(['msg_rates'])}`, { every: 5000 });
  const of = exchange.data && { ...exchange.data, vhost, name, exchange: name };
  useObjectInView(`exchange ${exchangeText(name)}`, of, ['message.publish', 'exchange.delete']);
  const base = ['exchanges', vhost, urlName];
  const isGone = exchange.error?.status === 404;
  const crumbs = [{ parts: ['exchanges'], label: 'Exchanges' }, { parts: ['exchanges'], query: { vhost }, label: `virtual host ${vhost}` }];
  const actions = of && !isGone && html`<${Ranges} /><${ActionButton} id="message.publish" of=${of} primary /><${ActionButton} id="exchange.delete" of=${of}
    />`;
  return html`<${PageHead} title=${html`<${Name} of=${exchangeText(name)} />`} crumbs=${crumbs} badges=${of && !isGone && html`<${Badges} of=${of} />`}
    actions=${actions} />
    ${isGone ? html`<${Gone} noun="exchange" parts=${['exchanges']} label="All exchanges" />` : html`
      ${exchange.error && html`<${Fault} error=${exchange.error} retry=${exchange.reload} />`}
      ${!of && !exchange.error && html`<${Busy} />`}
      ${of && html`<${Rates} of=${exchange.data} />
        <${Tabs} tabs=${tabsOf(of)} current=${tab} base=${base} label="Parts of the exchange" />
        ${tab === 'graph' && html`<${GraphTab} of=${of} />`}
        ${tab === 'bindings' && html`<${BindingsOf} of=${of} kind="exchange" />`}
        ${tab === 'route' && html`<${Route} of=${of} />`}
        ${tab === 'unroutable' && html`<${Unroutable} of=${of} />`}
        ${tab === 'delayed' && html`<${Delayed} of=${of} />`}
        ${tab === 'quarantine' && html`<${Quarantine} of=${{ ...of, kind: 'exchanges' }} />`}`}`}`;
}
