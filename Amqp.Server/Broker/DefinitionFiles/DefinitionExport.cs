using System.Text.Json;
using Amqp.Server.Broker.Names;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Exports definitions as JSON in RabbitMQ's format. Both this broker and RabbitMQ can import the result.</summary>
internal static class DefinitionExport
{
    /// <summary>Writes the definitions of the whole broker.</summary>
    public static void Write(Utf8JsonWriter json, DefinitionScope scope, DefinitionOrigin origin)
    {
        json.WriteStartObject();
        json.WriteString("rabbit_version", origin.RabbitMqVersion);
        json.WriteString("rabbitmq_version", origin.RabbitMqVersion);
        json.WriteString("product_name", origin.ProductName);
        json.WriteString("product_version", origin.ProductVersion);
        WriteList(json, "users", scope.Users.All, user => DefinitionWriter.Write(json, user, scope.UserLimits.Of(user.Name)));
        WriteList(json, "vhosts", scope.VirtualHosts.All, host => WriteVirtualHost(json, host));
        WriteList(json, "permissions", scope.Permissions.All, permission => DefinitionWriter.Write(json, permission));
        WriteList(json, "topic_permissions", scope.Permissions.AllTopics, permission => DefinitionWriter.Write(json, permission));
        WriteParameters(json, scope, scope.VirtualHosts.All);
        WriteList(json, "global_parameters", scope.GlobalParameters.All, parameter => DefinitionWriter.WriteGlobal(json, parameter));
        WriteTopology(json, scope.VirtualHosts.All, withVirtualHost: true);
        json.WriteEndObject();
    }

    /// <summary>Writes the definitions of one virtual host, but not its name. So any virtual host can import them.</summary>
    public static void Write(Utf8JsonWriter json, DefinitionScope scope, DefinitionOrigin origin, VirtualHost host)
    {
        json.WriteStartObject();
        json.WriteString("rabbit_version", origin.RabbitMqVersion);
        WriteParameters(json, scope, [host]);
        WriteTopology(json, [host], withVirtualHost: false);
        json.WriteEndObject();
    }

    private static void WriteVirtualHost(Utf8JsonWriter json, VirtualHost host)
    {
        json.WriteStartObject();
        json.WriteString("name", host.Name);
        DefinitionWriter.WriteFields(json, host.Description);
        json.WriteEndObject();
    }

    /// <summary>Writes the runtime parameters. In RabbitMQ's format, they include the operator policies.</summary>
    private static void WriteParameters(Utf8JsonWriter json, DefinitionScope scope, IReadOnlyList<VirtualHost> hosts)
    {
        var names = hosts.Select(host => host.Name).ToHashSet();
        json.WriteStartArray("parameters");
        foreach (var parameter in scope.Parameters.All.Where(parameter => names.Contains(parameter.VirtualHost)))
            DefinitionWriter.Write(json, parameter);
        foreach (var host in hosts)
        {
            foreach (var policy in host.Policies.All(PolicyKind.Operator))
            {
                json.WriteStartObject();
                json.WriteStartObject("value");
                DefinitionWriter.WriteFields(json, policy);
                json.WriteEndObject();
                json.WriteString("vhost", host.Name);
                json.WriteString("component", "operator_policy");
                json.WriteString("name", policy.Name);
                json.WriteEndObject();
            }
        }
        json.WriteEndArray();
    }

    private static void WriteTopology(Utf8JsonWriter json, IReadOnlyList<VirtualHost> hosts, bool withVirtualHost)
    {
        json.WriteStartArray("policies");
        foreach (var host in hosts)
            foreach (var policy in host.Policies.All(PolicyKind.User))
                DefinitionWriter.Write(json, host.Name, policy);
        json.WriteEndArray();
        WriteAll(
            json,
            "queues",
            hosts,
            withVirtualHost,
            host => host.Queues.Where(queue => !queue.Declaration.IsExclusive).OrderBy(queue => queue.Name, StringComparer.Ordinal),
            WriteQueue);
        WriteAll(
            json, "exchanges", hosts, withVirtualHost,
            host => host.Exchanges.Where(IsDeclared).OrderBy(exchange => exchange.Name, StringComparer.Ordinal), WriteExchange);
        WriteAll(
            json,
            "bindings",
            hosts,
            withVirtualHost,
            host => host.Topology.Bindings().Where(binding => binding.Destination is not Queue { Declaration.IsExclusive: true }),
            WriteBinding);
    }

    private static bool IsDeclared(Exchange exchange) => exchange.Name.Length > 0 && !ReservedNames.IsSystemExchange(exchange.Name);

    private static void WriteQueue(Utf8JsonWriter json, Queue queue)
    {
        json.WriteBoolean("durable", queue.IsDurable);
        json.WriteBoolean("auto_delete", queue.Declaration.IsAutoDelete);
        json.WriteTable("arguments", queue.Declaration.Arguments.Table);
    }

    private static void WriteExchange(Utf8JsonWriter json, Exchange exchange)
    {
        json.WriteString("type", exchange.Type);
        json.WriteBoolean("durable", exchange.IsDurable);
        json.WriteBoolean("auto_delete", exchange.IsAutoDelete);
        json.WriteBoolean("internal", exchange.IsInternal);
        json.WriteTable("arguments", exchange.Arguments);
    }

    private static void WriteBinding(Utf8JsonWriter json, Binding binding)
    {
        json.WriteString("source", binding.Source.Name);
        json.WriteString("destination", binding.Destination.Name);
        json.WriteString("destination_type", binding.Destination is Queue ? "queue" : "exchange");
        json.WriteString("routing_key", binding.RoutingKey);
        json.WriteTable("arguments", binding.Arguments);
    }

    private static void WriteAll<T>(
        Utf8JsonWriter json,
        string name,
        IReadOnlyList<VirtualHost> hosts,
        bool withVirtualHost,
        Func<VirtualHost, IEnumerable<T>> items,
        Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var host in hosts)
        {
            foreach (var item in items(host))
            {
                json.WriteStartObject();
                if (item is IBindingDestination named)
                    json.WriteString("name", named.Name);
                if (withVirtualHost)
                    json.WriteString("vhost", host.Name);
                write(json, item);
                json.WriteEndObject();
            }
        }
        json.WriteEndArray();
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
            write(item);
        json.WriteEndArray();
    }
}
