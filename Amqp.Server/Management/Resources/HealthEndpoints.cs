using System.Globalization;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Broker.Values;
using Amqp.Server.Connections;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/health/checks</c>, and RabbitMQ's older health checks.</summary>
internal static class HealthEndpoints
{
    private static readonly (string Name, double Days)[] _units = [("days", 1), ("weeks", 7), ("months", 365 / 12.0), ("years", 365)];

    public static ManagementApi MapHealth(this ManagementApi api)
    {
        // Unlike in RabbitMQ, this check needs no login: an orchestrator may request it before the first user exists.
        api.Get("/health/checks/ready-to-serve-clients", Access.Anyone, InService)
            .Get("/health/checks/is-in-service", Access.Management, InService)
            .Get("/health/checks/alarms", Access.Management, request => Alarms(request, "in the cluster"))
            .Get("/health/checks/local-alarms", Access.Management, request => Alarms(request, "on the node"))
            .Get("/health/checks/virtual-hosts", Access.Management, _ => Ok())
            .Get("/health/checks/below-node-connection-limit", Access.Management, BelowConnectionLimit)
            .Get("/health/checks/port-listener/{port}", Access.Management, PortListener)
            .Get("/health/checks/protocol-listener/{protocol}", Access.Management, ProtocolListener)
            .Get("/health/checks/certificate-expiration/{within}/{unit}", Access.Management, CertificatesExpire)
            .Get("/aliveness-test/{vhost}", Access.VirtualHost, Aliveness)
            .Get("/healthchecks/node", Access.Management, _ => Ok())
            .Get("/healthchecks/node/{node}", Access.Management, _ => Ok());
        foreach (string check in new[] { "node-is-quorum-critical", "node-is-mirror-sync-critical" })
            api.Get($"/health/checks/{check}", Access.Management, _ => ApiReply.Texts(("status", "ok"), ("reason", "single node cluster")));
        foreach (string check in new[]
        {
            "metadata-store/initialized",
            "metadata-store/initialized/with-data",
            "quorum-queues-without-elected-leaders/all-vhosts",
            "quorum-queues-without-elected-leaders/vhost/{vhost}"
        })
            api.Get($"/health/checks/{check}", Access.Management, _ => Ok());
        return api;
    }

    private static ApiReply Ok() => ApiReply.Texts(("status", "ok"));

    private static ApiReply InService(ApiRequest request) =>
        request.Services.Connections.IsSuspended ? Failed(json => json.WriteString("reason", "the node is in maintenance mode")) : Ok();

    private static ApiReply Alarms(ApiRequest request, string where)
    {
        var alarms = request.Broker.Alarms;
        bool isMemoryShort = alarms.IsMemoryShort, isDiskShort = alarms.IsDiskShort, isShortOfNodes = alarms.IsShortOfNodes;
        if (!isMemoryShort && !isDiskShort && !isShortOfNodes)
            return Ok();
        return Failed(json =>
        {
            json.WriteString("reason", $"There are alarms in effect {where}");
            json.WriteStartArray("alarms");
            if (isMemoryShort)
                WriteAlarm(json, "memory");
            if (isDiskShort)
                WriteAlarm(json, "disk");
            if (isShortOfNodes)
                WriteAlarm(json, "nodes");
            json.WriteEndArray();
        });
    }

    private static void WriteAlarm(Utf8JsonWriter json, string resource)
    {
        json.WriteStartObject();
        json.WriteString("node", ManagementServices.NodeName);
        json.WriteString("resource", resource);
        json.WriteEndObject();
    }

    private static ApiReply BelowConnectionLimit(ApiRequest request)
    {
        int most = request.Services.Options.Connections.MaxConnections, now = request.Services.Connections.Count;
        return most == 0 || now < most ? Ok() : Failed(json => json.WriteString("reason", "node connection limit is reached"));
    }

    private static ApiReply PortListener(ApiRequest request)
    {
        if (!int.TryParse(request.Name("port"), NumberStyles.None, CultureInfo.InvariantCulture, out int port))
            throw ApiException.BadRequest("Invalid port");
        int[] ports = [.. request.Services.Listeners().Select(listener => listener.EndPoint.Port).Distinct()];
        return ports.Contains(port)
            ? ApiReply.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("status", "ok");
                json.WriteNumber("port", port);
                json.WriteEndObject();
            })
            : Failed(json =>
            {
                json.WriteString("reason", "No active listener");
                json.WriteNumber("missing", port);
                json.WriteStartArray("ports");
                foreach (int other in ports)
                    json.WriteNumberValue(other);
                json.WriteEndArray();
            });
    }

    private static ApiReply ProtocolListener(ApiRequest request)
    {
        string asked = request.Name("protocol");
        string protocol = asked switch { "amqp091" or "amqp10" => "amqp", "amqps" => "amqp/ssl", _ => asked };
        string[] protocols = [.. request.Services.Listeners().Select(listener => listener.Protocol).Distinct()];
        return protocols.Contains(protocol)
            ? ApiReply.Texts(("status", "ok"), ("protocol", protocol))
            : Failed(json =>
            {
                json.WriteString("reason", "No active listener");
                json.WriteString("missing", protocol);
                json.WriteStrings("protocols", protocols);
            });
    }

    /// <summary>Checks the certificate files, as RabbitMQ does. The certificates that the listeners have loaded are not checked.</summary>
    private static ApiReply CertificatesExpire(ApiRequest request)
    {
        if (!int.TryParse(request.Name("within"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int within))
            throw ApiException.BadRequest("Invalid expiration value.");
        if (Array.Find(
            _units,
            unit => string.Equals(unit.Name, request.Name("unit"), StringComparison.OrdinalIgnoreCase)) is not { Name: not null } unit)
            throw ApiException.BadRequest("Time unit not recognised. Supported units: days, weeks, months, years.");
        var tls = request.Services.Options.Tls;
        var now = DateTime.UtcNow;
        var limit = Later(now, within * unit.Days);
        var server = CertificateExpiration.Find(tls.CertificateFile, now, limit);
        var authorities = CertificateExpiration.Find(tls.AuthoritiesFile, now, limit);
        NodeListener[] listeners = [.. request.Services.Listeners().Where(listener => listener.Protocol == NodeListener.AmqpOverTls)];
        if (listeners.Length == 0 || server.Count + authorities.Count == 0)
            return Ok();
        return Failed(json =>
        {
            json.WriteString("reason", "Certificates expiring");
            json.WriteStartArray("expired");
            foreach (var listener in listeners)
            {
                json.WriteStartObject();
                json.WriteString("node", ManagementServices.NodeName);
                json.WriteString("protocol", listener.Protocol);
                json.WriteString("interface", $"{listener.EndPoint.Address}");
                json.WriteNumber("port", listener.EndPoint.Port);
                json.WriteString("certfile", tls.CertificateFile);
                json.WriteString("cacertfile", tls.AuthoritiesFile);
                json.WriteStrings("certfile_expires_on", server);
                json.WriteStrings("cacertfile_expires_on", authorities);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
    }

    private static DateTime Later(DateTime time, double days) =>
        days >= (DateTime.MaxValue - time).TotalDays
            ? DateTime.MaxValue
            : days <= (DateTime.MinValue - time).TotalDays ? DateTime.MinValue : time.AddDays(days);

    /// <summary>Declares a queue, publishes a message to the queue, gets the message back and deletes the queue.</summary>
    private static ApiReply Aliveness(ApiRequest request)
    {
        const string queue = "aliveness-test";
        try
        {
            using var session = request.OpenSession();
            session.Do(asked => asked.Topology.DeclareQueue(queue, QueueFlags.None, FieldTable.Empty));
            session.Publish("", queue, new BasicProperties(), "test_message"u8);
            var message = session.Get(queue, most: 0);
            if (message is not null)
                session.Do(asked => asked.Settle(message.Tag, isMultiple: false, Settlement.Acknowledge));
            session.DeleteQueue(queue, ifUnused: false, ifEmpty: false);
            return message is not null ? Ok() : Failed(json => json.WriteString("reason", "the message did not come back"));
        }
        catch (BrokerException error) when (error.Error == BrokerError.Refused)
        {
            throw ApiException.NotAuthorized(error.ToAmqp().ReplyText);
        }
    }

    private static ApiReply Failed(Action<Utf8JsonWriter> write) => ApiReply.Json(
        json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "failed");
            write(json);
            json.WriteEndObject();
        },
        StatusCodes.Status503ServiceUnavailable);
}
