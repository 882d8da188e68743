using Amqp.Protocol;
using Amqp.Server.Broker.Dispatch;
using Amqp.Server.Broker.Exchanges;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Security;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Reads definitions that this broker or RabbitMQ wrote: what is there is changed, what is not is added, nothing is deleted.</summary>
/// <remarks>
/// As in RabbitMQ queues and exchanges that are there stay as they are, and nobody's permissions are asked for. What this broker has
/// not got (types, parameters of plugins, keys of policies) is left out and told of, where RabbitMQ without the plugin stops.
/// </remarks>
/// <param name="broker">What to change.</param>
/// <param name="importer">Who may use the virtual hosts that are made; null: nobody whom the definitions do not name.</param>
/// <param name="virtualHost">Where everything goes; null: where each definition says.</param>
internal sealed class DefinitionImport(MessageBroker broker, string? importer, string? virtualHost)
{
    private readonly List<string> _leftOut = [];
    private int _imported;

    /// <summary>Imports, in RabbitMQ's order, until something cannot be.</summary>
    /// <exception cref="DefinitionException">A definition is incomplete or cannot be.</exception>
    /// <exception cref="AmqpException">A queue or an exchange cannot be.</exception>
    public ImportReport Run(FieldTable definitions)
    {
        if (virtualHost is null)
        {
            Each(definitions, "users", PutUser);
            Each(definitions, "vhosts", PutVirtualHost);
            Each(definitions, "permissions", permission => broker.Permissions.Put(DefinitionReader.ReadPatterns(() => new Permission(
                UserOf(permission), FindHost(permission).Name, Text(permission, "configure"), Text(permission, "write"), Text(permission, "read")))));
            Each(definitions, "topic_permissions", permission => broker.Permissions.PutTopic(DefinitionReader.ReadPatterns(() => new TopicPermission(
                UserOf(permission), FindHost(permission).Name, Text(permission, "exchange"), Text(permission, "write"), Text(permission, "read")))));
        }
        Each(definitions, "parameters", PutParameter);
        if (virtualHost is null)
            Each(definitions, "global_parameters", parameter => broker.GlobalParameters.Put(Text(parameter, "name"), parameter["value"] ?? FieldValue.Void));
        Each(definitions, "policies", policy => PutPolicy(PolicyKind.User, FindHost(policy), Text(policy, "name"), policy));
        Each(definitions, "queues", DeclareQueue);
        Each(definitions, "exchanges", DeclareExchange);
        Each(definitions, "bindings", Bind);
        return new ImportReport(_imported, _leftOut);
    }

    private void Each(FieldTable definitions, string kind, Action<FieldTable> import)
    {
        if (definitions[kind] is not { } list)
            return;
        if (list.Type != FieldType.Array)
            throw new DefinitionException($"{kind} is not a list");
        foreach (var item in list.AsArray())
        {
            int leftOut = _leftOut.Count;
            import(item.Type == FieldType.Table ? item.AsTable() : throw new DefinitionException($"{kind} holds something else than objects"));
            if (_leftOut.Count == leftOut)
                _imported++;
        }
    }

    private static string Text(FieldTable definition, string field) => definition[field] is { Type: FieldType.LongString } text
        ? text.AsString()
        : throw new DefinitionException($"[{{key_missing,{field}}}]");

    private static bool Flag(FieldTable definition, string field) => definition[field] is { Type: FieldType.Boolean } flag && flag.AsBoolean();

    private static FieldTable Arguments(FieldTable definition) => definition["arguments"] is { Type: FieldType.Table } arguments ? arguments.AsTable() : FieldTable.Empty;

    private static FieldTable Replace(FieldTable definition, string field, FieldValue value) =>
        new FieldTable(definition.Where(entry => entry.Key != field)).With(field, value);

    private string UserOf(FieldTable definition) =>
        broker.Users.Find(Text(definition, "user"))?.Name ?? throw new DefinitionException("no_such_user", Text(definition, "user"));

    private VirtualHost FindHost(FieldTable definition)
    {
        string name = virtualHost ?? (definition["vhost"] is { Type: FieldType.LongString } given ? given.AsString() : "undefined");
        return broker.VirtualHosts.Find(name) ?? throw new DefinitionException("no_such_vhost", name);
    }

    private void PutUser(FieldTable user)
    {
        string name = Text(user, "name");
        broker.Users.Put(DefinitionReader.ReadUser(name, user, broker.Passwords));
        if (user["limits"] is not { Type: FieldType.Table } limits)
            return;
        foreach (var (limit, value) in limits.AsTable())
            broker.UserLimits.Set(name, limit, value);
    }

    private void PutVirtualHost(FieldTable fields)
    {
        string name = Text(fields, "name");
        var metadata = fields["metadata"] is { Type: FieldType.Table } table ? table.AsTable() : FieldTable.Empty;
        if ((fields["default_queue_type"] ?? metadata["default_queue_type"]) is { Type: FieldType.LongString } type && type.AsString() == "stream")
        {
            _leftOut.Add($"vhost '{name}': default_queue_type stream: there are no streams");
            fields = Replace(fields, "default_queue_type", FieldValue.FromString("undefined"));
        }
        var host = broker.VirtualHosts.Put(name, DefinitionReader.ReadVirtualHost(fields, broker.VirtualHosts.Find(name)?.Description ?? VirtualHostDescription.None), importer);
        if (fields["tracing"] is { Type: FieldType.Boolean } isTracing)
            host.IsTracing = isTracing.AsBoolean();
    }

    private void PutParameter(FieldTable parameter)
    {
        string component = Text(parameter, "component"), name = Text(parameter, "name");
        var host = FindHost(parameter);
        var value = parameter["value"] ?? FieldValue.Void;
        if (component is "operator_policy" or "policy")
        {
            var fields = value.Type == FieldType.Table ? value.AsTable() : FieldTable.Empty;
            PutPolicy(component == "policy" ? PolicyKind.User : PolicyKind.Operator, host, name, fields);
        }
        else if (broker.Parameters.Knows(component))
        {
            Validated($"{host.Name}/{component}/{name}", () => broker.Parameters.Put(component, host.Name, name, value));
        }
        else
        {
            _leftOut.Add($"parameter '{name}' of component '{component}' in vhost '{host.Name}': there is no such component");
        }
    }

    private void PutPolicy(PolicyKind kind, VirtualHost host, string name, FieldTable policy)
    {
        var definition = policy["definition"] is { Type: FieldType.Table } table ? table.AsTable() : FieldTable.Empty;
        var unknown = definition.Select(entry => entry.Key).Where(key => !PolicyKeys.IsKnown(kind, key)).ToList();
        if (unknown.Count > 0)
        {
            string what = kind == PolicyKind.User ? "policy" : "operator policy";
            _leftOut.Add($"{what} '{name}' in vhost '{host.Name}': {string.Join(", ", unknown)} has no meaning here");
            definition = new FieldTable(definition.Where(entry => !unknown.Contains(entry.Key)));
            if (definition.Count == 0)
                return;
            policy = Replace(policy, "definition", FieldValue.FromTable(definition));
        }
        Validated($"{host.Name}/{name}", () => host.Policies.Put(DefinitionReader.ReadPolicy(kind, name, policy)));
    }

    /// <summary>RabbitMQ says behind the reason whose it is.</summary>
    private static void Validated(string owner, Action put)
    {
        try
        {
            put();
        }
        catch (ValidationException error)
        {
            throw new DefinitionException($"Validation failed\n\n{error.Message}\n ({owner})");
        }
    }

    private void DeclareQueue(FieldTable queue)
    {
        var host = FindHost(queue);
        string name = Text(queue, "name");
        var flags = (Flag(queue, "durable") ? QueueFlags.Durable : 0) | (Flag(queue, "auto_delete") ? QueueFlags.AutoDelete : 0);
        Declare($"queue '{name}' in vhost '{host.Name}'", host.FindQueue(name) is not null, () => host.Topology.ImportQueue(name, flags, Arguments(queue)));
    }

    private void DeclareExchange(FieldTable exchange)
    {
        var host = FindHost(exchange);
        string name = Text(exchange, "name"), type = Text(exchange, "type");
        var flags = (Flag(exchange, "durable") ? ExchangeFlags.Durable : 0) | (Flag(exchange, "auto_delete") ? ExchangeFlags.AutoDelete : 0)
            | (Flag(exchange, "internal") ? ExchangeFlags.Internal : 0);
        Declare(
            $"exchange '{name}' in vhost '{host.Name}'", host.FindExchange(name) is not null,
            () => host.Topology.DeclareExchange(name, type, flags, Arguments(exchange)));
    }

    private void Declare(string what, bool isThere, Action declare)
    {
        try
        {
            declare();
        }
        catch (AmqpException error) when (error.Code is ReplyCode.NotImplemented or ReplyCode.CommandInvalid)
        {
            _leftOut.Add(error.Message.StartsWith(what, StringComparison.Ordinal) ? error.Message : $"{what}: {error.Message}");
        }
        catch (AmqpException error) when (isThere)
        {
            _leftOut.Add($"{what} is there already, and other than that: {error.Message}");
        }
    }

    private void Bind(FieldTable binding)
    {
        var host = FindHost(binding);
        string source = Text(binding, "source"), destination = Text(binding, "destination"), routingKey = Text(binding, "routing_key");
        bool isQueue = Text(binding, "destination_type") == "queue";
        if (source.Length == 0)
            return; // every queue has it
        IBindingDestination? end = isQueue ? host.FindQueue(destination) : host.FindExchange(destination);
        if (end is null || host.FindExchange(source) is null)
        {
            string missing = end is null ? destination : source;
            _leftOut.Add($"binding from '{source}' to '{destination}' in vhost '{host.Name}': there is no '{missing}'");
            return;
        }
        var round = new DispatchRound();
        host.Topology.Bind(source, end, routingKey, Arguments(binding), round);
        round.Complete();
    }
}
