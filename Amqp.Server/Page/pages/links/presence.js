// Whether there are shovels and federation links: their pages are in the navigation only then.
import { signal, effect } from '../../vendor/preact.js';
import { get } from '../../core/api.js';
import { session, isMonitoring } from '../../core/session.js';

const shovels = signal(false);
const links = signal(false);

let asked = null;
effect(() => {
  const user = session.value?.user ?? null;
  if (user === asked)
    return;
  asked = user;
  shovels.value = links.value = false;
  if (!user || !isMonitoring())
    return;
  get('/api/shovels').then(list => {
    shovels.value = list.length > 0;
  }, () => {});
  get('/api/federation-links').then(list => {
    links.value = list.length > 0;
  }, () => {});
});

export const hasShovels = () => shovels.value;
export const hasFederation = () => links.value;
