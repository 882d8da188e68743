// Starts the page: reads the session, then shows the login or the page of the address.
import { html, render } from './vendor/preact.js';
import { startRouter, segments, to } from './core/router.js';
import { session, readSession } from './core/session.js';
import { startLive } from './core/live.js';
import { startKeys } from './core/keys.js';
import { all } from './core/actions.js';
import { pageOf } from './pages/index.js';
import { Login } from './pages/login.js';
import { Frame } from './parts/frame.js';
import { Empty } from './parts/states.js';
import { PageHead } from './parts/page.js';

const RETRY = 2000;

const NotFound = () => html`<${PageHead} title="There is no such page" />
  <${Empty}><span>The address does not name a page of AmqpBroker.</span><a class="button" href=${to([])}>Overview</a><//>`;

function App() {
  if (session.value === undefined)
    return html`<div class="starting" role="status">AmqpBroker</div>`;
  if (!session.value?.user)
    return html`<${Login} />`;
  const parts = segments.value;
  const Page = pageOf(parts);
  return html`<${Frame}>${Page ? html`<${Page} key=${parts[0]} parts=${parts.slice(1)} />` : html`<${NotFound} />`}<//>`;
}

async function start() {
  startRouter();
  startKeys();
  const place = document.getElementById('app');
  place.replaceChildren();
  render(html`<${App} />`, place);
  while (session.value === undefined) {
    try {
      await readSession();
    } catch {
      await new Promise(resolve => setTimeout(resolve, RETRY));
    }
  }
  startLive();
}

// For tests, which exercise each action, and for the console of the browser.
globalThis.amqpbroker = { actions: all };

start();
