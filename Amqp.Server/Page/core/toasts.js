// Results of actions. Successes go away by themselves; failures stay until they are closed.
import { signal } from '../vendor/preact.js';

const SHOWN = 6000;
let last = 0;

/** The visible toasts: `{ id, text, href, linkText, isError }`. */
export const toasts = signal([]);

export const dismiss = id => {
  toasts.value = toasts.value.filter(toast => toast.id !== id);
};

/** Shows the result of an action. */
export function toast(text, { href = '', linkText = '', isError = false } = {}) {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-4), { id, text, href, linkText, isError }];
  if (!isError)
    setTimeout(() => dismiss(id), SHOWN);
}
