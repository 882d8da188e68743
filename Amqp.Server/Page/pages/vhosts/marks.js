// What the list and the page of a virtual host share.
import { html } from '../../vendor/preact.js';

/** What is special about a virtual host. */
export const Marks = ({ of }) => html`${of.tracing && html`<span class="badge is-warn">firehose on</span>`} ${of.protected_from_deletion
  && html`<span class="badge">protected</span>`}`;

/** The limits of each virtual host by its name. */
export const limitsByName = list => new Map((list ?? []).map(one => [one.vhost, one.value]));
