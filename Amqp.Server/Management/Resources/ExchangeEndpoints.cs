using System.Text.Json;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Exchanges.Delayed;
using Amqp.Server.Broker.Exchanges.Explanations;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Statistics;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Lists;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resources of the HTTP API under <c>/api/exchanges</c>. In URLs, the default exchange is called <c>amq.default</c>.
/// </summary>
internal static class ExchangeEndpoints
{
    private const string DefaultExchange = "amq.default";

    public static ManagementApi MapExchanges(this ManagementApi api) => api
        .Get("/exchanges", Access.Management, request => SnapshotReply.Or(
            request, ListKinds.Exchanges, () => List(request, request.VisibleHosts)))
        .Get("/exchanges/{vhost}", Access.VirtualHostView, request =>
        {
            var host = request.VirtualHost;
            return SnapshotReply.Or(request, ListKinds.Exchanges, () => List(request, [host]));
        })
        .Get("/exchanges/{vhost}/{exchange}", Access.VirtualHostView, Get)
        .Put("/exchanges/{vhost}/{exchange}", Access.VirtualHost, Put)
        .Delete("/exchanges/{vhost}/{exchange}", Access.VirtualHost, Delete)
        .Post("/exchanges/{vhost}/{exchange}/publish", Access.VirtualHost, PublishAsync)
        .Post("/exchanges/{vhost}/{exchange}/route", Access.VirtualHostView, Route)
        .Get("/exchanges/{vhost}/{exchange}/unroutable", Access.VirtualHostView, request =>
        {
            var (host, exchange) = (request.VirtualHost, Demand(request));
            string reason = UnroutableView.ReasonOf(host, exchange);
            return ApiReply.Array(exchange.Counts.Unroutable?.All ?? [], (json, key) => UnroutableView.Write(json, key, reason));
        })
        .Get("/exchanges/{vhost}/{exchange}/bindings/source", Access.VirtualHostView, request =>
            BindingEndpoints.List(BindingEndpoints.From(request.VirtualHost, NameOf(request))))
        .Get("/exchanges/{vhost}/{exchange}/bindings/destination", Access.VirtualHostView, request =>
            BindingEndpoints.List(BindingEndpoints.ToExchange(request.VirtualHost, NameOf(request))));

    /// <summary>Converts an exchange name from a URL: <c>amq.default</c> becomes the empty name.</summary>
    public static string NameOf(string name) => name == DefaultExchange ? "" : name;

    private static string NameOf(ApiRequest request) => NameOf(request.Name("exchange"));

    private static ListReply<(VirtualHost Host, Exchange Exchange)> List(ApiRequest request, IEnumerable<VirtualHost> hosts)
    {
        var query = new SampleQuery(request);
        return new(
            hosts.SelectMany(host => Sorted(host, query), (host, exchange) => (host, exchange)),
            entry => entry.Exchange.Name,
            (json, entry) =>
            {
                json.WriteStartObject();
                WriteFields(json, entry.Host, entry.Exchange, query);
                json.WriteEndObject();
            });
    }

    /// <summary>
    /// Returns the exchanges ordered by name. If the client wants statistics, this method first updates the counts of the exchanges.
    /// </summary>
    private static IEnumerable<Exchange> Sorted(VirtualHost host, SampleQuery query)
    {
        if (!query.IsDisabled)
            host.Statistics.CarryExchanges();
        return host.Exchanges.OrderBy(exchange => exchange.Name, StringComparer.Ordinal);
    }

    private static ApiReply Get(ApiRequest request)
    {
        var host = request.VirtualHost;
        var exchange = Demand(request);
        var query = new SampleQuery(request);
        host.Statistics.CarryExchanges();
        return ApiReply.Json(json =>
        {
            json.WriteStartObject();
            WriteFields(json, host, exchange, query);
            json.WriteStartArray("incoming");
            json.WriteEndArray();
            json.WriteStartArray("outgoing");
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteFields(Utf8JsonWriter json, VirtualHost host, Exchange exchange, SampleQuery query)
    {
        json.WriteTable("arguments", exchange.Arguments);
        json.WriteBoolean("auto_delete", exchange.IsAutoDelete);
        json.WriteBoolean("durable", exchange.IsDurable);
        json.WriteBoolean("internal", exchange.IsInternal);
        var counts = SampledCounts.Of(exchange, query);
        if (!query.IsDisabled && (exchange.Deduplication is { Repeats: > 0 } || !counts.IsEmpty(0, StatisticRows.Exchanged.Length)))
        {
            json.WriteStartObject("message_stats");
            counts.Write(json, StatisticRows.Exchanged, 0, query.MessageRates);
            DeduplicationView.WriteRepeats(json, exchange.Deduplication);
            json.WriteEndObject();
        }
        if (!query.IsDisabled)
            DeduplicationView.Write(json, "cache_info", exchange.Deduplication);
        if (exchange.Keeper is DelayedMessageRouter { Delayed: var delayed })
        {
            json.WriteNumber("messages_delayed", delayed.Count);
            json.WriteNumber("messages_quarantined", delayed.Quarantine.QuarantinedCount);
        }
        json.WriteString("name", exchange.Name);
        if (host.Policies.Match(PolicyKind.User, exchange) is { } policy)
            json.WriteString("policy", policy.Name);
        json.WriteString("type", exchange.Type);
        json.WriteString("vhost", host.Name);
    }

    private static Exchange Demand(ApiRequest request) =>
        request.VirtualHost.FindExchange(NameOf(request)) ?? throw ApiException.NotFound();

    private static ApiReply Put(ApiRequest request)
    {
        string name = ApiRequest.DemandShort(NameOf(request), "exchange");
        bool isNew = request.VirtualHost.FindExchange(name) is null;
        string type = request.Text("type", "direct");
        bool durable = request.Flag("durable"), autoDelete = request.Flag("auto_delete"), isInternal = request.Flag("internal");
        var arguments = request.Table("arguments");
        var flags =
            (durable ? ExchangeFlags.Durable : 0) | (autoDelete ? ExchangeFlags.AutoDelete : 0) | (isInternal ? ExchangeFlags.Internal : 0);
        using var session = request.OpenSession();
        session.Do(asked => asked.Topology.DeclareExchange(ReservedNames.Clean(name), type, flags, arguments));
        return ApiReply.Put(isNew);
    }

    private static ApiReply Delete(ApiRequest request)
    {
        string name = Demand(request).Name;
        using var session = request.OpenSession();
        session.Do(asked => asked.Topology.DeleteExchange(name, request.Query("if-unused") == "true"));
        return ApiReply.NoContent;
    }

    private static async Task<ApiReply> PublishAsync(ApiRequest request)
    {
        if (request.FindVirtualHost() is null)
            throw ApiException.NotAuthorized("Access refused."); // RabbitMQ, too, answers 401 and not 404
        request.DemandFields("routing_key", "properties", "payload", "payload_encoding");
        ApiRequest.DemandShort(NameOf(request), "exchange");
        byte[] body = ReadPayload(request.Text("payload"), request.Text("payload_encoding"));
        var properties = PropertiesView.Read(request.Table("properties"));
        string routingKey = ApiRequest.DemandShort(request.Text("routing_key"), "routing_key");
        if (request.Broker.Alarms.Reason is { } reason)
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "service_unavailable", $"Publishers are blocked: {reason}");
        using var session = request.OpenSession();
        try
        {
            bool isRouted = await session.PublishAsync(NameOf(request), routingKey, properties, body, request.Http.RequestAborted);
            return ApiReply.Json(json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("routed", isRouted);
                json.WriteEndObject();
            });
        }
        catch (ArgumentException tooLong)
        {
            throw ApiException.BadRequest(tooLong.Message);
        }
        catch (BrokerException error)
        {
            throw Refused(error);
        }
    }

    /// <summary>Explains the way of a message, and publishes nothing.</summary>
    private static ApiReply Route(ApiRequest request)
    {
        var host = request.VirtualHost;
        var exchange = Demand(request);
        request.DemandFields("routing_key");
        string routingKey = ApiRequest.DemandShort(request.Text("routing_key"), "routing_key");
        var properties = PropertiesView.Read(request.Table("properties"));
        try
        {
            var explainer = new RouteExplainer(host.Routing, host.FindQueue, routingKey, properties);
            var explanation = explainer.Explain(exchange);
            return ApiReply.Json(json => RouteView.Write(json, explanation));
        }
        catch (ArgumentException tooLong)
        {
            throw ApiException.BadRequest(tooLong.Message);
        }
        catch (BrokerException error)
        {
            throw Refused(error);
        }
    }

    /// <summary>Returns the reply to a message that the broker refuses. It contains AMQP's code and text, as in RabbitMQ.</summary>
    private static ApiException Refused(BrokerException error) =>
        ApiException.BadRequest($"{(int)error.Error.Code()} {error.ToAmqp().ReplyText}");

    private static byte[] ReadPayload(string payload, string encoding)
    {
        if (encoding == "string")
            return System.Text.Encoding.UTF8.GetBytes(payload);
        if (encoding != "base64")
            throw ApiException.BadRequest("unsupported_encoding", encoding);
        byte[] octets = new byte[payload.Length];
        return Convert.TryFromBase64String(payload, octets, out int length)
            ? octets[..length]
            : throw ApiException.BadRequest("not_base64", payload);
    }
}
