// Fields of forms, described by data: `{ name, label, type, options, help, required, value, wide, shortcuts, when }`.
// Types: text, number, password, area, check, select, pairs (field tables), list (lines), file.
import { html, useId, useState } from '../vendor/preact.js';
import { Icon } from './icons.js';

/** The values with which a form begins. */
export const initialValues = fields => Object.fromEntries(fields.map(field =>
  [field.name, field.value ?? (field.type === 'check' ? false : field.type === 'pairs' ? [] : field.type === 'select' ? firstOf(field) : '')]));

const firstOf = field => optionValue(field.options[0]);
const optionValue = option => typeof option === 'string' ? option : option.value;
const optionLabel = option => typeof option === 'string' ? option : option.label;

/** Returns what is wrong with a value, or ''. */
export function faultOf(field, value, values) {
  if (field.when && !field.when(values))
    return '';
  if (field.required && (value === '' || value === null || value === undefined))
    return `${field.label} is required.`;
  if (field.type === 'number' && value !== '' && !/^-?\d+(\.\d+)?$/.test(value))
    return 'A number is expected.';
  if (field.maxBytes && new TextEncoder().encode(value).length > field.maxBytes)
    return `At most ${field.maxBytes} bytes are allowed.`;
  if (field.type === 'pairs') {
    const wrong = value.find(pair => pair.type !== 'string' && parsePair(pair) === undefined);
    if (wrong)
      return `The value of ${wrong.key || 'an argument'} is not a ${wrong.type}.`;
  }
  return field.check?.(value, values) ?? '';
}

function parsePair({ type, value }) {
  if (type === 'number')
    return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
  if (type === 'boolean')
    return value === 'true' ? true : value === 'false' ? false : undefined;
  if (type === 'list' || type === 'table') {
    try {
      const parsed = JSON.parse(value);
      return Array.isArray(parsed) === (type === 'list') && typeof parsed === 'object' ? parsed : undefined;
    } catch {
      return undefined;
    }
  }
  return value;
}

/** The object of a field of type pairs; pairs without a key are left out. */
export const pairsToObject = pairs => Object.fromEntries(pairs.filter(pair => pair.key !== '').map(pair => [pair.key, parsePair(pair)]));

/** The pairs of an object, for a form that edits it. */
export const objectToPairs = object => Object.entries(object ?? {}).map(([key, value]) => ({
  key,
  type: typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : Array.isArray(value) ? 'list'
    : value !== null && typeof value === 'object' ? 'table' : 'string',
  value: value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value),
}));

function Pairs({ id, field, value, onChange, describedBy }) {
  const set = (index, changes) => onChange(value.map((pair, i) => i === index ? { ...pair, ...changes } : pair));
  const add = (shortcut = {}) => onChange([...value, { key: shortcut.key ?? '', value: shortcut.value ?? '', type: shortcut.type ?? 'string' }]);
  const known = pair => field.shortcuts?.find(shortcut => shortcut.key === pair.key);
  return html`<div class="pairs" id=${id} role="group" aria-label=${field.label} aria-describedby=${describedBy}>
    ${value.map((pair, index) => html`<div class="pair" key=${index}>
      <input class="input" aria-label=${`Key ${index + 1}`} placeholder="key" value=${pair.key} onInput=${event => set(index, { key: event.target.value })} />
      <input class="input" aria-label=${`Value ${index + 1}`} placeholder=${known(pair)?.example ?? 'value'} value=${pair.value} onInput=${event => set(index,
        { value: event.target.value })} />
      <select class="select" aria-label=${`Type ${index + 1}`} value=${pair.type} onChange=${event => set(index, { type: event.target.value })}>
        ${['string', 'number', 'boolean', 'list', 'table'].map(type => html`<option value=${type}>${type}</option>`)}
      </select>
      <button type="button" class="button is-icon is-quiet" aria-label=${`Remove ${pair.key || `row ${index + 1}`}`} onClick=${() =>
        onChange(value.filter((_, i) => i !== index))}><${Icon} name="close" /></button>
      ${known(pair)?.help && html`<span class="help">${known(pair).help}</span>`}
    </div>`)}
    <div class="shortcuts">
      <button type="button" class="chip" onClick=${() => add()}>+ Add</button>
      ${(field.shortcuts ?? []).filter(shortcut => !value.some(pair => pair.key === shortcut.key)).map(shortcut =>
        html`<button type="button" class="chip" key=${shortcut.key} title=${shortcut.help} onClick=${() => add(shortcut)}>
          ${shortcut.label ?? shortcut.key}</button>`)}
    </div>
  </div>`;
}

function Control({ id, field, value, onChange, isFaulty, describedBy }) {
  const shared = {
    id, name: field.name, 'aria-describedby': describedBy, 'aria-invalid': isFaulty ? 'true' : undefined, 'aria-required': field.required ? 'true' : undefined,
    onInput: event => onChange(event.target.value),
  };
  if (field.type === 'select')
    return html`<select class="select" ...${shared} value=${value} onInput=${undefined} onChange=${event => onChange(event.target.value)}>
      ${field.options.map(option => html`<option key=${optionValue(option)} value=${optionValue(option)}>${optionLabel(option)}</option>`)}</select>`;
  if (field.type === 'area')
    return html`<textarea class="area" spellcheck="false" rows=${field.rows ?? 5} placeholder=${field.placeholder} ...${shared} value=${value}></textarea>`;
  if (field.type === 'file')
    return html`<input class="input" type="file" id=${id} accept=${field.accept} aria-describedby=${describedBy}
      onChange=${event => event.target.files[0]?.text().then(onChange)} />`;
  return html`<input class="input" type=${field.type === 'password' ? 'password' : 'text'} inputmode=${field.type === 'number' ? 'numeric' : undefined}
    autocomplete=${field.autocomplete ?? 'off'} spellcheck="false" list=${field.suggestions ? `${id}-list` : undefined}
    placeholder=${field.placeholder} ...${shared} value=${value} />
    ${field.suggestions && html`<datalist id=${`${id}-list`}>${field.suggestions.map(item => html`<option value=${item}></option>`)}</datalist>`}`;
}

/** One field with its label, help and fault. */
export function Field({ field, values, onChange, showFaults }) {
  const id = useId();
  const [isTouched, setTouched] = useState(false);
  if (field.when && !field.when(values))
    return null;
  const value = values[field.name];
  const fault = isTouched || showFaults ? faultOf(field, value, values) : '';
  const describedBy = [field.help && `${id}-help`, fault && `${id}-fault`].filter(Boolean).join(' ') || undefined;
  const change = next => onChange(field.name, next);
  if (field.type === 'check')
    return html`<div class=${field.wide ? 'field is-wide' : 'field'}><label class="check" for=${id}>
      <input type="checkbox" id=${id} name=${field.name} checked=${value} onChange=${event => change(event.target.checked)} aria-describedby=${describedBy} />
      <span>${field.label}</span></label>${field.help && html`<span class="help" id=${`${id}-help`}>${field.help}</span>`}</div>`;
  return html`<div class=${field.wide || field.type === 'pairs' || field.type === 'area' ? 'field is-wide' : 'field'} onFocusOut=${() => setTouched(true)}>
    ${field.type === 'pairs' ? html`<span class="label">${field.label}</span>` : html`<label for=${id}>${field.label}</label>`}
    ${field.type === 'pairs'
      ? html`<${Pairs} id=${id} field=${field} value=${value} onChange=${change} describedBy=${describedBy} />`
      : html`<${Control} id=${id} field=${field} value=${value} onChange=${change} isFaulty=${fault !== ''} describedBy=${describedBy} />`}
    ${field.help && html`<span class="help" id=${`${id}-help`}>${field.help}</span>`}
    ${fault && html`<span class="fault" id=${`${id}-fault`}>${fault}</span>`}
  </div>`;
}
