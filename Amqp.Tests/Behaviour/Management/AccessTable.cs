namespace Amqp.Tests.Behaviour.Management;

/// <summary>
/// The expected status of every resource and method of the HTTP API, for ten kinds of users. The first five statuses are for users with a
/// permission in the virtual host, the last five for users without a permission. In each group, the tags are: none, management,
/// policymaker, monitoring, administrator.
/// </summary>
/// <remarks>
/// <c>{v}</c> is the virtual host, <c>{u}</c> a user, <c>{node}</c> the node, and <c>none</c> a name that does not exist. A dash means that
/// the test sends no request.
/// </remarks>
internal static class AccessTable
{
    /// <summary>Rows for which this broker returns the same statuses as RabbitMQ 3.10.8.</summary>
    public const string AsRabbitMq = """
        GET /overview                                    | 401 200 200 200 200 | 401 200 200 200 200
        GET /cluster-name                                | 401 200 200 200 200 | 401 200 200 200 200
        PUT /cluster-name                                | 401 401 401 401 400 | 401 401 401 401 400
        GET /extensions                                  | 401 200 200 200 200 | 401 200 200 200 200
        GET /auth                                        | 200 200 200 200 200 | 200 200 200 200 200
        GET /feature-flags                               | 401 401 401 401 200 | 401 401 401 401 200
        PUT /feature-flags/none/enable                   | 401 401 401 401 400 | 401 401 401 401 400
        POST /rebalance/queues                           | 401 401 401 401 204 | 401 401 401 401 204
        DELETE /reset                                    | 401 401 401 401 204 | 401 401 401 401 204
        DELETE /reset/none                               | 401 401 401 401 404 | 401 401 401 401 404
        GET /nodes                                       | 401 401 401 200 200 | 401 401 401 200 200
        GET /nodes/{node}                                | 401 401 401 200 200 | 401 401 401 200 200
        GET /vhosts                                      | 401 200 200 200 200 | 401 200 200 200 200
        GET /vhosts/{v}                                  | 401 401 401 401 200 | 401 401 401 401 200
        GET /vhosts/none                                 | 401 401 401 401 404 | 401 401 401 401 404
        PUT /vhosts/{v}                                  | 401 401 401 401 204 | 401 401 401 401 204
        DELETE /vhosts/none                              | 401 401 401 401 404 | 401 401 401 401 404
        GET /vhosts/none/permissions                     | 401 401 401 401 404 | 401 401 401 401 404
        GET /vhosts/none/topic-permissions               | 401 401 401 401 404 | 401 401 401 401 404
        GET /vhosts/{v}/permissions                      | 401 401 401 401 200 | 401 401 401 401 200
        GET /vhosts/{v}/topic-permissions                | 401 401 401 401 200 | 401 401 401 401 200
        POST /vhosts/{v}/start/{node}                    | 401 401 401 401 204 | 401 401 401 401 204
        GET /whoami                                      | 401 200 200 200 200 | 401 200 200 200 200
        GET /users                                       | 401 401 401 401 200 | 401 401 401 401 200
        GET /users/without-permissions                   | 401 401 401 401 200 | 401 401 401 401 200
        POST /users/bulk-delete                          | 401 401 401 401 400 | 401 401 401 401 400
        GET /users/{u}                                   | 401 401 401 401 200 | 401 401 401 401 200
        PUT /users/none                                  | 401 401 401 401 400 | 401 401 401 401 400
        DELETE /users/none                               | 401 401 401 401 404 | 401 401 401 401 404
        GET /users/{u}/permissions                       | 401 401 401 401 200 | 401 401 401 401 200
        GET /users/{u}/topic-permissions                 | 401 401 401 401 200 | 401 401 401 401 200
        GET /permissions                                 | 401 401 401 401 200 | 401 401 401 401 200
        GET /permissions/{v}/{u}                         | 401 401 401 401 200 | 401 401 401 401 200
        PUT /permissions/{v}/{u}                         | 401 401 401 401 400 | 401 401 401 401 400
        DELETE /permissions/{v}/none                     | 401 401 401 401 404 | 401 401 401 401 404
        GET /topic-permissions                           | 401 401 401 401 200 | 401 401 401 401 200
        GET /topic-permissions/{v}/{u}                   | 401 401 401 401 200 | 401 401 401 401 200
        PUT /topic-permissions/{v}/{u}                   | 401 401 401 401 400 | 401 401 401 401 400
        DELETE /topic-permissions/{v}/none               | 401 401 401 401 404 | 401 401 401 401 404
        DELETE /topic-permissions/{v}/none/x             | 401 401 401 401 404 | 401 401 401 401 404
        GET /policies                                    | 401 200 200 200 200 | 401 200 200 200 200
        GET /policies/{v}/p                              | 401 401 200 401 200 | 401 401 401 401 200
        PUT /policies/{v}/p                              | 401 401 400 401 400 | 401 401 401 401 400
        DELETE /policies/{v}/none                        | 401 401 404 401 404 | 401 401 401 401 404
        GET /operator-policies                           | 401 200 200 200 200 | 401 200 200 200 200
        GET /operator-policies/{v}/p                     | 401 401 401 401 200 | 401 401 401 401 200
        PUT /operator-policies/{v}/p                     | 401 401 401 401 400 | 401 401 401 401 400
        DELETE /operator-policies/{v}/none               | 401 401 401 401 404 | 401 401 401 401 404
        GET /parameters                                  | 401 401 200 401 200 | 401 401 200 401 200
        GET /parameters/vhost-limits                     | 401 401 200 401 200 | 401 401 200 401 200
        GET /parameters/vhost-limits/{v}                 | 401 401 200 401 200 | 401 401 401 401 200
        GET /parameters/vhost-limits/{v}/limits          | 401 401 200 401 200 | 401 401 401 401 200
        GET /parameters/policy/{v}/p                     | 401 401 200 401 200 | 401 401 401 401 200
        GET /parameters/operator_policy/{v}/p            | 401 401 200 401 200 | 401 401 401 401 200
        PUT /parameters/none/{v}/none {"value":1}        | 401 401 400 401 400 | 401 401 401 401 400
        PUT /parameters/policy/{v}/none {"value":1}      | 401 401 400 401 400 | 401 401 401 401 400
        DELETE /parameters/none/{v}/none                 | 401 401 404 401 404 | 401 401 401 401 404
        GET /global-parameters                           | 401 401 200 401 200 | 401 401 200 401 200
        GET /global-parameters/{u}                       | 401 401 200 401 200 | 401 401 200 401 200
        PUT /global-parameters/{u}                       | 401 401 400 401 400 | 401 401 400 401 400
        DELETE /global-parameters/none                   | 401 401 404 401 404 | 401 401 404 401 404
        GET /vhost-limits                                | 401 200 200 200 200 | 401 200 200 200 200
        GET /vhost-limits/{v}                            | 401 200 200 200 200 | 401 401 401 200 200
        PUT /vhost-limits/{v}/max-connections            | 401 401 401 401 400 | 401 401 401 401 400
        DELETE /vhost-limits/{v}/none                    | 401 401 401 401 204 | 401 401 401 401 204
        GET /user-limits                                 | 401 200 200 200 200 | 401 200 200 200 200
        GET /user-limits/{u}                             | 401 200 200 200 200 | 401 200 200 200 200
        PUT /user-limits/{u}/max-channels                | 401 401 401 401 400 | 401 401 401 401 400
        DELETE /user-limits/{u}/none                     | 401 401 401 401 204 | 401 401 401 401 204
        GET /queues                                      | 401 200 200 200 200 | 401 200 200 200 200
        PUT /queues/{v}/q                                | 401 204 204 204 204 | 401 401 401 401 401
        DELETE /queues/{v}/none                          | 401 404 404 404 404 | 401 401 401 401 404
        DELETE /queues/{v}/none/contents                 | 401 404 404 404 404 | 401 401 401 401 404
        DELETE /queues/{v}/q/contents                    | 401 204 204 204 204 | 401 401 401 401 401
        POST /queues/{v}/q/get                           | 401 400 400 400 400 | 401 401 401 401 400
        POST /queues/{v}/q/get {"ackmode":"ack_requeue_true","count":1,"encoding":"auto"} | 401 200 200 200 200 | 401 401 401 401 401
        POST /queues/{v}/q/actions                       | 401 401 401 401 400 | 401 401 401 401 400
        GET /exchanges                                   | 401 200 200 200 200 | 401 200 200 200 200
        PUT /exchanges/{v}/x                             | 401 204 204 204 204 | 401 401 401 401 401
        DELETE /exchanges/{v}/none                       | 401 404 404 404 404 | 401 401 401 401 404
        POST /exchanges/{v}/x/publish                    | 401 400 400 400 400 | 401 401 401 401 400
        POST /exchanges/{v}/x/publish {"routing_key":"none","properties":{},"payload":"","payload_encoding":"string"} | 401 200 200 200 200 | 401 401 401 401 401
        POST /exchanges/{v}/x/route                      | 401 400 400 400 400 | 401 401 401 400 400
        POST /exchanges/{v}/x/route {"routing_key":"none"} | 401 200 200 200 200 | 401 401 401 200 200
        GET /bindings                                    | 401 200 200 200 200 | 401 200 200 200 200
        POST /bindings/{v}/e/x/q/q                       | 401 201 201 201 201 | 401 401 401 401 401
        POST /bindings/{v}/e/x/q/q {"routing_key":"k"}   | 401 201 201 201 201 | 401 401 401 401 401
        DELETE /bindings/{v}/e/x/q/q/none                | 401 404 404 404 404 | 401 401 401 401 404
        POST /bindings/{v}/e/x/e/y                       | 401 201 201 201 201 | 401 401 401 401 401
        DELETE /bindings/{v}/e/x/e/y/none                | 401 404 404 404 404 | 401 401 401 401 404
        GET /connections                                 | 401 200 200 200 200 | 401 200 200 200 200
        GET /channels                                    | 401 200 200 200 200 | 401 200 200 200 200
        GET /consumers                                   | 401 200 200 200 200 | 401 200 200 200 200
        GET /consumers/{v}                               | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/alarms                        | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/local-alarms                  | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/virtual-hosts                 | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/port-listener/1               | 401 503 503 503 503 | 401 503 503 503 503
        GET /health/checks/protocol-listener/amqp        | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/certificate-expiration/1/days | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/node-is-quorum-critical       | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/node-is-mirror-sync-critical  | 401 200 200 200 200 | 401 200 200 200 200
        GET /aliveness-test/{v}                          | 401 200 200 200 200 | 401 401 401 401 401
        GET /healthchecks/node                           | 401 200 200 200 200 | 401 200 200 200 200
        GET /healthchecks/node/{node}                    | 401 200 200 200 200 | 401 200 200 200 200
        GET /auth/attempts/{node}                        | 401 401 401 200 200 | 401 401 401 200 200
        GET /auth/attempts/{node}/source                 | 401 401 401 200 200 | 401 401 401 200 200
        DELETE /auth/attempts/{node}                     | 401 401 401 204 204 | 401 401 401 204 204
        DELETE /auth/attempts/{node}/source              | 401 401 401 204 204 | 401 401 401 204 204
        GET /definitions                                 | 401 401 401 401 200 | 401 401 401 401 200
        GET /all-configuration                           | 401 401 401 401 200 | 401 401 401 401 200
        POST /definitions                                | 401 401 401 401 204 | 401 401 401 401 204
        POST /all-configuration                          | 401 401 401 401 204 | 401 401 401 401 204
        GET /definitions/{v}                             | 401 401 401 401 200 | 401 401 401 401 200
        POST /definitions/{v}                            | 401 401 401 401 204 | 401 401 401 401 204
        """;

    /// <summary>
    /// Rows in which this broker's statuses differ from those of RabbitMQ 3.10.8. Users with the tag monitoring may read every virtual
    /// host, as in later versions of RabbitMQ. Only administrators may change certain parameters, such as vhost-limits. Some resources do
    /// not exist in RabbitMQ 3.10.8, or fail there.
    /// </summary>
    public const string Otherwise = """
        GET /version                                                        | 401 200 200 200 200 | 401 200 200 200 200
        GET /deprecated-features                                            | 401 401 401 401 200 | 401 401 401 401 200
        GET /deprecated-features/used                                       | 401 401 401 401 200 | 401 401 401 401 200
        POST /vhosts/{v}/deletion/protection                                | 401 401 401 401 204 | 401 401 401 401 204
        DELETE /vhosts/{v}/deletion/protection                              | 401 401 401 401 204 | 401 401 401 401 204
        GET /vhosts/{v}/connections                                         | 401 200 200 200 200 | 401 401 401 200 200
        GET /vhosts/{v}/channels                                            | 401 200 200 200 200 | 401 401 401 200 200
        GET /policies/{v}                                                   | 401 200 200 200 200 | 401 401 401 200 200
        GET /operator-policies/{v}                                          | 401 200 200 200 200 | 401 401 401 200 200
        PUT /parameters/vhost-limits/{v}/limits {"value":{"max-connections":1000}} | 401 401 401 401 204 | 401 401 401 401 204
        DELETE /parameters/vhost-limits/{v}/none                            | 401 401 401 401 404 | 401 401 401 401 404
        GET /queues/detailed                                                | 401 200 200 200 200 | 401 200 200 200 200
        GET /queues/{v}                                                     | 401 200 200 200 200 | 401 401 401 200 200
        GET /queues/{v}/q                                                   | 401 200 200 200 200 | 401 401 401 200 200
        GET /queues/{v}/q/bindings                                          | 401 200 200 200 200 | 401 401 401 200 200
        PUT /queues/{v}/q/restart                                           | 401 401 401 401 204 | 401 401 401 401 204
        GET /traces                                                         | 401 401 401 401 200 | 401 401 401 401 200
        POST /traces {"vhost":"none"}                                       | 401 401 401 401 404 | 401 401 401 401 404
        GET /traces/none                                                    | 401 401 401 401 404 | 401 401 401 401 404
        DELETE /traces/none                                                 | 401 401 401 401 404 | 401 401 401 401 404
        GET /problems                                                       | 401 200 200 200 200 | 401 200 200 200 200
        GET /queues/{v}/q/arguments                                         | 401 200 200 200 200 | 401 401 401 200 200
        POST /permissions/check                                             | 401 400 400 400 400 | 401 400 400 400 400
        POST /permissions/check {"user":"guest","vhost":"/","action":"read","name":"q"} | 401 401 401 401 200 | 401 401 401 401 200
        GET /permissions/matches                                            | 401 401 401 401 400 | 401 401 401 401 400
        GET /permissions/matches?vhost={v}&expression=q                     | 401 401 401 401 200 | 401 401 401 401 200
        POST /policies/{v}/preview                                          | 401 401 400 401 400 | 401 401 401 401 400
        POST /operator-policies/{v}/preview                                 | 401 401 401 401 400 | 401 401 401 401 400
        POST /definitions?dry_run=true                                      | 401 401 401 401 200 | 401 401 401 401 200
        POST /definitions/{v}?dry_run=true                                  | 401 401 401 401 200 | 401 401 401 401 200
        GET /queues/{v}/q/why                                               | 401 200 200 200 200 | 401 401 401 200 200
        GET /queues/{v}/q/messages                                          | 401 200 200 200 200 | 401 401 401 401 401
        GET /queues/{v}/q/messages/unacked                                  | 401 200 200 200 200 | 401 401 401 401 401
        POST /queues/{v}/q/messages/move                                    | 401 400 400 400 400 | 401 401 401 401 400
        POST /queues/{v}/q/messages/move {"destination_exchange":"none"}    | 401 404 404 404 404 | 401 401 401 401 401
        POST /queues/{v}/q/messages/copy                                    | 401 400 400 400 400 | 401 401 401 401 400
        POST /queues/{v}/q/messages/delete {"limit":0}                      | 401 400 400 400 400 | 401 401 401 401 400
        GET /queues/{v}/q/messages/1-1                                      | 401 404 404 404 404 | 401 401 401 401 401
        GET /queues/{v}/q/messages/1-1/payload                              | 401 404 404 404 404 | 401 401 401 401 401
        GET /exchanges/{v}/amq.direct/unroutable                            | 401 200 200 200 200 | 401 401 401 200 200
        GET /graph/{v}                                                      | 401 200 200 200 200 | 401 401 401 200 200
        POST /queues/{v}/q/messages/replay {"limit":0}                      | 401 400 400 400 400 | 401 401 401 401 400
        POST /queues/{v}/q/messages/replay {"destination_exchange":"none"}  | 401 404 404 404 404 | 401 401 401 401 401
        GET /queues/{v}/q/messages/export                                   | 401 200 200 200 200 | 401 401 401 401 401
        POST /queues/{v}/q/messages/import                                  | 401 400 400 400 400 | 401 401 401 401 401
        GET /live                                                           | 401 400 400 400 400 | 401 400 400 400 400
        GET /jobs                                                           | 401 200 200 200 200 | 401 200 200 200 200
        GET /jobs/none                                                      | 401 404 404 404 404 | 401 404 404 404 404
        DELETE /jobs/none                                                   | 401 404 404 404 404 | 401 404 404 404 404
        GET /queues/{v}/q/quarantine                                        | 401 200 200 200 200 | 401 401 401 401 401
        GET /queues/{v}/q/quarantine/1-1                                    | 401 404 404 404 404 | 401 401 401 401 401
        DELETE /queues/{v}/q/quarantine                                     | 401 200 200 200 200 | 401 401 401 401 401
        DELETE /queues/{v}/q/quarantine/1-1                                 | 401 404 404 404 404 | 401 401 401 401 401
        POST /queues/{v}/q/quarantine/return                                | 401 200 200 200 200 | 401 401 401 401 401
        POST /queues/{v}/q/quarantine/1-1/return                            | 401 404 404 404 404 | 401 401 401 401 401
        GET /exchanges/{v}/x/delayed                                        | 401 400 400 400 400 | 401 401 401 401 401
        DELETE /exchanges/{v}/x/delayed/1-1                                 | 401 400 400 400 400 | 401 401 401 401 401
        GET /exchanges/{v}/x/quarantine                                     | 401 200 200 200 200 | 401 401 401 401 401
        GET /exchanges/{v}/x/quarantine/1-1                                 | 401 404 404 404 404 | 401 401 401 401 401
        DELETE /exchanges/{v}/x/quarantine                                  | 401 200 200 200 200 | 401 401 401 401 401
        DELETE /exchanges/{v}/x/quarantine/1-1                              | 401 404 404 404 404 | 401 401 401 401 401
        POST /exchanges/{v}/x/quarantine/return                             | 401 200 200 200 200 | 401 401 401 401 401
        POST /exchanges/{v}/x/quarantine/1-1/return                         | 401 404 404 404 404 | 401 401 401 401 401
        GET /exchanges/{v}                                                  | 401 200 200 200 200 | 401 401 401 200 200
        GET /exchanges/{v}/x                                                | 401 200 200 200 200 | 401 401 401 200 200
        GET /exchanges/{v}/x/bindings/source                                | 401 200 200 200 200 | 401 401 401 200 200
        GET /exchanges/{v}/x/bindings/destination                           | 401 200 200 200 200 | 401 401 401 200 200
        GET /bindings/{v}                                                   | 401 200 200 200 200 | 401 401 401 200 200
        GET /bindings/{v}/e/x/q/q                                           | 401 200 200 200 200 | 401 401 401 200 200
        GET /bindings/{v}/e/x/q/q/k                                         | 401 200 200 200 200 | 401 401 401 200 200
        GET /bindings/{v}/e/x/e/y                                           | 401 200 200 200 200 | 401 401 401 200 200
        GET /bindings/{v}/e/x/e/y/k                                         | 401 200 200 200 200 | 401 401 401 200 200
        GET /connections/none                                               | 401 404 404 404 404 | 401 404 404 404 404
        DELETE /connections/none                                            | 401 404 404 404 404 | 401 404 404 404 404
        GET /connections/none/channels                                      | 401 404 404 404 404 | 401 404 404 404 404
        GET /channels/none                                                  | 401 404 404 404 404 | 401 404 404 404 404
        GET /health/checks/ready-to-serve-clients                           | 200 200 200 200 200 | 200 200 200 200 200
        GET /health/checks/is-in-service                                    | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/below-node-connection-limit                      | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/metadata-store/initialized                       | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/metadata-store/initialized/with-data             | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/quorum-queues-without-elected-leaders/all-vhosts | 401 200 200 200 200 | 401 200 200 200 200
        GET /health/checks/quorum-queues-without-elected-leaders/vhost/{v}  | 401 200 200 200 200 | 401 200 200 200 200
        GET /auth/hash_password/x                                           | 401 401 401 401 200 | 401 401 401 401 200
        GET /shovels                                                        | 401 401 401 200 200 | 401 401 401 200 200
        GET /shovels/{v}                                                    | 401 401 401 200 200 | 401 401 401 200 200
        GET /shovels/{v}/none                                               | 401 401 401 404 404 | 401 401 401 404 404
        GET /shovels/vhost/{v}/none                                         | 401 401 401 404 404 | 401 401 401 404 404
        DELETE /shovels/vhost/{v}/none                                      | 401 401 404 401 404 | 401 401 401 401 404
        DELETE /shovels/vhost/{v}/none/restart                              | 401 401 404 401 404 | 401 401 401 401 404
        GET /federation-links                                               | 401 401 401 200 200 | 401 401 401 200 200
        GET /federation-links/state/down                                    | 401 401 401 200 200 | 401 401 401 200 200
        GET /federation-links/{v}                                           | 401 401 401 200 200 | 401 401 401 200 200
        GET /federation-links/{v}/state/down                                | 401 401 401 200 200 | 401 401 401 200 200
        DELETE /federation-links/vhost/{v}/none/n/restart                   | 401 401 404 401 404 | 401 401 401 401 404
        GET /faults                                                         | 401 401 401 200 200 | 401 401 401 200 200
        GET /log                                                            | 401 401 401 200 200 | 401 401 401 200 200
        GET /log?level=none-such                                            | 401 401 401 400 400 | 401 401 401 400 400
        GET /log?category=none-such                                         | 401 401 401 400 400 | 401 401 401 400 400
        GET /events                                                         | 401 401 401 200 200 | 401 401 401 200 200
        GET /events?after=x                                                 | 401 401 401 400 400 | 401 401 401 400 400
        GET /log-levels                                                     | 401 401 401 401 200 | 401 401 401 401 200
        PUT /log-levels                                                     | 401 401 401 401 400 | 401 401 401 401 400
        PUT /log-levels/none                                                | 401 401 401 401 404 | 401 401 401 401 404
        PUT /settings/memory-high-watermark                                 | 401 401 401 401 400 | 401 401 401 401 400
        PUT /settings/disk-free-limit                                       | 401 401 401 401 400 | 401 401 401 401 400
        PUT /settings/maintenance                                           | 401 401 401 401 400 | 401 401 401 401 400
        PUT /settings/listeners                                             | 401 401 401 401 400 | 401 401 401 401 400
        POST /stop                                                          | 401 401 401 401 - | 401 401 401 401 -
        PUT /parameters/operator_policy/{v}/none {"value":1}                | 401 401 401 401 400 | 401 401 401 401 400
        DELETE /parameters/operator_policy/{v}/none                         | 401 401 401 401 404 | 401 401 401 401 404
        PUT /global-parameters/cluster_name                                 | 401 401 401 401 400 | 401 401 401 401 400
        """;
}
