// Keys: single letters act only outside inputs and dialogs, and can be turned off. `g` waits for a second letter.
import { useEffect } from '../vendor/preact.js';
import { areKeysOn } from './settings.js';

const SEQUENCE = 1500;
/** Keys of the page in view, the newest last: each is a map from a key to a function. */
const layers = [];
let waiting = '';
let waitingUntil = 0;

const isTyping = target =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable=true]') !== null;

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
    return;
  if (document.querySelector('dialog[open]'))
    return;
  const isLetter = event.key.length === 1;
  if (isLetter && !areKeysOn())
    return;
  const sequence = waiting && performance.now() < waitingUntil ? `${waiting} ${event.key}` : event.key;
  waiting = '';
  for (let i = layers.length - 1; i >= 0; i--) {
    const action = layers[i][sequence];
    if (!action)
      continue;
    if (action(event) !== false)
      event.preventDefault();
    return;
  }
  if (event.key === 'g') {
    waiting = 'g';
    waitingUntil = performance.now() + SEQUENCE;
  }
}

/** Starts to listen. */
export const startKeys = () => document.addEventListener('keydown', onKey);

/** Adds keys while a component is mounted. An action that returns false leaves the key to the browser. */
export function useKeys(keys) {
  useEffect(() => {
    layers.push(keys);
    return () => {
      layers.splice(layers.indexOf(keys), 1);
    };
  });
}

/** All keys with their meaning, for the list that `?` shows. */
export const keyList = [
  ['/', 'Search objects, pages and actions'],
  ['g o', 'Overview'], ['g q', 'Queues'], ['g e', 'Exchanges'], ['g c', 'Connections'], ['g p', 'Policies'], ['g l', 'Log'],
  ['j or ↓', 'Next row'], ['k or ↑', 'Previous row'], ['Enter', 'Open the row'], ['x', 'Select the row'], ['.', 'Actions of the row'],
  ['f', 'Filter the list'], ['s', 'Sort the list'], ['r', 'Refresh'],
  ['e', 'Edit'], ['p', 'Publish a message'], ['m', 'Move messages'],
  ['[ and ]', 'Shorter or longer range of the charts'], ['t', 'Light or dark theme'], ['?', 'This list'],
  ['Escape', 'Close the dialog; the focus returns to where it was'],
];
