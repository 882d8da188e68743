using System.Net;

namespace Amqp.Server.Connections;

/// <summary>Refused logins: makes those wait who go on guessing, and tells the log who it is without filling it.</summary>
/// <remarks>
/// Thread-safe. Counts by address, over ten seconds at a time. Of an address the first few refusals are logged one by one, the others
/// as one line at the end; of addresses it knows a bounded number at once.
/// </remarks>
internal sealed class FailedLogins : IDisposable
{
    private const int LinesPerAddress = 3;
    private const int LinesPerInterval = 50;
    private const int AddressesInSummary = 10;
    private const int MostAddresses = 4_096;

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Offender> _offenders = [];
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly ILogger _logger;
    private readonly int _limit;
    private int _lines;
    private long _unknown; // refusals of addresses beyond those that are counted

    /// <param name="limit">So many refusals of an address are answered at once; 0: all.</param>
    /// <param name="clock">Says when an interval is over.</param>
    /// <param name="logger">Hears of the refusals.</param>
    public FailedLogins(int limit, TimeProvider clock, ILogger logger)
    {
        (_limit, _logger) = (limit, logger);
        _timer = clock.CreateTimer(_ => EndInterval(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts a refusal and logs it.</summary>
    /// <param name="address">Where the peer is.</param>
    /// <param name="peer">What the log calls it.</param>
    /// <param name="user">As whom it wanted to log in.</param>
    /// <param name="mechanism">How.</param>
    /// <param name="reason">Why it may not.</param>
    /// <returns>True when the peer has been refused too often to be answered at once.</returns>
    public bool Note(IPAddress? address, string peer, string user, string mechanism, string reason)
    {
        bool isLogged, mustWait;
        lock (_gate)
        {
            if (_offenders.Count == 0 && _unknown == 0)
                _timer.Change(_interval, Timeout.InfiniteTimeSpan);
            var offender = Find(address);
            if (offender is null)
            {
                _unknown++;
                return false;
            }
            (offender.User, offender.Reason) = (user, reason);
            mustWait = ++offender.Count > _limit && _limit > 0;
            isLogged = offender.Count <= LinesPerAddress && _lines < LinesPerInterval;
            if (isLogged)
                _lines++;
            else
                offender.Unlogged++;
        }
        if (isLogged)
            _logger.LoginRefused(peer, user, mechanism, reason);
        return mustWait;
    }

    public void Dispose() => _timer.Dispose();

    private Offender? Find(IPAddress? address)
    {
        string name = $"{address}";
        if (!_offenders.TryGetValue(name, out var offender) && _offenders.Count < MostAddresses)
            _offenders.Add(name, offender = new Offender());
        return offender;
    }

    private void EndInterval()
    {
        KeyValuePair<string, Offender>[] unlogged;
        long unknown;
        lock (_gate)
        {
            unlogged = [.. _offenders.Where(entry => entry.Value.Unlogged > 0).OrderByDescending(entry => entry.Value.Unlogged)];
            unknown = _unknown;
            _offenders.Clear();
            (_lines, _unknown) = (0, 0);
        }
        foreach (var (address, offender) in unlogged.Take(AddressesInSummary))
            _logger.LoginsRefused(offender.Unlogged, address, offender.User, offender.Reason);
        long rest = unknown + unlogged.Skip(AddressesInSummary).Sum(entry => entry.Value.Unlogged);
        if (rest > 0)
            _logger.MoreLoginsRefused(rest);
    }

    private sealed class Offender
    {
        public string User { get; set; } = "";

        public string Reason { get; set; } = "";

        public int Count { get; set; }

        public long Unlogged { get; set; }
    }
}
