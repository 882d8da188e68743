// All pages: their addresses, their places in the navigation, and who sees them there.
import { isAdministrator, isMonitoring } from '../core/session.js';
import { Overview } from './overview.js';
import { Queues } from './queues/list.js';
import { Exchanges } from './exchanges/list.js';
import { GraphPage } from './graph.js';
import { Connections, Channels, Consumers } from './connections/list.js';
import { Log } from './find/log.js';
import { Events } from './find/events.js';
import { Traces } from './find/traces.js';
import { Jobs } from './find/jobs.js';
import { Policies } from './policies/policies.js';
import { Definitions } from './definitions/definitions.js';
import { VirtualHosts } from './vhosts/vhosts.js';
import { Shovels } from './links/shovels.js';
import { Federation } from './links/federation.js';
import { hasShovels, hasFederation } from './links/presence.js';
import { Users } from './access/users.js';
import { Permissions } from './access/permissions.js';
import { Node } from './node/node.js';

/**
 * `path`: first segments of the address; `group`: heading in the navigation, none for pages that are reached from within others;
 * `isAllowed`: the user may open it; `isThere`: it has something to show, so that it is in the navigation.
 * @type {{path: string[], label: string, group?: string, page: Function, isAllowed?: () => boolean, isThere?: () => boolean}[]}
 */
export const pages = [
  { path: [], label: 'Overview', group: 'Watch', page: Overview },
  { path: ['queues'], label: 'Queues', group: 'Watch', page: Queues },
  { path: ['exchanges'], label: 'Exchanges', group: 'Watch', page: Exchanges },
  { path: ['graph'], label: 'Graph', page: GraphPage },
  { path: ['connections'], label: 'Connections', group: 'Watch', page: Connections },
  { path: ['channels'], label: 'Channels', page: Channels },
  { path: ['consumers'], label: 'Consumers', page: Consumers },
  { path: ['node'], label: 'Node', page: Node, isAllowed: isMonitoring },
  { path: ['log'], label: 'Log', group: 'Find', page: Log, isAllowed: isMonitoring },
  { path: ['events'], label: 'Events', group: 'Find', page: Events, isAllowed: isMonitoring },
  { path: ['trace'], label: 'Trace', group: 'Find', page: Traces, isAllowed: isAdministrator },
  { path: ['jobs'], label: 'Jobs', page: Jobs },
  { path: ['policies'], label: 'Policies', group: 'Control', page: Policies },
  { path: ['definitions'], label: 'Definitions', group: 'Control', page: Definitions, isAllowed: isAdministrator },
  { path: ['vhosts'], label: 'Virtual hosts', group: 'Control', page: VirtualHosts },
  { path: ['shovels'], label: 'Shovels', group: 'Control', page: Shovels, isThere: hasShovels },
  { path: ['federation'], label: 'Federation', group: 'Control', page: Federation, isThere: hasFederation },
  { path: ['users'], label: 'Users', group: 'Access', page: Users, isAllowed: isAdministrator },
  { path: ['permissions'], label: 'Permissions', group: 'Access', page: Permissions, isAllowed: isAdministrator },
];

/** Returns the component of a page for the segments of an address; undefined if there is none. */
export const pageOf = parts => pages.find(one => parts.length === 0 ? one.path.length === 0 : one.path[0] === parts[0])?.page;
