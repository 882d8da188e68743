using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>What definitions are exported from and imported to.</summary>
/// <param name="VirtualHosts">With what is declared in them, and their policies.</param>
/// <param name="Users">Who may log in.</param>
/// <param name="UserLimits">How much each of them may use.</param>
/// <param name="Passwords">How the passwords of users are hashed.</param>
/// <param name="Permissions">What users may do.</param>
/// <param name="Parameters">Those of virtual hosts.</param>
/// <param name="GlobalParameters">Those of the broker.</param>
/// <param name="ImportedFiles">Digests of the files whose definitions have been imported at a start, by their paths.</param>
internal sealed record DefinitionScope(
    VirtualHostTable VirtualHosts, UserStore Users, UserLimits UserLimits, PasswordRules Passwords, PermissionStore Permissions,
    RuntimeParameters Parameters, NamedValues GlobalParameters, NamedValues ImportedFiles);
