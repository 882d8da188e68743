namespace Amqp.Server.Broker.Sessions;

/// <summary>The requests of a client, which a <see cref="PublisherBrake"/> can pause.</summary>
internal interface IPublisherInput
{
    /// <summary>Reads no requests until a task completes or the client disconnects.</summary>
    Task PauseAsync(Task waiting);

    /// <summary>Tells the client that it is blocked.</summary>
    /// <param name="reason">RabbitMQ's words, such as <c>low on memory</c>.</param>
    void NoteBlocked(string reason);

    /// <summary>Tells the client that it may publish again.</summary>
    void NoteUnblocked();
}
