// Definitions: export to a file, and import with the difference first.
import { html, useMemo, useState } from '../../vendor/preact.js';
import { send } from '../../core/api.js';
import { prefix, query } from '../../core/router.js';
import { isAdministrator, session, virtualHosts } from '../../core/session.js';
import { amount, count } from '../../core/format.js';
import { PageHead, Figures } from '../../parts/page.js';
import { Table } from '../../parts/table.js';
import { ActionButton } from '../../parts/actions.js';
import { Fault, Empty } from '../../parts/states.js';
import { Name } from '../../parts/names.js';
import { NotAllowed } from '../access/users.js';
import { changesOf, definitionsPath } from './actions.js';

const Hosts = ({ id, value, onChange, all }) => html`<div class="field"><label for=${id}>Virtual host</label>
  <select class="select" id=${id} value=${value} onChange=${event => onChange(event.target.value)}><option value="">${all}</option>
    ${virtualHosts.value.map(name => html`<option key=${name} value=${name}>${name}</option>`)}</select></div>`;

function Export() {
  const [vhost, setHost] = useState(query.value.get('vhost') ?? '');
  const name = `definitions-${(vhost || session.value.node).replace(/[^\w.-]+/g, '_')}-${new Date().toISOString().slice(0, 10)}.json`;
  return html`<section class="card"><header><h2>Export</h2></header><div class="stack">
    <p class="muted">Queues, exchanges, bindings, policies and parameters${vhost ? ''
      : ', and users with the hashes of their passwords, permissions and limits'}. Messages are not part of definitions.</p>
    <div class="row is-bottom"><${Hosts} id="export-host" value=${vhost} onChange=${setHost} all="all" />
      <a class="button" href=${`${prefix}${definitionsPath(vhost)}?download=${encodeURIComponent(name)}`} download=${name}>Export definitions</a></div></div>
        </section>`;
}

/** A value on one line; definitions are small. */
const text = value => typeof value === 'string' ? value : JSON.stringify(value);

/** Fields that an import changes, before and after. */
function changes({ before = {}, after = {} }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after
    ?? {})])].filter(name => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]));
  return names.map(name => /hash|password/.test(name) ? `${name} changes` : `${name}: ${text(before?.[name]) ?? 'none'} → ${text(after?.[name])
    ?? 'none'}`).join('; ');
}

const marks = { added: 'badge is-ok', changed: 'badge is-warn', refused: 'badge is-bad' };
const columns = [
  { id: 'name', label: 'Name', title: true, width: 'minmax(200px, 2fr)', cell: row => html`<${Name} of=${row.name} />` },
  { id: 'change', label: 'Change', width: '104px', cell: row => html`<span class=${marks[row.change]}>${row.change}</span>` },
  { id: 'type', label: 'Type', width: '128px', cell: row => row.type.replaceAll('_', ' ') },
  { id: 'vhost', label: 'Virtual host', width: 'minmax(96px, 1fr)', cell: row => row.vhost && html`<${Name} of=${row.vhost} />` },
  { id: 'detail', label: 'Detail', width: 'minmax(240px, 4fr)', cell: row => html`<span title=${row.detail}>
    <${Name} of=${row.detail} /></span>` },
];

function Difference({ of, only }) {
  const rows = useMemo(() => [
    ...of.refused.map(one => ({ ...one, change: 'refused', detail: one.reason })),
    ...of.changed.map(one => ({ ...one, change: 'changed', detail: changes(one) })), ...of.added.map(one => ({ ...one, change: 'added', detail: '' })),
  ].map((row, i) => ({ ...row, key: String(i) })), [of]);
  const shown = only ? rows.filter(row => row.change === only) : rows;
  return html`<${Table} rows=${shown} columns=${columns} noun="difference" label="Difference" keyOf=${row => row.key}
    textOf=${row => `${row.name} ${row.change} ${row.type} ${row.vhost ?? ''} ${row.detail}`}
    empty=${html`<${Empty}><span>${only ? `Nothing is ${only}.` : 'The broker has all of these definitions already.'}</span><//>`} />`;
}

function Import() {
  const [vhost, setHost] = useState('');
  const [file, setFile] = useState(null);
  const [difference, setDifference] = useState(null);
  const [only, setOnly] = useState('');
  const [error, setError] = useState(null);
  const [isLooking, setLooking] = useState(false);
  const look = async (chosen, host) => {
    setDifference(null);
    setError(null);
    setLooking(true);
    try {
      setDifference(await send('POST', `${definitionsPath(host)}?dry_run=true`, chosen.content));
    } catch (failure) {
      setError(failure);
    } finally {
      setLooking(false);
    }
  };
  const choose = async chosen => {
    if (!chosen)
      return;
    try {
      const content = JSON.parse(await chosen.text());
      setFile({ fileName: chosen.name, content });
      await look({ content }, vhost);
    } catch (failure) {
      setFile(null);
      setDifference(null);
      setError({ message: `${chosen.name} is not JSON: ${failure.message}`, advice: 'Export definitions from a broker to see the format.' });
    }
  };
  const changeHost = host => {
    setHost(host);
    if (file)
      look(file, host);
  };
  const clear = () => {
    setFile(null);
    setDifference(null);
  };
  return html`<section class="card"><header><h2>Import</h2></header><div class="stack">
      <p class="muted">The difference is shown first; nothing changes until you import it. Nothing is deleted by an import.</p>
      <div class="row is-bottom"><div class="field"><label for="import-file">File with definitions</label><input class="input" type="file" id="import-file"
        accept=".json,application/json"
        onChange=${event => choose(event.target.files[0])} /></div>
        <${Hosts} id="import-host" value=${vhost} onChange=${changeHost} all="as in the file" />
        ${difference && changesOf(difference) > 0 && html`<${ActionButton} id="definitions.import" of=${{ vhost, ...file, difference, onDone: clear }} primary
          label=${`Import ${amount(changesOf(difference), 'change')}…`} />`}</div>
      ${error && html`<${Fault} error=${error} />`}${isLooking && html`<p role="status">Comparing …</p>`}</div></section>
    ${difference && html`<div class="part" role="status"><${Figures} of=${[{ name: 'Added', value: count(difference.added.length) },
      { name: 'Changed', value: count(difference.changed.length) },
      { name: 'Same', value: count(difference.same) }, { name: 'Refused', value: count(difference.refused.length) }]} /></div>
      <div class="row part-row" role="group" aria-label="Which differences">
        ${['', 'added', 'changed', 'refused'].map(kind => html`<button type="button" class="chip" key=${kind}
        aria-pressed=${only === kind} onClick=${() => setOnly(kind)}>${kind || 'all'}</button>`)}</div>
      <${Difference} of=${difference} only=${only} />`}`;
}

export const Definitions = () => !isAdministrator() ? html`<${NotAllowed} title="Definitions" />`
  : html`<${PageHead} title="Definitions" /><div class="cards"><${Export} /></div><${Import} />`;
