// A list whose rows stay on the broker: the page holds the window in view. Filter, order and columns are in the address.
import { html, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../vendor/preact.js';
import { query, chosenHost, setQuery, prefix } from '../core/router.js';
import { get } from '../core/api.js';
import { watchList } from '../core/live.js';
import { viewOf, changeView, resetView } from '../core/settings.js';
import { useKeys } from '../core/keys.js';
import { amount, count } from '../core/format.js';
import { exportCsv } from './csv.js';
import { Grid } from './grid.js';
import { Menu } from './actions.js';
import { Fault, Busy, Empty } from './states.js';

const PAGE = 60;
const MOST = 500;
const FIRST = { offset: 0, limit: PAGE };

/** Rows by their index, of one filter and order. */
class Rows {
  constructor() {
    this.byIndex = new Map();
    this.total = 0;
    this.filtered = 0;
    this.isKnown = false;
  }

  put(answer) {
    this.total = answer.total_count;
    this.filtered = answer.filtered_count;
    this.isKnown = true;
    // Rows outside the window are of an older snapshot, in which they may have had other places.
    this.byIndex = new Map(answer.items.map((row, i) => [answer.offset + i, row]));
    this.offset = answer.offset;
  }

  change(message) {
    this.total = message.total_count;
    this.filtered = message.filtered_count;
    for (const [index, fields] of message.cells) {
      const row = this.byIndex.get(this.offset + index);
      if (row)
        this.byIndex.set(this.offset + index, { ...row, ...fields });
    }
  }
}

function sortOf(kind, fallback) {
  const text = query.value.get('sort') || viewOf(kind).sort || fallback;
  return { text, field: text.replace(/^-/, '').split(',')[0], isDown: text.startsWith('-') };
}

/**
 * @param {object} props
 * @param {string} props.kind  Resource of the API, such as `queues`.
 * @param {string} props.noun
 * @param {import('./grid.js').Column[]} props.columns
 * @param {string[]} props.usual  Ids of the columns that are shown at first.
 * @param {{text: string, label: string}[]} props.filters  Filters offered as chips.
 * @param {(rows: object[], clear: () => void) => any=} props.bulk  Buttons for the selected rows.
 */
export function List({ kind, noun, label, columns, usual, sortBy, filters = [], keyOf, hrefOf, bulk, empty, onActions, fixed = {}, children }) {
  const vhost = chosenHost.value;
  const filter = query.value.get('q') ?? '';
  const sort = sortOf(kind, sortBy);
  const chosen = (query.value.get('cols')?.split(',') ?? viewOf(kind).columns ?? usual).filter(id => columns.some(column => column.id === id));
  const shown = useMemo(() => columns.filter(column => column.title || chosen.includes(column.id)), [columns, chosen.join(',')]);
  const rows = useRef(new Rows());
  const [, redraw] = useState(0);
  const [error, setError] = useState(null);
  const lastIndex = useRef(0);
  const input = useRef(null);
  const asked = { vhost, q: filter, sort: sort.text, ...fixed };
  const name = JSON.stringify([kind, asked]);
  // The window and the selection are of one filter and order: with another one they start anew, in the same drawing.
  const state = useRef(null);
  if (state.current?.name !== name)
    state.current = { name, window: FIRST, selected: new Map() };
  const { window, selected } = state.current;
  const setState = changes => {
    if (state.current.name !== name)
      return;
    Object.assign(state.current, changes);
    redraw(n => n + 1);
  };
  const setSelected = rows => setState({ selected: rows });
  const list = useMemo(() => ({ kind, query: { ...asked, ...window } }), [name, window]);
  const wanted = useRef(list);
  wanted.current = list;

  const load = useCallback(async () => {
    const mine = wanted.current;
    try {
      const answer = await get(`/api/${kind}?${new URLSearchParams(Object.entries(mine.query).filter(([, value]) => value !== ''))}`);
      if (mine !== wanted.current)
        return;
      rows.current.put(answer);
      setError(null);
    } catch (failure) {
      if (mine === wanted.current)
        setError(failure);
    }
    redraw(n => n + 1);
  }, [kind]);
  // At once: other effects wait until a frame is painted.
  useLayoutEffect(() => void load(), [list]);
  useEffect(() => {
    watchList(list, message => {
      if (wanted.current !== list)
        return;
      if (message.kind === 'rows')
        rows.current.put(message);
      else
        rows.current.change(message);
      redraw(n => n + 1);
    });
    return () => watchList(null, null);
  }, [list]);
  useEffect(() => {
    const onRefresh = () => load();
    document.addEventListener('page-refresh', onRefresh);
    return () => document.removeEventListener('page-refresh', onRefresh);
  }, [load]);
  useKeys({ f: () => void input.current?.focus() });

  const onWindow = (first, last) => {
    const offset = Math.max(0, first - 10);
    const limit = Math.min(MOST, Math.max(PAGE, last - offset + 10));
    const { offset: from, limit: length } = wanted.current.query;
    if (first < from || last > from + length)
      setState({ window: { offset, limit } });
  };
  const onSort = field => {
    const text = sort.field === field ? (sort.isDown ? field : `-${field}`) : columns.find(column => column.id === field).number ? `-${field}` : field;
    setQuery({ sort: text });
    changeView(kind, { sort: text });
  };
  const change = text => setQuery({ q: text });
  const toggleFilter = text => {
    const words = filter.split(' ').filter(Boolean);
    change((words.includes(text) ? words.filter(word => word !== text) : [...words, text]).join(' '));
  };
  const setColumns = ids => {
    setQuery({ cols: ids.join(',') });
    changeView(kind, { columns: ids });
  };
  const onSelect = (row, isRange) => {
    const next = new Map(selected);
    const index = [...rows.current.byIndex].find(([, one]) => one === row)?.[0] ?? 0;
    if (isRange)
      for (let i = Math.min(index, lastIndex.current); i <= Math.max(index, lastIndex.current); i++) {
        const one = rows.current.byIndex.get(i);
        if (one)
          next.set(keyOf(one), one);
      }
    else if (next.has(keyOf(row)))
      next.delete(keyOf(row));
    else
      next.set(keyOf(row), row);
    lastIndex.current = index;
    setSelected(next);
  };
  const selectAll = async isOn => {
    if (!isOn) {
      setSelected(new Map());
      return;
    }
    const next = new Map();
    for (let offset = 0; offset < rows.current.filtered && offset < 10_000; offset += MOST) {
      const answer = await get(`/api/${kind}?${new URLSearchParams({ ...asked, offset, limit: MOST })}`);
      for (const row of answer.items)
        next.set(keyOf(row), row);
    }
    setSelected(next);
  };
  const clear = () => setSelected(new Map());
  const current = rows.current;
  const isFiltered = filter !== '' || vhost !== '';
  return html`<div>
    <div class="list-bar">
      <input ref=${input} class="input filter" type="search" data-filter aria-label=${`Filter ${label.toLowerCase()}`} value=${filter}
        placeholder=${`Filter by name${filters.length > 0 ? `, ${filters[0].text} …` : ''}`} onInput=${event => change(event.target.value)} />
      <div class="shortcuts" role="group" aria-label="Filters">${filters.map(one => html`<button type="button" class="chip" key=${one.text} title=${one.text}
        aria-pressed=${filter.split(' ').includes(one.text)} onClick=${() => toggleFilter(one.text)}>${one.label}</button>`)}</div>
      <span class="count" role="status">${current.isKnown && (isFiltered
        ? `${count(current.filtered)} of ${amount(current.total, noun)}` : amount(current.total, noun))}</span>
      <span class="space"></span>
      <${Menu} label="Columns">${() => html`${columns.filter(column => !column.title).map(column => html`<label key=${column.id}>
          <input type="checkbox" checked=${chosen.includes(column.id)} onChange=${event => setColumns(event.target.checked
            ? [...chosen, column.id] : chosen.filter(id => id !== column.id))} />${column.menuLabel ?? column.label}</label>`)}
        <hr /><button type="button" onClick=${() => {
          resetView(kind);
          setQuery({ cols: '', sort: '' });
        }}>Reset view</button>`}<//>
      <${Menu} label="Export">${closeMenu => html`<button type="button" onClick=${() => {
          closeMenu();
          exportCsv(kind, asked, shown).catch(setError);
        }}>CSV of the shown columns</button>
        <a href=${`${prefix}/api/${kind}`} download=${`${kind}.json`} onClick=${closeMenu}>JSON of all fields</a>`}<//>
      ${children}
    </div>
    ${error && html`<${Fault} error=${error} retry=${load} />`}
    ${!current.isKnown && !error && html`<${Busy} />`}
    ${current.isKnown && current.filtered === 0 && !error
      ? current.total === 0 && !filter
        ? empty
        : html`<${Empty}><span>No ${noun} matches ${filter ? html`<code>${filter}</code>` : 'this virtual host'}.</span>
          <button type="button" class="button" onClick=${() => setQuery({ q: '' })}>Clear filter</button><//>`
      : html`<${Grid} of=${name} label=${label} columns=${shown} count=${current.isKnown ? current.filtered : error ? 0 : 12}
        rowAt=${index => current.byIndex.get(index)} keyOf=${keyOf} hrefOf=${hrefOf} onWindow=${onWindow} sort=${sort} onSort=${onSort} selected=${bulk ? selected : undefined}
        onSelect=${bulk ? onSelect : undefined} onSelectAll=${selectAll} onActions=${onActions} />`}
    ${bulk && selected.size > 0 && html`<div class="bulk-bar" role="region" aria-label="Selected rows">
      <b>${count(selected.size)} of ${count(current.filtered)} selected</b>${bulk([...selected.values()], clear)}
      <span class="space"></span><button type="button" class="button is-quiet" onClick=${clear}>Clear selection</button></div>`}
  </div>`;
}
