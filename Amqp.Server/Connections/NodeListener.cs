using System.Net;

namespace Amqp.Server.Connections;

/// <summary>An address that the broker listens on.</summary>
/// <param name="Protocol">RabbitMQ's word, one of those here.</param>
/// <param name="EndPoint">With the port that it really is.</param>
internal readonly record struct NodeListener(string Protocol, IPEndPoint EndPoint)
{
    public const string Amqp = "amqp", AmqpOverTls = "amqp/ssl", Http = "http", HttpOverTls = "https", Metrics = "http/prometheus", MetricsOverTls = "https/prometheus";
}
