// Addresses of policies. Operator policies have names of their own, so their addresses have one more part.
import { to } from '../../core/router.js';

export const policyHref = (vhost, name, isOperator) => to(['policies', vhost, name, ...isOperator ? ['operator'] : []]);
