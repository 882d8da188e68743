using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Server.Cli.Ctl;

/// <summary>A listener, as <c>rabbitmqctl</c> describes it. <c>Protocol</c> is the name in the HTTP API, such as <c>amqp/ssl</c>.</summary>
internal sealed record ListenerView(string Node, string Address, int Port, string Protocol)
{
    /// <summary>Reads the listeners from a response of <c>/api/overview</c>. As in RabbitMQ, they are sorted by port, as text.</summary>
    public static ListenerView[] Of(JsonElement overview) =>
    [
        .. overview.GetProperty("listeners").EnumerateArray()
            .Select(listener => new ListenerView(
                listener.GetProperty("node").GetString()!,
                listener.GetProperty("ip_address").GetString()!,
                listener.GetProperty("port").GetInt32(),
                listener.GetProperty("protocol").GetString()!))
            .OrderBy(listener => listener.Port.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal),
    ];

    /// <summary>The fields of the JSON output.</summary>
    public JsonObject Fields =>
        new() { ["interface"] = Interface, ["node"] = Node, ["port"] = Port, ["protocol"] = Protocol, ["purpose"] = Purpose };

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"interface: {Interface}, port: {Port}, protocol: {Protocol}, purpose: {Purpose}");

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
