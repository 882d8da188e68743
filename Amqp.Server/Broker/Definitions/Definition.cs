using Amqp.Protocol;

namespace Amqp.Server.Broker.Definitions;

/// <summary>A definition as stored in the catalog.</summary>
/// <param name="Flags">Flags of an exchange or a queue.</param>
/// <param name="Number">
/// Number in the message store, of a queue or of an exchange that keeps messages; else 0. A queue with priorities has consecutive numbers,
/// and this is the number of the lowest priority.
/// </param>
/// <param name="Type">Type of an exchange.</param>
/// <param name="Arguments">Arguments of a queue or an exchange.</param>
internal readonly record struct Definition(byte Flags, uint Number, string Type, FieldTable Arguments);

/// <summary>A definition with the names from its key.</summary>
/// <param name="Names">Names in the key. The virtual host is the first, if the definition belongs to one.</param>
/// <param name="Definition">Decoded value of the key.</param>
internal readonly record struct StoredDefinition(string[] Names, Definition Definition);
