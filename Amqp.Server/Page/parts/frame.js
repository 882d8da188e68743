// The frame of every page: header, navigation, strips, toasts, the bar of a phone.
import { html, signal, useEffect, useState } from '../vendor/preact.js';
import { path, segments, chosenHost, to, setQuery, prefix, open } from '../core/router.js';
import { session, virtualHosts, logOut, isMonitoring } from '../core/session.js';
import { state, lostAt, retryAt, retryNow, problems, overview, watchHost } from '../core/live.js';
import { switchTheme, settings, changeSettings } from '../core/settings.js';
import { toasts, dismiss, toast } from '../core/toasts.js';
import { refresh } from '../core/api.js';
import { useKeys, keyList } from '../core/keys.js';
import { duration } from '../core/format.js';
import { pages } from '../pages/index.js';
import { changeRange } from './samples.js';
import { Icon } from './icons.js';
import { Menu } from './actions.js';
import { InfoDialog } from './dialog.js';
import { ActionDialogs } from './actiondialog.js';
import { Search, isSearching } from './search.js';

const areKeysShown = signal(false);
const isNavOpen = signal(false);

/** Pages that a virtual host restricts keep it when the reader goes from one to another. */
const addressOf = page => to(page.path, { vhost: chosenHost.value });

function NavItem({ page }) {
  const isCurrent = page.path.length === 0 ? segments.value.length === 0 : segments.value[0] === page.path[0];
  const worst = page.path.length === 0 ? (problems.value ?? []).filter(problem => problem.severity !== 'info').length : 0;
  return html`<li><a href=${addressOf(page)} aria-current=${isCurrent ? 'page' : undefined} onClick=${() => {
    isNavOpen.value = false;
  }}>${page.label}${worst > 0 && html`<span class="badge is-warn" title="problems">${worst}</span>`}</a></li>`;
}

function Navigation() {
  const groups = [...new Set(pages.map(page => page.group).filter(Boolean))];
  return html`<nav class=${isNavOpen.value ? 'nav is-open' : 'nav'} id="nav" aria-label="Pages">
    ${groups.map(group => {
      const shown = pages.filter(page => page.group === group && (page.isAllowed?.() ?? true) && (page.isThere?.() ?? true));
      return shown.length > 0 && html`<h2>${group}</h2><ul>${shown.map(page => html`<${NavItem} key=${page.label} page=${page} />`)}</ul>`;
    })}
  </nav>`;
}

function HostSelector() {
  const vhost = chosenHost.value;
  useEffect(() => watchHost(vhost), [vhost]);
  if (virtualHosts.value.length < 2 && !vhost)
    return null;
  return html`<label class="row"><span class="muted hide-narrow">Virtual host</span>
    <select class="select" aria-label="Virtual host" value=${vhost} onChange=${event => setQuery({ vhost: event.target.value })}>
      <option value="">All</option>${virtualHosts.value.map(name => html`<option key=${name} value=${name}>${name}</option>`)}
    </select></label>`;
}

function UserMenu() {
  const { user, tags } = session.value;
  return html`<${Menu} icon="user" title=${`User ${user}`}>${close => html`
    <a href=${to([])} onClick=${close}><b><bdi>${user}</bdi></b>&nbsp;<span class="muted">${tags.join(', ')}</span></a><hr />
    <button type="button" onClick=${switchTheme}>Light or dark theme</button>
    <button type="button" onClick=${() => changeSettings({ theme: undefined })}>Theme of the system</button>
    <button type="button" aria-pressed=${settings.value.keys !== false}
      onClick=${() => changeSettings({ keys: settings.value.keys === false ? undefined : false })}>
      ${settings.value.keys === false ? 'Turn single keys on' : 'Turn single keys off'}</button>
    <button type="button" onClick=${() => {
      close();
      areKeysShown.value = true;
    }}>Keys</button>
    <a href=${`${prefix}/api/overview`} target="_blank" rel="noopener">HTTP API</a><hr />
    <button type="button" onClick=${() => logOut().catch(error => toast(error.message, { isError: true }))}>Log out</button>`}<//>`;
}

const liveWords = { connecting: 'connecting', open: 'live', lost: 'offline', polling: 'every 5 s' };

function Header() {
  return html`<header class="top">
    <a class="brand" href=${to([])} title="Overview"><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M3 6h8l5 6h5M3 18h8l5-6M3 12h8" /></svg>
      AmqpBroker <small>${session.value.cluster_name}</small></a>
    <span class="space"></span>
    <${HostSelector} />
    <button type="button" class="find-button" onClick=${() => {
      isSearching.value = true;
    }}><${Icon} name="search" />Search<kbd>/</kbd></button>
    <span class=${`live-mark${state.value === 'open' ? '' : ' is-off'}`} title=${`${liveWords[state.value]}, version ${session.value.version}`}>
      <span>${liveWords[state.value]}</span></span>
    <button type="button" class="button is-icon is-quiet" aria-label="Light or dark theme" title="Light or dark theme (t)"
      onClick=${switchTheme}><${Icon} name="theme" /></button>
    <${UserMenu} />
  </header>`;
}

/** Counts down to the next attempt while the connection is lost. */
function LostStrip() {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return html`<div class="strip is-bad" role="alert"><b>Connection lost ${duration(now - lostAt.value)} ago.</b>
    <span>Trying again ${retryAt.value > now ? `in ${duration(retryAt.value - now)}` : 'now'}. The values are of that time.</span>
    <button type="button" class="link-button" onClick=${retryNow}>Try now</button></div>`;
}

const firstVersion = signal('');

function Strips() {
  const { version } = session.value;
  if (firstVersion.value === '' && version)
    firstVersion.value = version;
  const alarms = overview.value?.alarms ?? [];
  return html`${state.value === 'lost' && html`<${LostStrip} />`}
    ${firstVersion.value !== version && html`<div class="strip" role="status"><span>The broker was updated to ${version}.</span>
      <button type="button" class="link-button" onClick=${() => location.reload()}>Reload the page</button></div>`}
    ${alarms.length > 0 && html`<div class="strip is-bad" role="alert"><b>Publishers are blocked:</b>
      <span>${alarms.map(alarm => alarm === 'memory' ? 'the memory limit is reached' : alarm === 'disk' ? 'free disk space is below the limit'
        : alarm === 'nodes' ? 'too few nodes of the cluster are in sync' : alarm).join(', ')}.</span>
      <a href=${to([])}>Overview</a></div>`}`;
}

const Toasts = () => html`<div class="toasts" role="status" aria-live="polite">${toasts.value.map(one => html`<div key=${one.id}
  class=${one.isError ? 'toast is-error' : 'toast'}><div>${one.text} ${one.href && html`<a href=${one.href}>${one.linkText}</a>`}</div>
  <button type="button" class="button is-icon is-quiet" aria-label="Close the message"
    onClick=${() => dismiss(one.id)}><${Icon} name="close" /></button></div>`)}</div>`;

const PhoneBar = () => html`<nav class="phone-bar" aria-label="Main pages">
  <a href=${to([])} aria-current=${segments.value.length === 0 ? 'page' : undefined}><${Icon} name="overview" />Overview</a>
  <a href=${to(['queues'])} aria-current=${segments.value[0] === 'queues' ? 'page' : undefined}><${Icon} name="queues" />Queues</a>
  <button type="button" onClick=${() => {
    isSearching.value = true;
  }}><${Icon} name="search" />Search</button>
  <button type="button" aria-expanded=${isNavOpen.value} aria-controls="nav" onClick=${() => {
    isNavOpen.value = !isNavOpen.value;
  }}><${Icon} name="more" />More</button>
</nav>`;

const KeyList = () => html`<${InfoDialog} title="Keys" onClose=${() => {
  areKeysShown.value = false;
}}><dl class="key-list">${keyList.map(([key, meaning]) => html`<dt><kbd>${key}</kbd></dt><dd>${meaning}</dd>`)}</dl>
  <p class="muted">Single letters act outside fields only. The menu of the user turns them off.</p><//>`;

export function Frame({ children }) {
  useKeys({
    '/': () => {
      isSearching.value = true;
    },
    '?': () => {
      areKeysShown.value = true;
    },
    t: switchTheme, r: refresh, f: () => document.querySelector('main [data-filter]')?.focus(), '[': () => changeRange(-1), ']': () => changeRange(1),
    'g o': () => open(to([])), 'g q': () => open(to(['queues'])), 'g e': () => open(to(['exchanges'])),
    'g c': () => open(to(['connections'])), 'g p': () => open(to(['policies'])), 'g l': () => isMonitoring() ? open(to(['log'])) : undefined,
  });
  useEffect(() => {
    const heading = document.querySelector('main h1')?.textContent?.trim();
    document.title = heading ? `${heading} · AmqpBroker` : 'AmqpBroker';
  });
  // The focus follows the page, so that a screen reader announces it; not at the first page.
  useEffect(() => {
    if (Frame.isShown)
      document.getElementById('main')?.focus({ preventScroll: true });
    Frame.isShown = true;
  }, [path.value]);
  return html`<div class=${state.value === 'lost' ? 'frame is-stale' : 'frame'}>
    <a class="skip" href="#main">Skip to the content</a>
    <${Header} /><${Navigation} />
    <main class="main" id="main" tabindex="-1"><${Strips} />${children}</main>
    <${PhoneBar} />
  </div>
  <${Toasts} />${areKeysShown.value && html`<${KeyList} />`}${isSearching.value && html`<${Search} />`}<${ActionDialogs} />`;
}
Frame.isShown = false;
