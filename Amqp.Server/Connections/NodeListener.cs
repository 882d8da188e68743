using System.Net;

namespace Amqp.Server.Connections;

/// <summary>An address that the broker listens on.</summary>
/// <param name="Protocol">Name of the protocol in RabbitMQ: a constant of this type.</param>
/// <param name="EndPoint">The address and the actual port.</param>
internal sealed record NodeListener(string Protocol, IPEndPoint EndPoint)
{
    public const string Amqp = "amqp",
        AmqpOverTls = "amqp/ssl",
        Http = "http",
        HttpOverTls = "https",
        Metrics = "http/prometheus",
        MetricsOverTls = "https/prometheus";
}
