using Amqp.Protocol;

namespace Amqp.Server.Broker.Definitions;

/// <summary>The stored properties of an exchange, a queue or another object, without its name.</summary>
/// <param name="Flags">Flags of an exchange or a queue.</param>
/// <param name="Number">
/// Number of the queue or exchange in the message store; 0 for other objects. A queue with priorities has several numbers, of which this
/// is the lowest.
/// </param>
/// <param name="Type">Type of an exchange.</param>
/// <param name="Arguments">Arguments of a queue or an exchange.</param>
internal readonly record struct Definition(byte Flags, uint Number, string Type, FieldTable Arguments);

/// <summary>A definition together with the names in its key.</summary>
/// <param name="Names">The names in the key. The virtual host, if there is one, is the first.</param>
/// <param name="Definition">The decoded definition.</param>
internal readonly record struct StoredDefinition(string[] Names, Definition Definition);
