using System.Globalization;
using System.Text.Json;

namespace Amqp.Server.Cli.Ctl;

/// <summary>An address that the broker listens on, as <c>rabbitmqctl</c> describes it.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Address">The IP address.</param>
/// <param name="Port">The port.</param>
/// <param name="Protocol">As the HTTP API names it: <c>amqp</c>, <c>amqp/ssl</c>, <c>http</c> and so on.</param>
internal sealed record ListenerView(string Node, string Address, int Port, string Protocol)
{
    /// <summary>All of them, in the order in which RabbitMQ prints them: of their ports, read as text.</summary>
    /// <param name="overview">What the HTTP API says of the whole.</param>
    public static ListenerView[] Of(JsonElement overview) =>
    [
        .. overview.GetProperty("listeners").EnumerateArray()
            .Select(listener => new ListenerView(
                listener.GetProperty("node").GetString()!, listener.GetProperty("ip_address").GetString()!, listener.GetProperty("port").GetInt32(), listener.GetProperty("protocol").GetString()!))
            .OrderBy(listener => listener.Port.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal),
    ];

    /// <summary>For programs.</summary>
    public Dictionary<string, object?> Fields => new() { ["interface"] = Interface, ["node"] = Node, ["port"] = Port, ["protocol"] = Protocol, ["purpose"] = Purpose };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"interface: {Interface}, port: {Port}, protocol: {Protocol}, purpose: {Purpose}");

    private string Interface => Address.Contains(':', StringComparison.Ordinal) ? $"[{Address}]" : Address;

    private string Purpose => Protocol switch
    {
        "amqp" => "AMQP 0-9-1",
        "amqp/ssl" => "AMQP 0-9-1 over TLS",
        "http" => "HTTP API",
        "https" => "HTTP API over TLS (HTTPS)",
        "http/prometheus" => "Prometheus exporter API over HTTP",
        "https/prometheus" => "Prometheus exporter API over TLS (HTTPS)",
        _ => Protocol,
    };
}
