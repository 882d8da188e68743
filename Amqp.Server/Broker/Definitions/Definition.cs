using Amqp.Protocol;

namespace Amqp.Server.Broker.Definitions;

/// <summary>A definition as the catalog holds it.</summary>
/// <param name="Flags">An exchange's or a queue's flags.</param>
/// <param name="Number">The number in the message store: a queue's (where it has priorities, that of the lowest), or that of an exchange which keeps messages; else 0.</param>
/// <param name="Type">An exchange's type.</param>
/// <param name="Arguments">The x-arguments.</param>
internal readonly record struct Definition(byte Flags, uint Number, string Type, FieldTable Arguments);

/// <summary>A definition with the names that it is kept under.</summary>
/// <param name="Names">The names of its key: the virtual host first, where it is of one.</param>
/// <param name="Definition">The definition.</param>
internal readonly record struct StoredDefinition(string[] Names, Definition Definition);
