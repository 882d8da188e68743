namespace Amqp.Server.Broker.Sessions;

/// <summary>Where a session comes from: the connection's two ends, and what the client said of itself.</summary>
/// <param name="ConnectionName">RabbitMQ's name for the connection.</param>
/// <param name="PeerHost">The client's address.</param>
/// <param name="PeerPort">The client's port.</param>
/// <param name="Host">The address that it connected to.</param>
/// <param name="Port">The port that it connected to.</param>
/// <param name="Mechanism">How it logged in.</param>
/// <param name="ClientProperties">The encoded fields of its properties, without their length.</param>
/// <param name="ConnectedAt">When, in milliseconds since 1970-01-01 UTC.</param>
internal sealed record SessionOrigin(
    string ConnectionName, string PeerHost, int PeerPort, string Host, int Port, string Mechanism, byte[] ClientProperties, long ConnectedAt);
