using RabbitMQ.Client;

namespace RabbitMqClient6;

/// <summary>What every program here shares: where the broker is, and when to stop waiting for it.</summary>
internal static class Connections
{
    /// <summary>How long a program waits for what shall happen.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>A new connection to the broker at <c>AMQP_URL</c>.</summary>
    public static IConnection Open()
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(Environment.GetEnvironmentVariable("AMQP_URL") ?? "amqp://localhost"),
            NetworkRecoveryInterval = TimeSpan.FromMilliseconds(200),
        };
        return factory.CreateConnection("interop-tests");
    }

    /// <summary>Waits for something, and throws when it does not come.</summary>
    /// <exception cref="TimeoutException">It did not happen within <see cref="Limit"/>.</exception>
    public static void WaitFor(WaitHandle happening, string what)
    {
        if (!happening.WaitOne(Limit))
            throw new TimeoutException($"gave up waiting for {what}");
    }
}
