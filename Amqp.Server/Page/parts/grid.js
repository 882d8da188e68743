// A grid of rows: one tab stop, arrows inside, sortable headers, selection, and only the visible rows in the document.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../vendor/preact.js';
import { useKeys } from '../core/keys.js';
import { open } from '../core/router.js';

/** Rows beyond the visible ones that are drawn too. */
const MARGIN = 8;
/** Lists up to this length are drawn whole. */
const WHOLE = 60;
const PHONE = matchMedia('(max-width: 760px)');
const COARSE = matchMedia('(pointer: coarse)');
const heightOfRow = () => PHONE.matches ? 100 : COARSE.matches ? 44 : 36;

/**
 * @typedef {object} Column
 * @property {string} id  Field of the row, and sort key.
 * @property {string} label
 * @property {string=} width  Track of the CSS grid; default `minmax(72px, 1fr)`.
 * @property {boolean=} number  Aligned right.
 * @property {boolean=} title  The name of the object: first line of a card.
 * @property {boolean=} sortable  False: the header is no button.
 * @property {boolean=} phone  False: not on a card.
 * @property {(row: object) => any=} cell  Default: the field.
 * @property {(row: object) => string=} tone  `warn`, `bad` or `zero`.
 */

/**
 * @param {object} props
 * @param {string=} props.of  Names the filter and the order. With another one, the grid shows its first rows.
 * @param {string} props.label  Name of the list, for screen readers.
 * @param {Column[]} props.columns
 * @param {number} props.count  Number of all rows.
 * @param {(index: number) => object|undefined} props.rowAt  Undefined for a row that is not loaded.
 * @param {(row: object) => string} props.keyOf
 * @param {(row: object) => string=} props.hrefOf
 * @param {(first: number, last: number) => void=} props.onWindow  Told which rows are visible.
 * @param {{field: string, isDown: boolean}=} props.sort
 * @param {(field: string) => void=} props.onSort
 * @param {Set<string>=} props.selected
 * @param {(row: object, isRange: boolean) => void=} props.onSelect
 * @param {(row: object) => void=} props.onActions  Opens the actions of a row.
 * @param {string=} props.openKey  Key of the row that is shown beside the grid.
 */
export function Grid({ of, label, columns, count, rowAt, keyOf, hrefOf, onWindow, sort, onSort, selected, onSelect, onSelectAll, onActions,
  free = false, onOpen, openKey }) {
  const grid = useRef(null);
  const [active, setActive] = useState(0);
  const [view, setView] = useState({ first: 0, last: WHOLE });
  const isVirtual = !free && count > WHOLE;
  const height = heightOfRow();

  const measure = () => {
    const element = grid.current;
    if (!element || !isVirtual)
      return;
    const first = Math.max(0, Math.floor(element.scrollTop / height) - MARGIN);
    const last = Math.min(count, Math.ceil((element.scrollTop + element.clientHeight) / height) + MARGIN);
    if (first !== view.first || last !== view.last)
      setView({ first, last });
  };
  useLayoutEffect(measure, [count, isVirtual]);
  useLayoutEffect(() => {
    setActive(0);
    if (view.first > 0) {
      grid.current.scrollTop = 0;
      measure();
    }
  }, [of]);
  useEffect(() => {
    const change = () => measure();
    addEventListener('resize', change);
    return () => removeEventListener('resize', change);
  });
  const first = isVirtual ? Math.min(view.first, Math.max(0, count - 1)) : 0;
  const last = isVirtual ? Math.min(view.last, count) : count;
  useEffect(() => {
    onWindow?.(first, Math.max(last, first + 1));
  }, [first, last]);
  const current = Math.min(active, Math.max(0, count - 1));

  const focusRow = index => {
    const next = Math.max(0, Math.min(count - 1, index));
    setActive(next);
    const element = grid.current;
    if (isVirtual) {
      const top = next * height;
      if (top < element.scrollTop)
        element.scrollTop = top;
      else if (top + height > element.scrollTop + element.clientHeight - height)
        element.scrollTop = top - element.clientHeight + 2 * height;
    }
    requestAnimationFrame(() => grid.current?.querySelector(`[data-index="${next}"]`)?.focus());
  };
  const openRow = index => {
    const row = rowAt(index);
    if (row && onOpen)
      onOpen(row);
    else if (row && hrefOf)
      open(hrefOf(row));
  };
  const isInside = () => grid.current?.contains(document.activeElement);
  const move = by => () => {
    focusRow(isInside() ? current + by : current);
  };
  useKeys({
    j: move(1), k: move(-1),
    x: () => onSelect && isInside() ? void onSelect(rowAt(current), false) : false,
    '.': () => onActions && isInside() && rowAt(current) ? void onActions(rowAt(current)) : false,
    s: () => void grid.current?.querySelector('.sort')?.focus(),
  });
  const onKeyDown = event => {
    if (!event.target.classList.contains('grid-row'))
      return;
    const page = Math.max(1, Math.floor((grid.current.clientHeight || 360) / height) - 2);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count }[event.key];
    if (by !== undefined) {
      if (event.key === 'ArrowUp' && current === 0 && onSort)
        grid.current.querySelector('.sort')?.focus();
      else
        focusRow(current + by);
      event.preventDefault();
    } else if (event.key === 'Enter') {
      openRow(current);
      event.preventDefault();
    }
  };
  const onHeaderKey = event => {
    const buttons = [...grid.current.querySelectorAll('.sort')];
    const at = buttons.indexOf(event.target);
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft')
      buttons[at + (event.key === 'ArrowRight' ? 1 : -1)]?.focus();
    else if (event.key === 'ArrowDown')
      focusRow(current);
    else
      return;
    event.preventDefault();
  };

  // The rows have no listeners of their own: these would be new with each drawing, and so would the rows.
  const onClick = event => {
    const element = event.target.closest('.grid-row');
    const row = element && rowAt(Number(element.dataset.index));
    if (!row)
      return;
    if (onSelect && event.target.matches('.select-cell input')) {
      if (event.shiftKey)
        event.target.checked = true; // the end of a range is selected, even if it was before
      onSelect(row, event.shiftKey);
    } else if ((hrefOf || onOpen) && !event.target.closest('a, button, input, label') && getSelection().isCollapsed) {
      openRow(Number(element.dataset.index));
    }
  };
  const onFocusIn = event => {
    if (event.target.classList.contains('grid-row'))
      setActive(Number(event.target.dataset.index));
  };

  const tracks = `${onSelect ? '36px ' : ''}${columns.map(column => column.width ?? 'minmax(72px, 1fr)').join(' ')}`;
  const rows = [];
  // With another filter, a list of the broker changes the text of its rows: this takes less time than new rows. The cells of other lists have
  // menus, which stay with their row.
  for (let index = first; index < last; index++) {
    const row = rowAt(index);
    rows.push(html`<${Row} key=${onWindow ? index : keyOf(row)} index=${index} row=${row} columns=${columns} height=${isVirtual ? height : 0}
      isActive=${index === current} isOpen=${row && openKey !== undefined && keyOf(row) === openKey}
      isSelected=${row && selected?.has(keyOf(row))} isSelectable=${Boolean(onSelect)} />`);
  }
  return html`<div class=${`grid${isVirtual ? ' is-tall' : ''}${free ? ' is-free' : ''}`} ref=${grid} role="grid" aria-label=${label}
      aria-rowcount=${count + 1} aria-multiselectable=${onSelect ? 'true' : undefined} onScroll=${measure} onKeyDown=${onKeyDown}
        style=${{ '--columns': tracks }}>
    <div class="grid-head" role="row" aria-rowindex="1">
      ${onSelect && html`<div class="select-cell" role="columnheader"><input type="checkbox" aria-label="Select all rows that match" tabindex="-1"
        checked=${count > 0 && selected.size >= count} onChange=${event => onSelectAll?.(event.target.checked)} /></div>`}
      ${columns.map(column => html`<div key=${column.id} role="columnheader" class=${column.number ? 'is-number' : ''}
        aria-sort=${sort?.field === column.id ? (sort.isDown ? 'descending' : 'ascending') : undefined}>${
        onSort && column.sortable !== false
          ? html`<button type="button" class="sort" tabindex="-1" onClick=${() => onSort(column.id)} onKeyDown=${onHeaderKey}>${column.label}</button>`
          : column.label || html`<span class="visually-hidden">Actions</span>`}</div>`)}
    </div>
    <div class="grid-body" role="rowgroup" onClick=${onClick} onFocusIn=${onFocusIn}
      style=${isVirtual ? { height: `${count * height}px` } : undefined}>${rows}</div>
  </div>`;
}

/** Draws a row again only if something of it has changed. The cells are a component of their own because they follow signals. */
function Row(props) {
  this.shouldComponentUpdate = next => Object.keys(next).some(name => next[name] !== this.props[name]);
  return html`<${Cells} ...${props} />`;
}

function Cells({ index, row, columns, height, isActive, isOpen, isSelected, isSelectable }) {
  const place = height ? { transform: `translateY(${index * height}px)` } : undefined;
  const kind = ['grid-row', height && 'is-placed', isSelected && 'is-selected', isOpen && 'is-open', !row && 'is-missing']
    .filter(Boolean).join(' ');
  return html`<div class=${kind} role="row" aria-rowindex=${index + 2} aria-selected=${isSelectable ? (isSelected ? 'true' : 'false') : undefined}
    data-index=${index} aria-current=${isOpen ? 'true' : undefined}
      tabindex=${isActive ? 0 : -1} style=${place}>
    ${isSelectable && html`<div class="select-cell" role="gridcell"><input type="checkbox" tabindex="-1" checked=${isSelected}
      aria-label=${`Select ${row?.name ?? `row ${index + 1}`}`} /></div>`}
    ${columns.map(column => {
      const value = row && (column.cell ? column.cell(row) : row[column.id]);
      return html`<div key=${column.id} role="gridcell" class=${cellKind(column, row, value)}>${row && html`${
        !column.title && column.label && html`<span class="label">${column.label}</span>`}${value}`}</div>`;
    })}
  </div>`;
}

/** On a card, a cell without a value is left out: its label alone says nothing. */
function cellKind(column, row, value) {
  const tone = row && column.tone?.(row);
  return [column.number && 'is-number', column.title && 'is-title',
    (column.phone === false || row && (value ?? '') === '') && 'is-hidden-on-phone',
    column.id === 'vhost' && 'is-last', tone && `is-${tone}`].filter(Boolean).join(' ');
}
