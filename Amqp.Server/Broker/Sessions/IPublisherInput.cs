namespace Amqp.Server.Broker.Sessions;

/// <summary>The incoming requests of a client. A <see cref="PublisherBrake"/> can pause them.</summary>
internal interface IPublisherInput
{
    /// <summary>Reads no requests of the client until the task completes or the client disconnects.</summary>
    Task PauseAsync(Task waiting);

    /// <summary>Tells the client that it must not publish for now (connection.blocked).</summary>
    /// <param name="reason">Reason in RabbitMQ's words, such as <c>low on memory</c>.</param>
    void NoteBlocked(string reason);

    /// <summary>Tells the client that it may publish again.</summary>
    void NoteUnblocked();
}
