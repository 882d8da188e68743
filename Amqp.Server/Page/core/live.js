// One stream of server-sent events per visible tab: totals, problems, jobs, log, events, and the visible window of a list.
import { signal, effect, useEffect, batch } from '../vendor/preact.js';
import { prefix } from './router.js';
import { get } from './api.js';
import { session, readSession, clockSkew } from './session.js';

/** The state of the stream: `connecting`, `open`, `lost` or `polling` (the broker has no room for another stream). */
export const state = signal('connecting');

/** When the stream was lost, and when the next attempt starts, in milliseconds of this browser's clock. */
export const lostAt = signal(0);
export const retryAt = signal(0);

/** The latest totals of the broker, of the visible virtual hosts. */
export const overview = signal(null);

/** The problems that the broker reports; null before the first answer. */
export const problems = signal(null);

const always = ['overview', 'problems'];
const wanted = signal({ topics: {}, list: null, vhost: '' });
const listeners = new Map();
const RETRY = [1000, 2000, 3000, 5000];
const POLL = 5000;
/** A window that changes as the user types or scrolls opens the stream again only when it rests. */
const REST = 250;

let source = null;
let failures = 0;
let timer = 0;
let restTimer = 0;
let openedFor = '';

/** Restricts the totals to a virtual host; '' means all. */
export const watchHost = vhost => {
  if (wanted.value.vhost !== vhost)
    wanted.value = { ...wanted.value, vhost };
};

/** Calls a function with each message of a topic while a component is mounted. */
export function useTopic(topic, listener) {
  useEffect(() => {
    const set = listeners.get(topic) ?? new Set();
    listeners.set(topic, set.add(listener));
    const change = by => {
      const topics = { ...wanted.peek().topics };
      topics[topic] = (topics[topic] ?? 0) + by;
      wanted.value = { ...wanted.peek(), topics };
    };
    change(1);
    return () => {
      set.delete(listener);
      change(-1);
    };
  }, [topic, listener]);
}

/** Watches the window of a list; the listener gets the messages `rows` and `cells`. Null watches none. */
export function watchList(list, listener) {
  listeners.set('list', new Set(listener ? [listener] : []));
  wanted.value = { ...wanted.peek(), list };
}

function addressOf({ topics, list, vhost }) {
  const asked = [...always, ...Object.keys(topics).filter(topic => topics[topic] > 0)];
  const query = new URLSearchParams({ topics: [...new Set(asked)].join(',') });
  if (vhost)
    query.set('vhost', vhost);
  if (list) {
    query.set('list', list.kind);
    for (const [key, value] of Object.entries(list.query))
      if (value !== '' && value !== null && value !== undefined)
        query.set(key, value);
  }
  return `${prefix}/api/live?${query}`;
}

function tell(topic, message) {
  for (const listener of listeners.get(topic) ?? [])
    listener(message);
}

function hear(topic, event) {
  const message = JSON.parse(event.data);
  batch(() => {
    if (topic === 'overview') {
      overview.value = message;
      clockSkew.value = message.now - Date.now();
    } else if (topic === 'problems') {
      problems.value = message;
    }
    tell(topic, message);
  });
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function connect() {
  close();
  if (!session.peek()?.user || document.visibilityState !== 'visible')
    return;
  openedFor = addressOf(wanted.peek());
  source = new EventSource(openedFor);
  source.onopen = () => {
    failures = 0;
    state.value = 'open';
  };
  source.onerror = fail;
  for (const topic of ['overview', 'problems', 'jobs', 'log', 'events'])
    source.addEventListener(topic, event => hear(topic, event));
  for (const kind of ['rows', 'cells'])
    source.addEventListener(kind, event => {
      // Until the stream is opened again, it is of the window before, whose rows are not those of the new filter.
      if (openedFor === addressOf(wanted.peek()))
        tell('list', { kind, ...JSON.parse(event.data) });
    });
}

async function fail() {
  close();
  try {
    await readSession();
    if (!session.peek()?.user)
      return;
  } catch {
    lose();
    return;
  }
  // The broker answers, so it refused the stream: too many are open. A restarted broker accepts the next attempt.
  failures++;
  if (failures < 3) {
    timer = setTimeout(connect, RETRY[0]);
    return;
  }
  state.value = 'polling';
  await poll();
  timer = setTimeout(connect, POLL);
}

function lose() {
  if (state.peek() !== 'lost') {
    lostAt.value = Date.now();
    state.value = 'lost';
  }
  const wait = RETRY[Math.min(failures++, RETRY.length - 1)];
  retryAt.value = Date.now() + wait;
  timer = setTimeout(connect, wait);
}

/** Reads the problems and the list once, for a page without a stream. */
async function poll() {
  try {
    problems.value = await get('/api/problems');
    const { list } = wanted.peek();
    if (list)
      tell('list', { kind: 'rows', ...await get(`/api/${list.kind}?${new URLSearchParams(list.query)}`) });
  } catch {
    // The next attempt of the stream tells whether the broker answers.
  }
}

/** Opens the stream again now. */
export const retryNow = () => connect();

/** Starts to keep a stream open while a user is logged in and the tab is visible. */
export function startLive() {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') {
      close();
      return;
    }
    connect();
    readSession().catch(() => {}); // tags and permissions may have changed meanwhile; a lost broker is noticed by the stream
  });
  let user = null;
  effect(() => {
    const now = session.value?.user ?? null;
    const address = addressOf(wanted.value);
    clearTimeout(restTimer);
    if (now !== user) {
      user = now;
      state.value = 'connecting';
      overview.value = null;
      problems.value = null;
      connect();
    } else if (now && address !== openedFor) {
      restTimer = setTimeout(connect, REST);
    }
  });
}
