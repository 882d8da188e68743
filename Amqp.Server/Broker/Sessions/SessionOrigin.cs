namespace Amqp.Server.Broker.Sessions;

/// <summary>Both ends of a session's connection, and the client's description of itself.</summary>
/// <param name="ConnectionName">RabbitMQ's name for the connection.</param>
/// <param name="PeerHost">The client's address.</param>
/// <param name="PeerPort">The client's port.</param>
/// <param name="Host">The broker's address that the client connected to.</param>
/// <param name="Port">The broker's port that the client connected to.</param>
/// <param name="Mechanism">The SASL mechanism of the login.</param>
/// <param name="ClientProperties">The encoded fields of the client's properties table, without its length.</param>
/// <param name="ConnectedAt">Time when the client connected, in milliseconds since 1970-01-01 UTC.</param>
internal sealed record SessionOrigin(
    string ConnectionName,
    string PeerHost,
    int PeerPort,
    string Host,
    int Port,
    string Mechanism,
    byte[] ClientProperties,
    long ConnectedAt);
