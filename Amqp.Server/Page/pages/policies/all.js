// The policies and operator policies of the API as one list.
import { useMemo } from '../../vendor/preact.js';
import { useGet } from '../../core/api.js';

/** Both kinds of policies; those of one virtual host if one is chosen. */
export function usePolicies(vhost) {
  const place = vhost ? `/${encodeURIComponent(vhost)}` : '';
  const own = useGet(`/api/policies${place}`, { every: 10_000 });
  const operator = useGet(`/api/operator-policies${place}`, { every: 10_000 });
  const rows = useMemo(() => own.data && operator.data && [...own.data, ...operator.data.map(policy => ({ ...policy, isOperator: true }))],
    [own.data, operator.data]);
  return {
    data: rows, error: own.error ?? operator.error,
    reload: () => {
      own.reload();
      operator.reload();
    },
  };
}
