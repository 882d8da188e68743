using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Checks if the user of a session has a permission. Throws RabbitMQ's error if not.</summary>
/// <remarks>Used only by the thread that uses the session. Caches granted permissions until any permission changes.</remarks>
internal sealed class AccessCheck(BrokerClient client)
{
    private const int CacheSize = 12;

    private readonly PermissionStore _permissions = client.Services.Permissions;
    private List<(AccessKind Kind, bool IsQueue, string Name)>? _allowed; // cached permissions, the newest last
    private int _version;

    /// <exception cref="BrokerException">403: access refused.</exception>
    public void DemandQueue(AccessKind kind, string name) => Demand(kind, isQueue: true, name);

    /// <exception cref="BrokerException">403: access refused.</exception>
    public void DemandExchange(AccessKind kind, string name) => Demand(kind, isQueue: false, name);

    /// <summary>Throws if the user may not use a routing key with a topic exchange.</summary>
    /// <exception cref="BrokerException">403: access refused.</exception>
    public void DemandTopic(AccessKind kind, string exchange, string routingKey)
    {
        if (!client.User.IsInternal && !_permissions.AllowsTopic(client.VirtualHost.Name, client.User.Name, kind, exchange, routingKey))
            throw Refused(kind, $"topic '{routingKey}' in exchange '{exchange}'");
    }

    /// <summary>Returns the error for a user who may no longer read a queue. May be called by any thread.</summary>
    public BrokerException RefusedToRead(string queue) => Refused(AccessKind.Read, $"queue '{queue}'");

    private void Demand(AccessKind kind, bool isQueue, string name)
    {
        if (client.User.IsInternal)
            return;
        int version = _permissions.Version;
        if (version != _version)
            _allowed?.Clear();
        _version = version;
        if (IsRemembered(kind, isQueue, name))
            return;
        string asked = isQueue || name.Length > 0 ? name : AccessDecision.DefaultExchange;
        if (!_permissions.Allows(client.VirtualHost.Name, client.User.Name, kind, asked))
            throw Refused(kind, $"{(isQueue ? "queue" : "exchange")} '{asked}'");
        Remember((kind, isQueue, name));
    }

    private bool IsRemembered(AccessKind kind, bool isQueue, string name)
    {
        if (_allowed is null)
            return false;
        for (int i = _allowed.Count - 1; i >= 0; i--)
        {
            var allowed = _allowed[i];
            if (allowed.Kind == kind && allowed.IsQueue == isQueue && allowed.Name == name)
                return true;
        }
        return false;
    }

    private void Remember((AccessKind, bool, string) allowed)
    {
        _allowed ??= new(capacity: 1);
        if (_allowed.Count == CacheSize)
            _allowed.RemoveAt(0);
        _allowed.Add(allowed);
    }

    private BrokerException Refused(AccessKind kind, string what) => new(
        BrokerError.Refused,
        $"{kind.Word()} access to {what} in vhost '{client.VirtualHost.Name}' refused for user '{client.User.Name}'");
}
