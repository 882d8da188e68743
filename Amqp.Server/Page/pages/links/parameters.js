// Runtime parameters that a form edits: shovels, upstreams, sets of upstreams.
import { html } from '../../vendor/preact.js';
import { apiPath } from '../../core/api.js';
import { isAdministrator, isPolicymaker, hasAccess, virtualHosts } from '../../core/session.js';
import { Name } from '../../parts/names.js';

export const allowed = of => !isPolicymaker() ? null : of.vhost === undefined || isAdministrator() || hasAccess(of.vhost) ? ''
  : `needs a permission in ${of.vhost}`;

/** Fields of the name and the virtual host; an object that exists keeps both. */
export const identity = of => of.value ? [] : [{ name: 'name', label: 'Name', required: true, maxBytes: 255 },
  { name: 'vhost', label: 'Virtual host', type: 'select', options: virtualHosts.value, value: of.vhost ?? virtualHosts.value[0] }];

const nameOf = (of, values) => of.value ? of.name : values.name;
const hostOf = (of, values) => of.value ? of.vhost : values.vhost;

/** Request and command that write a parameter. @param {string} component @param {(of: any, values: object) => any} valueOf */
export const writing = (component, valueOf) => ({
  request: (of, values) => ({ method: 'PUT', path: apiPath('parameters', component, hostOf(of, values), nameOf(of, values)),
    body: { value: valueOf(of, values) } }),
  command: (of, values) => ['ctl', 'set_parameter', '-p', hostOf(of, values), component, nameOf(of, values), JSON.stringify(valueOf(of, values))],
  done: (of, values) => ({ text: `${nameOf(of, values)} was saved.` }),
});

/** Request and command that delete a parameter. */
export const deleting = component => ({
  danger: true,
  allowed,
  request: of => ({ method: 'DELETE', path: apiPath('parameters', component, of.vhost, of.name), mayBeGone: true }),
  command: of => ['ctl', 'clear_parameter', '-p', of.vhost, component, of.name],
  done: of => ({ text: `${of.name} was deleted.` }),
});

/** A URI or a list of them as text: separated by blanks. */
export const urisText = uris => [uris ?? []].flat().join(' ');
export const urisOf = text => {
  const uris = text.split(/\s+/).filter(Boolean);
  return uris.length === 1 ? uris[0] : uris;
};
export const checkUris = text => text.split(/\s+/).filter(Boolean).every(uri => /^amqps?:\/\//.test(uri)) ? '' : 'Each URI begins with amqp:// or amqps://.';

/** A URI as lists show it: without its password. */
export const Uri = ({ of }) => [of ?? []].flat().map((uri, i) => html`${i > 0 && ', '}<${Name} of=${String(uri).replace(/^(amqps?:\/\/[^:@/]*):[^@/]*@/,
  '$1@')} />`);

/** Copies fields of a form into an object; empty ones are removed. */
export function merged(old, fields) {
  const value = { ...old };
  for (const [name, field] of Object.entries(fields))
    if (field === '' || field === undefined || field === null || field === false && old?.[name] === undefined)
      delete value[name];
    else
      value[name] = field;
  return value;
}

export const numberOf = text => text === '' ? undefined : Number(text);
