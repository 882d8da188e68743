using Amqp.Protocol;
using Amqp.Server.Broker;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;

namespace Amqp.Server.Management;

/// <summary>Reads definitions that this broker or RabbitMQ wrote: what is there is changed, what is not is added, nothing is deleted.</summary>
/// <param name="request">Who imports.</param>
/// <param name="virtualHost">Where everything goes; null: where each definition says.</param>
internal sealed class DefinitionImport(ApiRequest request, string? virtualHost)
{
    private MessageBroker Broker => request.Broker;

    /// <summary>Imports, in RabbitMQ's order, until something cannot be.</summary>
    /// <exception cref="ApiException">400: a definition is incomplete or cannot be.</exception>
    /// <exception cref="ValidationException">A policy or parameter cannot be.</exception>
    /// <exception cref="AmqpException">A queue, exchange or binding cannot be.</exception>
    public void Run(FieldTable definitions)
    {
        if (virtualHost is null)
        {
            Each(definitions, "users", user => UserEndpoints.Put(request, Text(user, "name"), user), PutUserLimits);
            Each(definitions, "vhosts", host => VirtualHostEndpoints.Put(
                request, Text(host, "name"), VirtualHostEndpoints.ReadDescription(host, Broker.VirtualHosts.Find(Text(host, "name"))?.Description ?? VirtualHostDescription.None),
                host["tracing"] is { Type: FieldType.Boolean } isTracing ? isTracing.AsBoolean() : null));
            Each(definitions, "permissions", permission => PermissionEndpoints.Put(
                request, HostOf(permission), Text(permission, "user"), Text(permission, "configure"), Text(permission, "write"), Text(permission, "read")));
            Each(definitions, "topic_permissions", permission => PermissionEndpoints.PutTopic(
                request, HostOf(permission), Text(permission, "user"), Text(permission, "exchange"), Text(permission, "write"), Text(permission, "read")));
        }
        Each(definitions, "parameters", PutParameter);
        if (virtualHost is null)
            Each(definitions, "global_parameters", parameter => Broker.GlobalParameters.Put(Text(parameter, "name"), parameter["value"] ?? FieldValue.Void));
        Each(definitions, "policies", policy => FindHost(policy).Policies.Put(PolicyEndpoints.Read(PolicyKind.User, Text(policy, "name"), policy)));
        Each(definitions, "queues", DeclareQueue);
        Each(definitions, "exchanges", DeclareExchange);
        Each(definitions, "bindings", Bind);
    }

    private static void Each(FieldTable definitions, string kind, params ReadOnlySpan<Action<FieldTable>> import)
    {
        if (definitions[kind] is not { } list)
            return;
        if (list.Type != FieldType.Array)
            throw ApiException.BadRequest($"{kind} is not a list");
        foreach (var item in list.AsArray())
            foreach (var step in import)
                step(item.Type == FieldType.Table ? item.AsTable() : throw ApiException.BadRequest($"{kind} holds something else than objects"));
    }

    private static string Text(FieldTable definition, string field) => definition[field] is { Type: FieldType.LongString } text
        ? text.AsString()
        : throw ApiException.BadRequest($"[{{key_missing,{field}}}]");

    private static bool Flag(FieldTable definition, string field) => definition[field] is { Type: FieldType.Boolean } flag && flag.AsBoolean();

    private static FieldTable Arguments(FieldTable definition) => definition["arguments"] is { Type: FieldType.Table } arguments ? arguments.AsTable() : FieldTable.Empty;

    private string HostOf(FieldTable definition) => virtualHost
        ?? (definition["vhost"] is { Type: FieldType.LongString } name ? name.AsString() : throw ApiException.BadRequest("no_such_vhost", "undefined"));

    private VirtualHost FindHost(FieldTable definition) => Broker.VirtualHosts.Find(HostOf(definition)) ?? throw ApiException.BadRequest("no_such_vhost", HostOf(definition));

    private void PutUserLimits(FieldTable user)
    {
        if (user["limits"] is not { Type: FieldType.Table } limits)
            return;
        foreach (var (name, value) in limits.AsTable())
            Broker.UserLimits.Set(Text(user, "name"), name, value);
    }

    private void PutParameter(FieldTable parameter)
    {
        string component = Text(parameter, "component"), name = Text(parameter, "name");
        var host = FindHost(parameter);
        var value = parameter["value"] ?? FieldValue.Void;
        if (component is "operator_policy" or "policy")
            host.Policies.Put(PolicyEndpoints.Read(
                component == "policy" ? PolicyKind.User : PolicyKind.Operator, name, value.Type == FieldType.Table ? value.AsTable() : FieldTable.Empty));
        else
            Broker.Parameters.Put(component, host.Name, name, value);
    }

    private void DeclareQueue(FieldTable queue)
    {
        using var channel = request.Services.OpenChannel(request.User.User, FindHost(queue));
        channel.Ask<QueueDeclare, QueueDeclareOk>(new QueueDeclare(Text(queue, "name"), false, Flag(queue, "durable"), false, Flag(queue, "auto_delete"), false, Arguments(queue)));
    }

    private void DeclareExchange(FieldTable exchange)
    {
        using var channel = request.Services.OpenChannel(request.User.User, FindHost(exchange));
        channel.Ask<ExchangeDeclare, ExchangeDeclareOk>(new ExchangeDeclare(
            Text(exchange, "name"), Text(exchange, "type"), false, Flag(exchange, "durable"), Flag(exchange, "auto_delete"), Flag(exchange, "internal"), false, Arguments(exchange)));
    }

    private void Bind(FieldTable binding)
    {
        using var channel = request.Services.OpenChannel(request.User.User, FindHost(binding));
        string source = Text(binding, "source"), destination = Text(binding, "destination"), routingKey = Text(binding, "routing_key");
        if (Text(binding, "destination_type") == "queue")
            channel.Ask<QueueBind, QueueBindOk>(new QueueBind(destination, source, routingKey, false, Arguments(binding)));
        else
            channel.Ask<ExchangeBind, ExchangeBindOk>(new ExchangeBind(destination, source, routingKey, false, Arguments(binding)));
    }
}
