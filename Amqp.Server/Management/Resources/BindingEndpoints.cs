using System.Buffers;
using System.Net;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Server.Management.Http;
using Amqp.Server.Management.Views;

namespace Amqp.Server.Management.Resources;

/// <summary>The resources of the HTTP API under <c>/api/bindings</c>.</summary>
internal static class BindingEndpoints
{
    public static ManagementApi MapBindings(this ManagementApi api)
    {
        api.Get("/bindings", Access.Management, request => List(request.VisibleHosts.SelectMany(Of)))
            .Get("/bindings/{vhost}", Access.VirtualHostView, request => List(Of(request.VirtualHost)));
        foreach (string kind in new[] { "q", "e" })
        {
            string path = $"/bindings/{{vhost}}/e/{{source}}/{kind}/{{destination}}";
            api.Get(path, Access.VirtualHostView, request => List(Between(request, kind)))
                .Post(path, Access.VirtualHost, request => Post(request, kind))
                .Get($"{path}/{{properties}}", Access.VirtualHostView, request =>
                {
                    var binding = Demand(request, kind);
                    return ApiReply.Json(json => Write(json, binding));
                })
                .Delete($"{path}/{{properties}}", Access.VirtualHost, request => Delete(request, kind));
        }
        return api;
    }

    public static ListReply<ListedBinding> List(IEnumerable<ListedBinding> bindings) =>
        new(bindings, binding => binding.Source.Name, Write);

    /// <summary>Returns all bindings of a virtual host, including the implicit binding of each queue to the default exchange.</summary>
    public static IEnumerable<ListedBinding> Of(VirtualHost host) => Listed(host, host.Queues, host.Topology.Bindings());

    /// <summary>Returns the bindings whose source is an exchange; none if it does not exist.</summary>
    public static IEnumerable<ListedBinding> From(VirtualHost host, string exchange) => host.FindExchange(exchange) switch
    {
        null => [],
        { Name: "" } => Listed(host, host.Queues, []),
        var source => Listed(host, [], host.Topology.BindingsOf(source)),
    };

    /// <summary>Returns the bindings whose destination is a queue; none if it does not exist.</summary>
    public static IEnumerable<ListedBinding> ToQueue(VirtualHost host, string name) =>
        host.FindQueue(name) is { } queue ? Listed(host, [queue], host.Topology.BindingsTo(queue)) : [];

    /// <summary>Returns the bindings whose destination is an exchange; none if it does not exist.</summary>
    public static IEnumerable<ListedBinding> ToExchange(VirtualHost host, string name) =>
        host.FindExchange(name) is { } exchange ? Listed(host, [], host.Topology.BindingsTo(exchange)) : [];

    /// <summary>
    /// Returns the <c>properties_key</c> that identifies a binding in URLs: the routing key, and a hash of the arguments if there are any.
    /// </summary>
    public static string PropertiesKey(ListedBinding binding)
    {
        string key = Encode(binding.RoutingKey);
        if (binding.Arguments.Count > 0)
            return $"{key}~{HashOf(binding.Arguments)}";
        return key.Length > 0 ? key : "~";
    }

    /// <summary>Orders bindings for a list, after adding those of queues to the default exchange.</summary>
    private static IEnumerable<ListedBinding> Listed(VirtualHost host, IEnumerable<Queue> queues, IEnumerable<Binding> bindings)
    {
        // A virtual host that is being deleted may have no default exchange any more.
        var implied = host.FindExchange("") is { } defaultExchange
            ? queues.Select(queue => new ListedBinding(host, defaultExchange, queue, queue.Name, FieldTable.Empty))
            : [];
        return implied.Concat(bindings.Select(binding =>
            new ListedBinding(host, binding.Source, binding.Destination, binding.RoutingKey, binding.Arguments)))
            .OrderBy(binding => binding.Source.Name, StringComparer.Ordinal)
            .ThenBy(binding => binding.Destination.Name, StringComparer.Ordinal)
            .ThenBy(binding => binding.RoutingKey, StringComparer.Ordinal);
    }

    private static void Write(Utf8JsonWriter json, ListedBinding binding)
    {
        json.WriteStartObject();
        json.WriteString("source", binding.Source.Name);
        json.WriteString("vhost", binding.Host.Name);
        json.WriteString("destination", binding.Destination.Name);
        json.WriteString("destination_type", binding.Destination is Queue ? "queue" : "exchange");
        json.WriteString("routing_key", binding.RoutingKey);
        json.WriteTable("arguments", binding.Arguments);
        json.WriteString("properties_key", PropertiesKey(binding));
        json.WriteEndObject();
    }

    private static IEnumerable<ListedBinding> Between(ApiRequest request, string kind)
    {
        string source = ExchangeEndpoints.NameOf(request.Name("source")),
            destination = ExchangeEndpoints.NameOf(request.Name("destination"));
        var host = request.VirtualHost;
        return (kind == "q" ? ToQueue(host, destination) : ToExchange(host, destination)).Where(binding => binding.Source.Name == source);
    }

    /// <summary>Finds the binding whose <see cref="PropertiesKey"/> is in the URL. The key may be percent-encoded once or twice.</summary>
    private static ListedBinding Demand(ApiRequest request, string kind)
    {
        string key = request.Name("properties");
        var bindings = Between(request, kind).ToList();
        return bindings.Find(binding => PropertiesKey(binding) == key)
            ?? bindings.Find(binding => WebUtility.UrlDecode(PropertiesKey(binding)) == key)
            ?? bindings.Find(binding => WebUtility.UrlDecode(PropertiesKey(binding)) == WebUtility.UrlDecode(key))
            ?? throw ApiException.NotFound();
    }

    private static ApiReply Post(ApiRequest request, string kind)
    {
        var host = request.VirtualHost;
        string source = ExchangeEndpoints.NameOf(request.Name("source")),
            destination = ExchangeEndpoints.NameOf(request.Name("destination"));
        ApiRequest.DemandShort(destination, kind == "q" ? "queue" : "exchange");
        ApiRequest.DemandShort(source, "exchange");
        string routingKey = ApiRequest.DemandShort(request.Text("routing_key"), "routing_key");
        var arguments = request.Table("arguments");
        using var session = request.OpenSession();
        IBindingDestination? end;
        if (kind == "q")
        {
            session.Do(asked => asked.Topology.BindQueue(source, destination, routingKey, arguments));
            end = host.FindQueue(destination);
        }
        else
        {
            session.Do(asked => asked.Topology.BindExchange(source, destination, routingKey, arguments));
            end = host.FindExchange(destination);
        }
        if (end is null || host.FindExchange(source) is not { } exchange)
            throw ApiException.NotFound(); // another client has just deleted the source or the destination
        string key = PropertiesKey(new ListedBinding(host, exchange, end, routingKey, arguments));
        return ApiReply.Created($"{Readable(destination)}/{Readable(key)}");

        static string Readable(string name) => Encode(name).Replace("%7E", "~", StringComparison.Ordinal);
    }

    /// <summary>Percent-encodes a text as RabbitMQ does: all characters except letters, digits and <c>-._</c>.</summary>
    private static string Encode(string text) => WebUtility.UrlEncode(text)
        .Replace("!", "%21", StringComparison.Ordinal).Replace("(", "%28", StringComparison.Ordinal)
        .Replace(")", "%29", StringComparison.Ordinal).Replace("*", "%2A", StringComparison.Ordinal);

    private static ApiReply Delete(ApiRequest request, string kind)
    {
        var binding = Demand(request, kind);
        using var session = request.OpenSession();
        if (kind == "q")
            session.Do(
                asked => asked.Topology.UnbindQueue(binding.Source.Name, binding.Destination.Name, binding.RoutingKey, binding.Arguments));
        else
            session.Do(asked => asked.Topology.UnbindExchange(
                binding.Source.Name, binding.Destination.Name, binding.RoutingKey, binding.Arguments));
        return ApiReply.NoContent;
    }

    /// <summary>Returns a hash of the arguments. Clients do not depend on the algorithm, which differs from RabbitMQ's.</summary>
    private static string HashOf(FieldTable arguments)
    {
        var bytes = new ArrayBufferWriter<byte>();
        FieldTableCodec.Write(bytes, new FieldTable(arguments.OrderBy(field => field.Key, StringComparer.Ordinal)));
        byte[] hash = System.Security.Cryptography.SHA256.HashData(bytes.WrittenSpan);
        return System.Buffers.Text.Base64Url.EncodeToString(hash.AsSpan(0, 6));
    }
}
