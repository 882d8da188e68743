using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>The tables that an export reads and an import changes.</summary>
/// <param name="VirtualHosts">Virtual hosts with their queues, exchanges, bindings and policies.</param>
/// <param name="Users">Users with their password hashes and tags.</param>
/// <param name="UserLimits">Limits of users.</param>
/// <param name="Passwords">Hashes and validates new passwords.</param>
/// <param name="Permissions">Permissions and topic permissions.</param>
/// <param name="Parameters">Parameters of virtual hosts.</param>
/// <param name="GlobalParameters">Parameters of the whole broker.</param>
/// <param name="ImportedFiles">SHA-256 digest of each file that was imported at a start, by path.</param>
internal sealed record DefinitionScope(
    VirtualHostTable VirtualHosts, UserStore Users, UserLimits UserLimits, PasswordRules Passwords, PermissionStore Permissions,
    RuntimeParameters Parameters, NamedValues GlobalParameters, NamedValues ImportedFiles);
