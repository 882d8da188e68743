// The head of a page: the place in the tree, the one h1, and the actions.
import { html } from '../vendor/preact.js';
import { to } from '../core/router.js';

/** @param {{ title: any, crumbs?: {parts: string[], label: string}[], badges?: any, actions?: any }} props */
export const PageHead = ({ title, crumbs = [], badges, actions }) => html`<div class="page-head">
  ${crumbs.length > 0 && html`<nav class="crumbs" aria-label="Path">${crumbs.map((crumb, i) =>
    html`${i > 0 && ' › '}<a href=${to(crumb.parts, crumb.query)}><bdi>${crumb.label}</bdi></a>`)}</nav>`}
  <h1>${title}</h1>${badges}<div class="actions">${actions}</div></div>`;

/** Tabs of an object, each with an address of its own. @param {{ tabs: {id: string, label: any}[], current: string, base: string[] }} props */
export const Tabs = ({ tabs, current, base, label }) => html`<nav class="tabs" aria-label=${label}>${tabs.map((tab, i) =>
  html`<a key=${tab.id} href=${to(i === 0 ? base : [...base, tab.id])} aria-current=${tab.id === current ? 'page' : undefined}>${tab.label}</a>`)}</nav>`;

/** Name and value pairs; a pair without a value is left out. @param {{ of: [string, any][] }} props */
export const Facts = ({ of }) => html`<dl class="facts">${of.filter(([, value]) => value !== null && value !== undefined && value !== ''
  && value !== false).map(([name, value]) =>
  html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;

/** A row of large numbers. @param {{ of: {name: string, value: any, unit?: string, href?: string}[] }} props */
export const Figures = ({ of }) => html`<div class="figures">${of.filter(Boolean).map(one => one.href
  ? html`<a class="figure" key=${one.name} href=${one.href}><div class="name">${one.name}</div><div class="value">
    ${one.value} ${one.unit && html`<small>${one.unit}</small>`}</div></a>`
  : html`<div class="figure" key=${one.name}><div class="name">${one.name}</div><div class="value">
    ${one.value} ${one.unit && html`<small>${one.unit}</small>`}</div></div>`)}</div>`;
