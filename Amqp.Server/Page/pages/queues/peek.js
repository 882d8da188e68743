// Reads ready messages at any position without taking them, page by page, and finds those that match.
import { useCallback, useEffect, useRef, useState } from '../../vendor/preact.js';
import { get, apiPath } from '../../core/api.js';
import { matcher, parseFind } from '../../parts/conditions.js';

/** Rows of a page of the list. */
export const ROWS = 50;
/** Messages that one search looks at before it asks to go on. */
const LOOKED = 10_000;
const PAGE = 500;
/** Bytes of each payload in the list; more if columns are read from JSON. */
const PREVIEW = 1024;
const LONG = 16_384;

/** Bytes of a payload that is shown whole. */
export const MOST_BODY = 1 << 20;

const messagesPath = (vhost, name, query) => `${apiPath('queues', vhost, name)}/messages?${new URLSearchParams(query)}`;

/** Reads from an offset until a page is full, the queue ends or enough was looked at. */
async function readSome({ vhost, name, find, offset, isLong, signal }) {
  const { conditions, text } = parseFind(find);
  const matches = matcher(conditions);
  const found = [];
  let [next, looked, ready] = [offset, 0, 0];
  do {
    const query = { offset: next, limit: conditions.length > 0 ? PAGE : ROWS, truncate: isLong ? LONG : PREVIEW, ...text && { search: text } };
    const answer = await get(messagesPath(vhost, name, query), { signal });
    ready = answer.messages_ready;
    looked += answer.scanned;
    next = answer.next_offset;
    for (const message of answer.messages) {
      if (!matches(message))
        continue;
      found.push(message);
      if (found.length === ROWS && conditions.length > 0) {
        looked -= answer.offset + answer.scanned - message.position - 1;
        next = message.position + 1 < ready ? message.position + 1 : null;
        break;
      }
    }
  } while (next !== null && found.length < ROWS && looked < LOOKED && conditions.length > 0);
  return { messages: found, next, looked, ready };
}

/** The messages that match. Returns `{ data, error, isLoading, reload, more }`. */
export function usePeek({ vhost, name, find, offset, isLong, every, isOff }) {
  const [state, setState] = useState({ data: undefined, error: null, isLoading: true });
  const running = useRef(null);
  const run = useCallback(async old => {
    running.current?.abort();
    const control = running.current = new AbortController();
    setState(now => ({ ...now, isLoading: true }));
    try {
      const part = await readSome({ vhost, name, find, offset: old ? old.next : offset, isLong, signal: control.signal });
      if (running.current === control)
        setState({
          data: old ? { ...part, messages: [...old.messages, ...part.messages], looked: old.looked + part.looked } : part, error: null, isLoading: false,
        });
    } catch (error) {
      if (running.current === control && error.name !== 'AbortError')
        setState(now => ({ ...now, error: error instanceof SyntaxError ? new Error(`This is not a regular expression: ${error.message}`) : error,
          isLoading: false }));
    }
  }, [vhost, name, find, offset, isLong]);
  const reload = useCallback(() => run(null), [run]);
  useEffect(() => {
    if (isOff)
      return undefined;
    const timer = setTimeout(reload, 150);
    document.addEventListener('page-refresh', reload);
    return () => {
      clearTimeout(timer);
      running.current?.abort();
      document.removeEventListener('page-refresh', reload);
    };
  }, [reload, isOff]);
  useEffect(() => {
    if (!every)
      return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), every);
    return () => clearInterval(timer);
  }, [every, reload]);
  return { ...state, reload, more: () => run(state.data) };
}

/** Path of one message. The broker looks for it near the position at which it was listed. */
export const messagePath = (of, message, rest = '') => `${apiPath('queues', of.vhost, of.name, 'messages',
  message.message)}${rest}?position=${message.position ?? 0}`;

/** A message with its payload, up to 1 MiB. */
export const readWhole = (of, message) => get(`${messagePath(of, message)}&truncate=${MOST_BODY}`).then(whole => ({ ...whole,
  position: whole.position ?? message.position }), error => {
  throw error.status === 404 ? new Error('The message is not in the queue any more: it was acknowledged, moved or dropped.') : error;
});
