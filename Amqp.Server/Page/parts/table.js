// A list whose rows are all in the browser: bindings, users, policies. Filtered and sorted here.
import { html, useMemo, useState } from '../vendor/preact.js';
import { Grid } from './grid.js';
import { amount } from '../core/format.js';

/** Compares two values of a column: numbers as numbers, text in natural order, unknown values last. */
export function compare(one, other) {
  if (one === other)
    return 0;
  if (one === null || one === undefined || one === '')
    return 1;
  if (other === null || other === undefined || other === '')
    return -1;
  return typeof one === 'number' && typeof other === 'number' ? one - other : String(one).localeCompare(String(other), undefined, { numeric: true });
}

/**
 * @param {object} props
 * @param {object[]} props.rows
 * @param {(row: object) => string=} props.textOf  Text that the filter searches; default: all plain fields.
 * @param {string} props.noun  Such as `binding`.
 * @param {boolean=} props.hasFilter  False for a short list that is a part of a page.
 * @param {any=} props.empty  Shown instead of an empty list.
 * @param {any=} props.children  Further controls beside the filter.
 */
export function Table({ rows, columns, noun, label, textOf, empty, sortBy, hasFilter = true, children, ...rest }) {
  const [filter, setFilter] = useState('');
  const [sort, setSort] = useState(sortBy ? { field: sortBy, isDown: false } : null);
  const shown = useMemo(() => {
    const wanted = filter.toLowerCase();
    const text = textOf ?? (row => Object.values(row).filter(value => typeof value !== 'object').join(' '));
    const some = wanted ? rows.filter(row => text(row).toLowerCase().includes(wanted)) : rows;
    if (!sort)
      return some;
    const value = columns.find(column => column.id === sort.field)?.value ?? (row => row[sort.field]);
    return [...some].sort((one, other) => compare(value(one), value(other)) * (sort.isDown ? -1 : 1));
  }, [rows, filter, sort, columns.length]);
  const onSort = field => setSort(old => ({ field, isDown: old?.field === field ? !old.isDown : false }));
  if (rows.length === 0 && empty)
    return html`<div>${children && html`<div class="list-bar"><span class="space"></span>${children}</div>`}${empty}</div>`;
  return html`<div>
    <div class="list-bar">
      ${hasFilter && html`<input class="input filter" type="search" data-filter aria-label=${`Filter ${label.toLowerCase()}`} placeholder="Filter"
        value=${filter}
        onInput=${event => setFilter(event.target.value)} />`}
      <span class="count" role="status">${filter ? `${shown.length} of ${amount(rows.length, noun)}` : amount(rows.length, noun)}</span>
      <span class="space"></span>${children}
    </div>
    ${shown.length === 0
      ? html`<div class="empty"><span>No ${noun} matches “${filter}”.</span><button class="button" onClick=${() => setFilter('')}>Clear filter</button></div>`
      : html`<${Grid} label=${label} columns=${columns} count=${shown.length} rowAt=${index => shown[index]} sort=${sort} onSort=${onSort} ...${rest} />`}
  </div>`;
}
