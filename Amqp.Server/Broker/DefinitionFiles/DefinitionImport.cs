using Amqp.Protocol;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.VirtualHosts;

namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Imports definitions that this broker or RabbitMQ exported. Adds and changes objects, but deletes nothing.</summary>
/// <remarks>
/// All definitions are checked before the first change. A change that fails ends the import, and earlier changes stay.
/// <para>As in RabbitMQ, existing queues and exchanges stay unchanged, and neither permissions nor queue limits apply.</para>
/// </remarks>
/// <param name="scope">The tables that the import changes.</param>
/// <param name="importer">User who gets all permissions in new virtual hosts; null for none.</param>
/// <param name="virtualHost">Virtual host of all definitions; null if each definition names its own.</param>
internal sealed class DefinitionImport(DefinitionScope scope, string? importer, string? virtualHost)
{
    private readonly ImportPlan _plan = new();
    private readonly PolicyImport _policies = new(scope.VirtualHosts);
    // names of the existing users and virtual hosts, and of those that the import adds
    private readonly HashSet<string> _users = [.. scope.Users.All.Select(user => user.Name)];
    private readonly HashSet<string> _hosts = [.. scope.VirtualHosts.All.Select(host => host.Name)];

    /// <summary>Imports all definitions, in the same order as RabbitMQ.</summary>
    /// <exception cref="DefinitionException">A definition is invalid (then nothing was imported), or a change failed.</exception>
    /// <exception cref="ValidationException">The limit of a user is invalid. Nothing was imported.</exception>
    public ImportReport Run(FieldTable definitions) => Check(definitions, _plan.Run);

    /// <summary>Describes the changes that <see cref="Run"/> would make. Changes nothing.</summary>
    /// <exception cref="DefinitionException">A definition is invalid.</exception>
    /// <exception cref="ValidationException">The limit of a user is invalid.</exception>
    public ImportPreview Preview(FieldTable definitions) => Check(definitions, _plan.Preview);

    private T Check<T>(FieldTable definitions, Func<T> then)
    {
        try
        {
            Check(definitions);
            return then();
        }
        catch (BrokerException error)
        {
            throw new DefinitionException(error.Message);
        }
    }

    private void Check(FieldTable definitions)
    {
        if (virtualHost is null)
        {
            Each(definitions, "users", CheckUser);
            Each(definitions, "vhosts", CheckVirtualHost);
            Each(definitions, "permissions", CheckPermission);
            Each(definitions, "topic_permissions", CheckTopicPermission);
        }
        Each(definitions, "parameters", CheckParameter);
        if (virtualHost is null)
            Each(definitions, "global_parameters", CheckGlobalParameter);
        Each(definitions, "policies", policy => CheckPolicy(PolicyKind.User, HostOf(policy), policy.Name("name", "name"), policy));
        var topology = new TopologyImport(scope.VirtualHosts, _plan);
        Each(definitions, "queues", queue => topology.CheckQueue(HostOf(queue), queue));
        Each(definitions, "exchanges", exchange => topology.CheckExchange(HostOf(exchange), exchange));
        Each(definitions, "bindings", binding => topology.CheckBinding(HostOf(binding), binding));
    }

    private static void Each(FieldTable definitions, string kind, Action<FieldTable> check)
    {
        if (definitions[kind] is not { } list)
            return;
        if (list.Type != FieldType.Array)
            throw new DefinitionException($"{kind} is not a list");
        foreach (var item in list.AsArray())
            check(
                item.Type == FieldType.Table ? item.AsTable() : throw new DefinitionException($"{kind} holds something else than objects"));
    }

    private string UserOf(FieldTable definition) =>
        definition.Text("user") is var name && _users.Contains(name) ? name : throw new DefinitionException("no_such_user", name);

    private string HostOf(FieldTable definition)
    {
        string name = virtualHost ?? (definition["vhost"] is { Type: FieldType.LongString } given ? given.AsString() : "undefined");
        return _hosts.Contains(name) ? name : throw new DefinitionException("no_such_vhost", name);
    }

    private void CheckUser(FieldTable fields)
    {
        string name = fields.Name("name", "user");
        var user = DefinitionReader.ReadUser(name, fields, scope.Passwords);
        var limits = fields.Inner("limits");
        foreach (var (limit, value) in limits)
            UserLimits.Validate(limit, value);
        _users.Add(name);
        _plan.Take(new("user", null, name), () => ObjectComparison.Compare(scope, user, limits), () =>
        {
            scope.Users.Put(user);
            foreach (var (limit, value) in limits)
                scope.UserLimits.Set(name, limit, value);
        });
    }

    private void CheckVirtualHost(FieldTable fields)
    {
        string name = fields.Name("name", "vhost");
        if ((fields["default_queue_type"] ?? fields.Inner("metadata")["default_queue_type"]) is { Type: FieldType.LongString } type
            && QueueKinds.IsRefused(type.AsString()))
        {
            _plan.LeaveOut(new("vhost", null, name), $"vhost '{name}': default_queue_type stream: there are no streams");
            fields = fields.Replace("default_queue_type", FieldValue.FromString("undefined"));
        }
        var description = DefinitionReader.ReadVirtualHost(
            fields, scope.VirtualHosts.Find(name)?.Description ?? VirtualHostDescription.None);
        bool? isTracing = fields["tracing"] is { Type: FieldType.Boolean } given ? given.AsBoolean() : null;
        _hosts.Add(name);
        if (importer is not null && scope.VirtualHosts.Find(name) is null)
            _plan.Imply(new("permission", name, importer), () => DefinitionComparison.New);
        _plan.Take(new("vhost", null, name), () => ObjectComparison.Compare(scope, name, description, isTracing), () =>
        {
            var host = scope.VirtualHosts.Put(name, description, importer);
            host.IsTracing = isTracing ?? host.IsTracing;
        });
    }

    private void CheckPermission(FieldTable fields)
    {
        var permission = DefinitionReader.ReadPatterns(
            () => new Permission(UserOf(fields), HostOf(fields), fields.Text("configure"), fields.Text("write"), fields.Text("read")));
        _plan.Take(
            new("permission", permission.VirtualHost, permission.User),
            () => ObjectComparison.Compare(scope, permission),
            () => scope.Permissions.Put(permission));
    }

    private void CheckTopicPermission(FieldTable fields)
    {
        var permission = DefinitionReader.ReadPatterns(() => new TopicPermission(
            UserOf(fields), HostOf(fields), fields.Name("exchange", "exchange"), fields.Text("write"), fields.Text("read")));
        _plan.Take(
            new("topic_permission", permission.VirtualHost, $"{permission.User} on {permission.Exchange}"),
            () => ObjectComparison.Compare(scope, permission),
            () => scope.Permissions.PutTopic(permission));
    }

    private void CheckParameter(FieldTable fields)
    {
        string component = fields.Text("component"), name = fields.Name("name", "name"), host = HostOf(fields);
        var value = fields["value"] ?? FieldValue.Void;
        if (component is "operator_policy" or "policy")
        {
            var policy = value.Type == FieldType.Table ? value.AsTable() : FieldTable.Empty;
            CheckPolicy(component == "policy" ? PolicyKind.User : PolicyKind.Operator, host, name, policy);
        }
        else if (scope.Parameters.Knows(component))
        {
            Validated($"{host}/{component}/{name}", () => scope.Parameters.Validate(component, name, value));
            _plan.Take(
                new("parameter", host, $"{component}/{name}"),
                () => ObjectComparison.Compare(scope.Parameters.Find(component, host, name), value),
                () => scope.Parameters.Put(component, host, name, value));
        }
        else
        {
            _plan.LeaveOut(
                new("parameter", host, $"{component}/{name}"),
                $"parameter '{name}' of component '{component}' in vhost '{host}': there is no such component");
        }
    }

    private void CheckGlobalParameter(FieldTable fields)
    {
        string name = fields.Name("name", "name");
        var value = fields["value"] ?? FieldValue.Void;
        _plan.Take(
            new("global_parameter", null, name),
            () => ObjectComparison.Compare(scope.GlobalParameters.Find(name), value),
            () => scope.GlobalParameters.Put(name, value));
    }

    private void CheckPolicy(PolicyKind kind, string host, string name, FieldTable fields)
    {
        var definition = fields.Inner("definition");
        var unknown = definition.Select(entry => entry.Key).Where(key => !PolicyKeys.IsKnown(kind, key)).ToList();
        if (unknown.Count > 0)
        {
            string what = kind == PolicyKind.User ? "policy" : "operator policy";
            _plan.LeaveOut(
                new(what.Replace(' ', '_'), host, name),
                $"{what} '{name}' in vhost '{host}': {string.Join(", ", unknown)} has no meaning here");
            definition = new FieldTable(definition.Where(entry => !unknown.Contains(entry.Key)));
            if (definition.Count == 0)
                return;
            fields = fields.Replace("definition", FieldValue.FromTable(definition));
        }
        Policy? policy = null;
        Validated($"{host}/{name}", () => policy = DefinitionReader.ReadPolicy(kind, name, fields));
        _policies.Add(_plan, host, policy!);
    }

    /// <summary>Validates a definition. As in RabbitMQ, the text of the exception ends with the name of the invalid object.</summary>
    private static void Validated(string owner, Action validate)
    {
        try
        {
            validate();
        }
        catch (ValidationException error)
        {
            throw new DefinitionException($"Validation failed\n\n{error.Message}\n ({owner})");
        }
    }
}
