using RabbitMQ.Client;

namespace RabbitMqClient6;

/// <summary>Opens connections, and waits for events with a time limit. Shared by all programs of this project.</summary>
internal static class Connections
{
    /// <summary>Maximum time of each wait.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Opens a connection to the broker at <c>AMQP_URL</c>.</summary>
    public static IConnection Open()
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(Environment.GetEnvironmentVariable("AMQP_URL") ?? "amqp://localhost"),
            NetworkRecoveryInterval = TimeSpan.FromMilliseconds(200),
        };
        return factory.CreateConnection("interop-tests");
    }

    /// <summary>Waits until the event <paramref name="happening"/> is set.</summary>
    /// <exception cref="TimeoutException">The event did not occur within <see cref="Limit"/>.</exception>
    public static void WaitFor(WaitHandle happening, string what)
    {
        if (!happening.WaitOne(Limit))
            throw new TimeoutException($"gave up waiting for {what}");
    }
}
