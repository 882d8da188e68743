using Amqp.Server.Broker.Access;

namespace Amqp.Server.Connections;

/// <summary>A client within the broker's own process, as a feature of its connection.</summary>
/// <param name="Name">The name of the connection in lists.</param>
/// <param name="User">The user whose permissions the client has; null if the client logs in with a password.</param>
internal sealed record LocalClient(string Name, User? User);
