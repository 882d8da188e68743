// A modal dialog. The browser keeps the focus inside, closes it with Escape, and gives the focus back.
import { html, useEffect, useId, useRef } from '../vendor/preact.js';

export function Dialog({ title, wide = false, onClose, className = '', children, header = true }) {
  const dialog = useRef(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element.showModal();
    element.querySelector('[data-focus]')?.focus();
    return () => {
      if (element.open)
        element.close();
      if (before instanceof HTMLElement && before.isConnected)
        before.focus();
    };
  }, []);
  return html`<dialog ref=${dialog} aria-labelledby=${header ? id : undefined} aria-label=${header ? undefined : title}
    class=${`${wide ? 'is-wide ' : ''}${className}`}
    onCancel=${event => {
      event.preventDefault();
      onClose();
    }} onClick=${event => {
      if (event.target === dialog.current)
        onClose();
    }}>
    ${header && html`<header><h2 id=${id}>${title}</h2></header>`}
    ${children}
  </dialog>`;
}

/** A dialog that only shows something. */
export const InfoDialog = ({ title, wide, onClose, children }) => html`<${Dialog} title=${title} wide=${wide} onClose=${onClose}>
  <div class="dialog-body">${children}<footer><button type="button" class="button" data-focus onClick=${onClose}>Close</button></footer></div>
<//>`;
