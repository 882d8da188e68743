using Amqp.Protocol;
using Amqp.Server.Broker.Definitions;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Events;

namespace Amqp.Server.Broker.Parameters;

/// <summary>The limits of each user: maximum numbers of open connections and open channels.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class UserLimits(DefinitionStore definitions)
{
    public const string MaxConnections = "max-connections";
    public const string MaxChannels = "max-channels";

    private static readonly string[] _known = [MaxConnections, MaxChannels];
    private readonly NamedValues _tables = new(definitions, DefinitionKey.UserLimits, DefinitionKey.OfUserLimits);

    /// <summary>Receives events about changed limits.</summary>
    public BrokerEvents Events { get; init; } = BrokerEvents.Unheard();

    /// <summary>All users that have limits, and their limits as they were set. A negative value means no limit.</summary>
    public IEnumerable<(string User, FieldTable Limits)> All => _tables.All.Select(entry => (entry.Key, entry.Value.AsTable()));

    /// <summary>Returns the limits of a user as they were set. A negative value means no limit.</summary>
    public FieldTable Of(string user) => _tables.Find(user)?.AsTable() ?? FieldTable.Empty;

    /// <summary>Returns one limit of a user; null if the user has no such limit.</summary>
    public long? Find(string user, string limit) => _tables.Find(user) is { } table ? LimitTable.Read(table.AsTable(), limit) : null;

    /// <exception cref="ValidationException">The limit is unknown, or its value is not an integer.</exception>
    public static void Validate(string limit, FieldValue value) =>
        LimitTable.Validate(FieldValue.FromTable(FieldTable.Empty.With(limit, value)), _known, "user-limits");

    /// <summary>Sets one limit.</summary>
    /// <exception cref="ValidationException">The limit is unknown, or its value is not an integer.</exception>
    public void Set(string user, string limit, FieldValue value)
    {
        Validate(limit, value);
        _tables.Change(user, current => FieldValue.FromTable(LimitTable.With(current?.AsTable() ?? FieldTable.Empty, limit, value)));
        Events.UserLimitChanged(user, limit, value);
    }

    /// <summary>Removes one limit of a user. Does nothing if the limit is not set.</summary>
    public void Clear(string user, string limit)
    {
        var rest = LimitTable.Without(Of(user), limit);
        if (rest.Count == 0)
            _tables.Remove(user);
        else
            _tables.Put(user, FieldValue.FromTable(rest));
        Events.UserLimitChanged(user, limit, null);
    }

    public void ClearAll(string user) => _tables.Remove(user);

    /// <summary>Reads all limits from the catalog.</summary>
    public void Restore() => _tables.Restore();
}
