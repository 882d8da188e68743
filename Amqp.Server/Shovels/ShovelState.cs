namespace Amqp.Server.Shovels;

/// <summary>The state of a shovel, by RabbitMQ's names.</summary>
internal enum ShovelState
{
    /// <summary>Connects to both brokers.</summary>
    Starting,

    /// <summary>Moves messages.</summary>
    Running,

    /// <summary>Failed, and waits for its next attempt, if there is one.</summary>
    Terminated,
}
