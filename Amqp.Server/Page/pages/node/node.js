// The node: resources with their limits, listeners, log levels, faults, feature flags.
import { html, useMemo } from '../../vendor/preact.js';
import { useGet, apiPath } from '../../core/api.js';
import { session, isAdministrator } from '../../core/session.js';
import { overview } from '../../core/live.js';
import { bytes, count, duration, rate } from '../../core/format.js';
import { PageHead, Figures, Facts } from '../../parts/page.js';
import { ActionButton, ActionMenu, useObjectInView } from '../../parts/actions.js';
import { Chart } from '../../parts/chart.js';
import { Ranges, sampleQuery, depths, growths, range } from '../../parts/samples.js';
import { Loaded } from '../../parts/states.js';
import { Name, Moment } from '../../parts/names.js';
import './actions.js';

const actionIds = ['node.memory', 'node.disk', 'node.loglevel', 'cluster.rename', 'statistics.reset', 'node.maintenance'];

function Charts({ of }) {
  const { seconds } = range();
  const lines = useMemo(() => ({
    memory: depths([{ label: 'Memory', color: 1, details: of.mem_used_details }]),
    disk: depths([{ label: 'Disk free', color: 3, details: of.disk_free_details }]),
    files: depths([{ label: 'Files', color: 1, details: of.fd_used_details }, { label: 'Connections', color: 2, isDashed: true,
      details: of.sockets_used_details }]),
    churn: growths([{ label: 'Opened', color: 1, details: of.connection_created_details }, { label: 'closed', color: 2, isDashed: true,
      details: of.connection_closed_details }]),
  }), [of]);
  return html`<div class="cards">
    <${Chart} title="Memory" ...${lines.memory} format=${bytes} range=${seconds} />
    <${Chart} title="Disk" ...${lines.disk} format=${bytes} range=${seconds} />
    <${Chart} title="Files and connections" ...${lines.files} format=${count} range=${seconds} />
    <${Chart} title="Connections opened and closed per second" ...${lines.churn} format=${rate} range=${seconds} />
  </div>`;
}

const Listeners = ({ of }) =>
  html`<section class="card"><header><h2>Listeners</h2></header><table class="plain-table"><thead><tr><th>Protocol</th><th>Address</th><th>Port</th></tr></thead>
  <tbody>${(of ?? []).map(one => html`<tr><td>${one.protocol}</td><td>${one.ip_address}</td><td>${one.port}</td></tr>`)}</tbody></table></section>`;

const Faults = ({ of }) => html`<section class="card"><header><h2>Unexpected errors</h2></header>${of.total === 0
  ? html`<p class="muted"><span class="state">None since the start.</span></p>`
  : html`<p>${count(of.total)} were contained since the start.</p><table class="plain-table"><thead><tr><th>Where</th><th>Error</th><th>Count</th><th>Last</th></tr></thead><tbody>
    ${of.recent.map(one => html`<tr><td><${Name} of=${one.place} /></td><td><${Name}
      of=${`${one.error}: ${one.reason}`} /></td><td>${count(one.count)}</td><td><${Moment} of=${one.last} /></td></tr>`)}
  </tbody></table>`}</section>`;

const Attempts = ({ of }) =>
  html`<section class="card"><header><h2>Logins</h2></header><table class="plain-table"><thead><tr><th>Protocol</th><th>Succeeded</th><th>Failed</th></tr></thead>
  <tbody>${of.map(one => html`<tr><td>${one.protocol}</td><td>${count(one.auth_attempts_succeeded)}</td><td>${count(one.auth_attempts_failed)}</td></tr>`)}</tbody></table></section>`;

const Flags = ({ of }) =>
  html`<section class="card"><header><h2>Feature flags</h2></header><details><summary>${of.filter(one => one.state === 'enabled').length} of ${of.length} enabled</summary>
  <table class="plain-table"><tbody>${of.map(one =>
    html`<tr><td>${one.name}</td><td>${one.state}</td><td class="muted">${one.desc}</td></tr>`)}</tbody></table></details></section>`;

/** A resource of which only administrators see a part. */
const useIf = (isAllowed, path) => useGet(isAllowed ? path : '');

export function Node() {
  const name = session.value.node;
  const node = useGet(`${apiPath('nodes', name)}?${sampleQuery(['node_stats'])}`, { every: 5000 });
  const about = useGet('/api/overview');
  const faults = useGet('/api/faults');
  const attempts = useGet(apiPath('auth', 'attempts', name));
  const levels = useIf(isAdministrator(), '/api/log-levels');
  const flags = useIf(isAdministrator(), '/api/feature-flags');
  const of = node.data && {
    ...node.data, cluster_name: about.data?.cluster_name ?? session.value.cluster_name, levels: levels.data, connections: overview.value?.counts.connections,
  };
  useObjectInView(name, of, actionIds);
  return html`<${PageHead} title=${html`<${Name} of=${name} />`} badges=${of?.being_drained && html`<span class="badge is-warn">maintenance</span>`}
      actions=${of && html`<${Ranges} /><${ActionButton} id="node.memory" of=${of} /><${ActionMenu} ids=${actionIds.slice(1)}
        of=${of} title="More actions of the node" />`} />
    <${Loaded} of=${node}>${() => html`<${Figures} of=${[
      { name: 'Memory', value: bytes(of.mem_used), unit: `of ${bytes(of.mem_limit)}` }, { name: 'Disk free', value: bytes(of.disk_free),
        unit: `limit ${bytes(of.disk_free_limit)}` },
      { name: 'Files', value: count(of.fd_used), unit: `of ${count(of.fd_total)}` }, { name: 'Uptime', value: duration(of.uptime) }, { name: 'Processors',
        value: count(of.processors) },
    ]} /><${Charts} of=${of} />
    <div class="cards">
      <section class="card"><header><h2>About</h2></header><${Facts} of=${[['Cluster', html`<${Name} of=${of.cluster_name} />`],
        ['Version', session.value.version], ['Runtime', about.data?.erlang_full_version],
        ['Compatible with RabbitMQ', about.data?.rabbitmq_version], ['Process', of.os_pid], ['Data directory', html`<${Name} of=${of.db_dir} />`],
        ['Exchange types', of.exchange_types?.map(one => one.name).join(', ')],
          ['Login mechanisms', of.auth_mechanisms?.filter(one => one.enabled).map(one => one.name).join(', ')],
        ['Log levels', levels.data && Object.entries(levels.data).map(([category, level]) => `${category} ${level}`).join(', ')]]} /></section>
      <${Listeners} of=${about.data?.listeners} />
      ${attempts.data && html`<${Attempts} of=${attempts.data} />`}
      ${faults.data && html`<${Faults} of=${faults.data} />`}
      ${flags.data && html`<${Flags} of=${flags.data} />`}
    </div>`}<//>`;
}
