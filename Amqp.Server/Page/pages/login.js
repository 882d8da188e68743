// The login: a real form, so that password managers fill it.
import { html, useState } from '../vendor/preact.js';
import { session, logIn, endReason } from '../core/session.js';

export function Login() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState('');
  const [isSending, setSending] = useState(false);
  const submit = async event => {
    event.preventDefault();
    if (isSending)
      return;
    setSending(true);
    setFault('');
    try {
      await logIn(name, password);
    } catch (error) {
      setFault(error.status === 401 && /login failed/i.test(error.message)
        ? 'The name or the password is wrong, or the user may not log in from this address.' : error.message);
      setSending(false);
    }
  };
  return html`<main class="login"><form onSubmit=${submit}>
    <h1><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d="M3 6h8l5 6h5M3 18h8l5-6M3 12h8" /></svg>AmqpBroker</h1>
    ${endReason.value && !fault && html`<div class="warn-box" role="status">${endReason.value}</div>`}
    ${fault && html`<div class="fault-box" role="alert">${fault}</div>`}
    <div class="field"><label for="username">Name</label><input class="input" id="username" name="username" autocomplete="username" autofocus required
      spellcheck="false" autocapitalize="none" value=${name} onInput=${event => setName(event.target.value)} /></div>
    <div class="field"><label for="password">Password</label><input class="input" id="password" name="password" type="password" autocomplete="current-password"
      value=${password} onInput=${event => setPassword(event.target.value)} /></div>
    <button type="submit" class="button is-primary" aria-disabled=${isSending ? 'true' : undefined}>Log in</button>
    <p class="muted">${session.value?.product ?? 'AmqpBroker'} ${session.value?.version ?? ''}</p>
  </form></main>`;
}
