namespace Amqp.Server.Broker.Counts;

/// <summary>How many logins there were and how they ended, by protocol, and where the configuration asks for it by who tried from where.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class AuthenticationAttempts
{
    /// <summary>RabbitMQ's names for the protocols.</summary>
    public const string Amqp = "amqp091", Http = "http";

    /// <summary>Of so many sources at most is kept what they tried.</summary>
    private const int MostSources = 4_096;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (long Succeeded, long Failed)> _byProtocol = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Address, string User, string Protocol), (long Succeeded, long Failed)> _bySource = [];

    /// <summary>Whether it is kept who tried from where (<c>track_auth_attempt_source</c>). Set once, before anyone connects.</summary>
    public bool TracksSources { get; set; }

    /// <summary>Counts one.</summary>
    /// <param name="protocol"><see cref="Amqp"/> or <see cref="Http"/>.</param>
    /// <param name="address">Where it came from.</param>
    /// <param name="user">The name that was claimed.</param>
    /// <param name="isSuccess">How it ended.</param>
    public void Note(string protocol, string address, string user, bool isSuccess)
    {
        lock (_lock)
        {
            _byProtocol[protocol] = Add(_byProtocol.GetValueOrDefault(protocol), isSuccess);
            if (!TracksSources)
                return;
            var source = (address, user, protocol);
            if (_bySource.TryGetValue(source, out var known) || _bySource.Count < MostSources)
                _bySource[source] = Add(known, isSuccess);
        }
    }

    /// <summary>The counts by protocol.</summary>
    public IReadOnlyList<(string Protocol, long Succeeded, long Failed)> ByProtocol()
    {
        lock (_lock)
            return [.. _byProtocol.Select(entry => (entry.Key, entry.Value.Succeeded, entry.Value.Failed))];
    }

    /// <summary>The counts by who tried from where.</summary>
    public IReadOnlyList<(string Address, string User, string Protocol, long Succeeded, long Failed)> BySource()
    {
        lock (_lock)
            return [.. _bySource.Select(entry => (entry.Key.Address, entry.Key.User, entry.Key.Protocol, entry.Value.Succeeded, entry.Value.Failed))];
    }

    /// <summary>Forgets the counts by protocol.</summary>
    public void Reset()
    {
        lock (_lock)
            _byProtocol.Clear();
    }

    /// <summary>Forgets who tried.</summary>
    public void ResetSources()
    {
        lock (_lock)
            _bySource.Clear();
    }

    private static (long Succeeded, long Failed) Add((long Succeeded, long Failed) counts, bool isSuccess) =>
        isSuccess ? (counts.Succeeded + 1, counts.Failed) : (counts.Succeeded, counts.Failed + 1);
}
