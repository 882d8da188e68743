using System.Net;

namespace Amqp.Server.Connections;

/// <summary>How many lines of an address, and of all of them together, may go to the log within ten seconds; the others are summed up at the end.</summary>
/// <remarks>Thread-safe. It knows a bounded number of addresses at once; the lines of more are left out, and counted together.</remarks>
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

    /// <param name="perAddress">Lines of one address; 0: all.</param>
    /// <param name="inAll">Lines of all addresses together.</param>
    /// <param name="clock">Says when the time is over.</param>
    /// <param name="sumUp">Told how many lines of an address were left out, of which address, and the last of them.</param>
    /// <param name="sumUpOthers">Told how many were left out of further addresses.</param>
    public LineAllowance(int perAddress, int inAll, TimeProvider clock, Action<long, string, string> sumUp, Action<long> sumUpOthers)
    {
        (_perAddress, _inAll, _sumUp, _sumUpOthers) = (perAddress, inAll, sumUp, sumUpOthers);
        _timer = clock.CreateTimer(_ => EndInterval(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts a line.</summary>
    /// <param name="address">Whose it is; null for peers without an IP address.</param>
    /// <param name="count">How many there were of this address, or 0 when that is not known.</param>
    /// <returns>False when the line is to be left out.</returns>
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

    /// <summary>Whether an address has had more lines than it may. Counts nothing.</summary>
    public bool IsUsedUp(IPAddress? address)
    {
        lock (_gate)
            return _perAddress > 0 && _tallies.TryGetValue(Name(address), out var tally) && tally.Count > _perAddress;
    }

    /// <summary>A line was left out.</summary>
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
