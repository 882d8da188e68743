using System.Net;

namespace Amqp.Server.Connections;

/// <summary>Limits the number of log lines in ten seconds, for each address and for all addresses together. Thread-safe.</summary>
/// <remarks>
/// After ten seconds, the numbers of dropped lines are logged. If too many addresses are active, further addresses log nothing.
/// </remarks>
internal sealed class LineAllowance : IDisposable
{
    private const int AddressesInSummary = 10;
    private const int MostAddresses = 4_096;

    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Tally> _tallies = [];
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private readonly int _perAddress;
    private readonly int _inAll;
    private readonly Action<long, string, string> _sumUp;
    private readonly Action<long> _sumUpOthers;
    private int _lines;
    private long _leftOutOfOthers;

    /// <param name="perAddress">Limit for the lines of one address; 0 for no limits at all.</param>
    /// <param name="inAll">Limit for the lines of all addresses together.</param>
    /// <param name="clock">Measures the ten seconds.</param>
    /// <param name="sumUp">
    /// Logs a summary for one address. Receives the number of dropped lines, the address, and the last dropped line.
    /// </param>
    /// <param name="sumUpOthers">
    /// Logs one number for all other addresses: the sum of their dropped lines. Only the ten addresses with the most dropped lines get a
    /// summary each.
    /// </param>
    public LineAllowance(int perAddress, int inAll, TimeProvider clock, Action<long, string, string> sumUp, Action<long> sumUpOthers)
    {
        (_perAddress, _inAll, _sumUp, _sumUpOthers) = (perAddress, inAll, sumUp, sumUpOthers);
        _timer = clock.CreateTimer(_ => EndInterval(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts a line.</summary>
    /// <param name="address">The peer's IP address; null for a Unix socket.</param>
    /// <param name="count">
    /// Number of lines of the address in the current ten seconds, including this line; 0 if too many addresses are active.
    /// </param>
    /// <returns>False if the line must be dropped.</returns>
    public bool TryTake(IPAddress? address, out int count)
    {
        lock (_gate)
        {
            count = Find(address) is { } tally ? ++tally.Count : 0;
            if (_perAddress > 0 && (count == 0 || count > _perAddress || _lines >= _inAll))
                return false;
            _lines++;
            return true;
        }
    }

    /// <summary>True if an address is over its limit. Does not count a line.</summary>
    public bool IsUsedUp(IPAddress? address)
    {
        lock (_gate)
            return _perAddress > 0 && _tallies.TryGetValue(Name(address), out var tally) && tally.Count > _perAddress;
    }

    /// <summary>Notes a dropped line.</summary>
    public void NoteLeftOut(IPAddress? address, string line)
    {
        lock (_gate)
        {
            if (Find(address) is not { } tally)
            {
                _leftOutOfOthers++;
                return;
            }
            tally.LeftOut++;
            tally.Last = line;
        }
    }

    public void Dispose() => _timer.Dispose();

    private static string Name(IPAddress? address) => address?.ToString() ?? "Unix sockets";

    private Tally? Find(IPAddress? address)
    {
        if (_tallies.Count == 0)
            _timer.Change(_interval, Timeout.InfiniteTimeSpan);
        string name = Name(address);
        if (!_tallies.TryGetValue(name, out var tally) && _tallies.Count < MostAddresses)
            _tallies.Add(name, tally = new Tally());
        return tally;
    }

    private void EndInterval()
    {
        KeyValuePair<string, Tally>[] leftOut;
        long others;
        lock (_gate)
        {
            leftOut = [.. _tallies.Where(entry => entry.Value.LeftOut > 0).OrderByDescending(entry => entry.Value.LeftOut)];
            others = _leftOutOfOthers;
            _tallies.Clear();
            (_lines, _leftOutOfOthers) = (0, 0);
        }
        foreach (var (address, tally) in leftOut.Take(AddressesInSummary))
            _sumUp(tally.LeftOut, address, tally.Last);
        others += leftOut.Skip(AddressesInSummary).Sum(entry => entry.Value.LeftOut);
        if (others > 0)
            _sumUpOthers(others);
    }

    private sealed class Tally
    {
        public int Count { get; set; }

        public long LeftOut { get; set; }

        public string Last { get; set; } = "";
    }
}
