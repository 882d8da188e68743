using Amqp.Protocol;

namespace Amqp.Server.Broker.Definitions;

/// <summary>The stored properties of an exchange, a queue or another object, without its name.</summary>
/// <param name="Flags">Flags of an exchange or a queue.</param>
/// <param name="Number">
/// Number in the message store of a queue, or of an exchange that keeps messages; 0 for other objects. For a queue with priorities, the
/// number of the lowest priority. The other priorities have the numbers after it.
/// </param>
/// <param name="Type">Type of an exchange.</param>
/// <param name="Arguments">Arguments of a queue or an exchange.</param>
internal readonly record struct Definition(byte Flags, uint Number, string Type, FieldTable Arguments);

/// <summary>A definition together with the names in its key.</summary>
/// <param name="Names">Names in the key. If the definition belongs to a virtual host, its name is the first.</param>
/// <param name="Definition">The decoded definition.</param>
internal readonly record struct StoredDefinition(string[] Names, Definition Definition);
