// The dialog of an action: names the object, the count and the effect; shows the command lines that do the same; sends the request.
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { open } from '../core/actions.js';
import { send, ApiError, refresh } from '../core/api.js';
import { count } from '../core/format.js';
import { toast } from '../core/toasts.js';
import { curlOf, commandOf } from '../core/commands.js';
import { Dialog } from './dialog.js';
import { Field, initialValues, faultOf } from './fields.js';
import { Name } from './names.js';

/** A command line with a button that copies it. */
export function CommandLine({ label, text }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return html`<div class="command-line"><pre tabindex="0" aria-label=${label}>${text}</pre>
    <button type="button" class="button" onClick=${copy} aria-label=${`Copy the ${label} line`}>${isCopied ? 'Copied' : 'Copy'}</button></div>`;
}

/** The lines of curl and amqpbroker for a form. A form may send several requests. */
export const Commands = ({ request, command }) => html`<details class="command"><summary>Command line</summary>
  <${CommandLine} label="curl" text=${[request].flat().map(curlOf).join('\n')} />
  ${command && html`<${CommandLine} label="amqpbroker" text=${commandOf(command)} />`}
</details>`;

/** Opens the dialog of the action that runs, if there is one. */
export function ActionDialogs() {
  const shown = open.value;
  if (!shown)
    return shown;
  const View = shown.action.view;
  return View ? html`<${View} key=${shown} action=${shown.action} of=${shown.of} onClose=${close} />`
    : html`<${ActionDialog} key=${shown} action=${shown.action} of=${shown.of} />`;
}

const close = () => {
  open.value = null;
};

const valueOf = (given, ...of) => typeof given === 'function' ? given(...of) : given;

/** More lines of curl than these are not shown. */
const SHOWN_REQUESTS = 4;
/** Requests of one action at the same time. */
const AT_ONCE = 4;

const sendOne = ({ method, path, body, headers, mayBeGone }) => send(method, path, body, { headers }).catch(failure => {
  if (!mayBeGone || failure.status !== 404)
    throw failure;
  return null;
});

/** The values as the command lines show them: a password on the screen is read by whoever passes. */
const withoutSecrets = (fields, values) => Object.fromEntries(Object.entries(values).map(([name, value]) =>
  [name, value && fields.some(field => field.name === name && field.type === 'password') ? 'PASSWORD' : value]));

/** Sends the requests of an action on several objects. The others go on if one fails; the error tells how many did. */
async function sendAll(requests, onSent) {
  const failures = [];
  let [next, sent] = [0, 0];
  const worker = async () => {
    while (next < requests.length) {
      await sendOne(requests[next++]).catch(failure => failures.push(failure));
      onSent(++sent);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failures.length > 0)
    throw new ApiError(failures[0].status, `${count(failures.length)} of ${count(requests.length)} failed. The first: ${failures[0].message}`);
  return null;
}

function ActionDialog({ action, of }) {
  const [content, setContent] = useState(() => {
    const dialog = action.dialog(of);
    return dialog instanceof Promise ? null : dialog;
  });
  useEffect(() => {
    if (content)
      return;
    Promise.resolve(action.dialog(of)).then(setContent, error => {
      toast(`${action.label.replace('…', '')}: ${error.message}`, { isError: true });
      close();
    });
  }, []);
  return content && html`<${Form} action=${action} of=${of} content=${content} />`;
}

function Form({ action, of, content }) {
  const fields = content.fields ?? [];
  const [values, setValues] = useState(() => initialValues(fields));
  const [typed, setTyped] = useState('');
  const [isAsked, setAsked] = useState(false);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState(null);
  const [preview, setPreview] = useState(null);
  const [sent, setSent] = useState(0);
  const running = useRef(0);
  const change = (name, value) => setValues(old => ({ ...old, [name]: value }));
  const isFaulty = fields.some(field => faultOf(field, values[field.name], values) !== '');
  const confirmName = valueOf(content.confirmName, values) ?? null;
  const isGuarded = confirmName !== null && typed !== confirmName;

  useEffect(() => {
    if (!action.preview || isFaulty)
      return undefined;
    const timer = setTimeout(async () => {
      const mine = ++running.current;
      let next;
      try {
        next = await action.preview(of, values);
      } catch (failure) {
        next = html`<div class="warn-box">${failure.message}</div>`;
      }
      if (mine === running.current)
        setPreview(next);
    }, 250);
    return () => clearTimeout(timer);
  }, [JSON.stringify(values), isFaulty]);

  const submit = async event => {
    event.preventDefault();
    setAsked(true);
    if (isFaulty || isGuarded || isSending)
      return;
    setSending(true);
    setError(null);
    try {
      const request = action.request(of, values);
      const reply = Array.isArray(request)
        ? await sendAll(request, setSent) : await sendOne(request);
      close();
      refresh();
      const result = action.done?.(of, values, reply) ?? { text: `${action.label.replace('…', '')}: done.` };
      if (result.text)
        toast(result.text, result);
    } catch (failure) {
      setError(failure);
      setSending(false);
    }
  };

  const shownValues = withoutSecrets(fields, values);
  let request = null;
  try {
    request = isFaulty ? null : action.request(of, shownValues);
  } catch {
    request = null; // incomplete values
  }
  const button = valueOf(content.button, values, preview);
  const text = valueOf(content.text, values, setValues);
  const kind = `button is-primary${action.danger ? ' is-danger' : ''}`;
  return html`<${Dialog} title=${content.title} wide=${content.wide} onClose=${close}><form onSubmit=${submit} data-dialog=${action.id} novalidate>
    ${text && html`<div class="stack">${text}</div>`}
    ${fields.length > 0 && html`<div class="fields">${fields.map(field =>
      html`<${Field} key=${field.name} field=${field} values=${values} onChange=${change} showFaults=${isAsked} />`)}</div>`}
    ${preview && html`<div class="stack" aria-live="polite">${preview.view ?? preview}</div>`}
    ${confirmName !== null && html`<div class="field">
      <label for="confirm-name">Type <b><${Name} of=${confirmName} /></b> to confirm</label>
      <input class="input" id="confirm-name" autocomplete="off" spellcheck="false" value=${typed} onInput=${event => setTyped(event.target.value)} /></div>`}
    ${isSending && Array.isArray(request) && html`<p role="status">${count(sent)} of ${count(request.length)} done …</p>`}
    ${error && html`<div class="fault-box" role="alert"><b>${error.message}</b>${error.advice && html`<span>${error.advice}</span>`}</div>`}
    ${request && [request].flat().length > 0 && [request].flat().length <= SHOWN_REQUESTS
      && html`<${Commands} request=${request} command=${action.command?.(of, shownValues)} />`}
    <footer>
      <button type="button" class="button" data-focus=${action.danger || fields.length === 0 ? true : undefined} onClick=${close}>Cancel</button>
      <button type="submit" class=${kind} aria-disabled=${isGuarded || isSending ? 'true' : undefined}>${button}</button>
    </footer>
  </form><//>`;
}
