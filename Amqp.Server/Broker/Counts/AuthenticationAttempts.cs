namespace Amqp.Server.Broker.Counts;

/// <summary>Counts logins for each protocol and, if configured, for each source address and user. Thread-safe.</summary>
internal sealed class AuthenticationAttempts
{
    /// <summary>RabbitMQ's names of the protocols.</summary>
    public const string Amqp = "amqp091", Http = "http";

    /// <summary>Maximum number of sources with counts of their own. Logins from further sources are counted by protocol only.</summary>
    private const int MaxSources = 4_096;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (long Succeeded, long Failed)> _byProtocol = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Address, string User, string Protocol), (long Succeeded, long Failed)> _bySource = [];

    /// <summary>
    /// True to count logins also by source: address and user (<c>track_auth_attempt_source</c>). Set before clients connect.
    /// </summary>
    public bool TracksSources { get; set; }

    /// <summary>Counts a login.</summary>
    /// <param name="protocol"><see cref="Amqp"/> or <see cref="Http"/>.</param>
    /// <param name="address">Address of the client.</param>
    /// <param name="user">Name that the client gave.</param>
    /// <param name="isSuccess">True if the login succeeded.</param>
    public void Note(string protocol, string address, string user, bool isSuccess)
    {
        lock (_lock)
        {
            _byProtocol[protocol] = Add(_byProtocol.GetValueOrDefault(protocol), isSuccess);
            if (!TracksSources)
                return;
            var source = (address, user, protocol);
            if (_bySource.TryGetValue(source, out var known) || _bySource.Count < MaxSources)
                _bySource[source] = Add(known, isSuccess);
        }
    }

    /// <summary>Returns the counts by protocol.</summary>
    public IReadOnlyList<(string Protocol, long Succeeded, long Failed)> ByProtocol()
    {
        lock (_lock)
            return [.. _byProtocol.Select(entry => (entry.Key, entry.Value.Succeeded, entry.Value.Failed))];
    }

    /// <summary>Returns the counts by source.</summary>
    public IReadOnlyList<(string Address, string User, string Protocol, long Succeeded, long Failed)> BySource()
    {
        lock (_lock)
            return [.. _bySource.Select(
                entry => (entry.Key.Address, entry.Key.User, entry.Key.Protocol, entry.Value.Succeeded, entry.Value.Failed))];
    }

    /// <summary>Clears the counts by protocol.</summary>
    public void Reset()
    {
        lock (_lock)
            _byProtocol.Clear();
    }

    /// <summary>Clears the counts by source.</summary>
    public void ResetSources()
    {
        lock (_lock)
            _bySource.Clear();
    }

    private static (long Succeeded, long Failed) Add((long Succeeded, long Failed) counts, bool isSuccess) =>
        isSuccess ? (counts.Succeeded + 1, counts.Failed) : (counts.Succeeded, counts.Failed + 1);
}
