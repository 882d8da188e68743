// The registry of everything that a user can do. Pages show actions as buttons, `/` finds them, and tests exercise each of them.
import { signal } from '../vendor/preact.js';

const registry = new Map();

/**
 * @typedef {object} Action
 * @property {string} id  Such as `queue.purge`.
 * @property {string} label  Verb first; ends with … if a dialog follows.
 * @property {string=} key  Single key on the page of the object.
 * @property {boolean=} danger  True if something is lost.
 * @property {(of: any) => string|null} allowed  '' if allowed; a reason: shown disabled; null: not shown at all, as the tag is missing.
 * @property {(of: any) => object} dialog  `{ title, text, fields, confirmName, button, wide }`; may be async. Text, name and button may be
 *   functions of the values.
 * @property {Function=} view  A component with the properties `action`, `of` and `onClose`, instead of a dialog.
 * @property {(of: any, values: object) => {method: string, path: string, body?: object, headers?: object, mayBeGone?: boolean}} request  Or several of
 *   them. With mayBeGone, 404 is a success: somebody else was faster.
 * @property {((of: any, values: object) => (string|undefined)[])=} command  Words of the same amqpbroker command.
 * @property {((of: any, values: object, reply: any) => object)=} done  `{ text, href, linkText }` of the toast; may also open a page.
 * @property {((of: any, values: object) => Promise<any>)=} preview  Shown below the form before the request is sent.
 */

/** Adds an action. @param {Action} action */
export function define(action) {
  if (registry.has(action.id))
    throw new Error(`the action ${action.id} is defined twice`);
  registry.set(action.id, action);
  return action;
}

export const find = id => registry.get(id);

/** All actions. Tests read them. */
export const all = () => [...registry.values()];

/** The dialog in view: `{ action, of }`, or null. */
export const open = signal(null);

/** The object in view and the ids of its actions, for `/`: `{ label, of, ids }`, or null. */
export const inView = signal(null);

/** Opens the dialog of an action. */
export function run(id, of) {
  const action = registry.get(id);
  if (action && action.allowed(of) === '')
    open.value = { action, of };
}
