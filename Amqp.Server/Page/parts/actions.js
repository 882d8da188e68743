// Actions as buttons and menus. An action without the tag is absent; one without the permission is disabled and says why.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { find, run, inView } from '../core/actions.js';
import { useKeys } from '../core/keys.js';
import { InfoDialog } from './dialog.js';
import { Icon } from './icons.js';

/** A button that starts an action. */
export function ActionButton({ id, of, primary = false, label, onRun }) {
  const action = find(id);
  const reason = action.allowed(of);
  if (reason === null)
    return null;
  const kind = `button${primary ? ' is-primary' : ''}${action.danger ? ' is-danger' : ''}`;
  return html`<button type="button" class=${kind} data-action=${id} aria-disabled=${reason ? 'true' : undefined} title=${reason || undefined}
    onClick=${() => {
      if (!reason)
        onRun?.();
      run(id, of);
    }}>${label ?? action.label}</button>`;
}

/** A menu: a button, and a list that closes with Escape, a choice or a click elsewhere. */
export function Menu({ label, icon, title, left = false, children }) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef(null);
  useEffect(() => {
    if (!isOpen)
      return undefined;
    root.current.querySelector('.menu-list > :is(button, a, label)')?.focus();
    const onPointer = event => {
      if (!root.current?.contains(event.target))
        setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [isOpen]);
  const onKeyDown = event => {
    if (event.key === 'Escape') {
      setOpen(false);
      root.current.querySelector('button').focus();
      event.stopPropagation();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const items = [...root.current.querySelectorAll('.menu-list > :is(button, a, label)')];
      const next = items.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
      items[(next + items.length) % items.length]?.focus();
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return html`<div class="menu" ref=${root} onKeyDown=${isOpen ? onKeyDown : undefined}>
    <button type="button" class=${icon && !label ? 'button is-icon' : 'button'} aria-expanded=${isOpen} aria-label=${title}
      title=${title} onClick=${() => setOpen(!isOpen)}>${icon && html`<${Icon} name=${icon} />`}${label}</button>
    ${isOpen && html`<div class=${left ? 'menu-list is-left' : 'menu-list'} role="group" aria-label=${title ?? label}>
      ${typeof children === 'function' ? children(() => setOpen(false)) : children}</div>`}
  </div>`;
}

/** A menu of further actions of an object. */
export function ActionMenu({ ids, of, label = 'More', title }) {
  const shown = ids.filter(id => find(id).allowed(of) !== null);
  if (shown.length === 0)
    return null;
  return html`<${Menu} label=${label || undefined} icon=${label ? undefined : 'more'} title=${title}>${close => shown.map(id => {
    const action = find(id);
    const reason = action.allowed(of);
    return html`<button type="button" key=${id} data-action=${id} class=${action.danger ? 'is-danger' : ''} title=${reason || undefined}
      aria-disabled=${reason ? 'true' : undefined} onClick=${() => {
        close();
        run(id, of);
      }}>${action.label}</button>`;
  })}<//>`;
}

/** Tells `/` and the keys which object is in view. The keys of its actions act on it. */
export function useObjectInView(label, of, ids) {
  const ready = of !== undefined && of !== null;
  useEffect(() => {
    inView.value = ready ? { label, of, ids } : null;
    return () => {
      inView.value = null;
    };
  });
  const keys = {};
  for (const id of ready ? ids : []) {
    const { key } = find(id);
    if (key)
      keys[key] = () => run(id, of);
  }
  useKeys(keys);
}

/** The actions of a row, for the key `.`: a dialog with a button for each. @param {{ title: any, of: object, ids: string[], onClose: () => void }} props */
export const RowActions = ({ title, of, ids, onClose }) => html`<${InfoDialog} title=${title} onClose=${onClose}><div class="stack">${
  ids.map(id => html`<${ActionButton} key=${id} id=${id} of=${of} onRun=${onClose} />`)}</div><//>`;
