using System.Net;

namespace Amqp.Server.Connections;

/// <summary>Refused logins: makes those wait who go on guessing, and tells the log who it is without filling it.</summary>
/// <remarks>
/// Thread-safe. Counts by address, over ten seconds at a time. Of an address the first few refusals are logged one by one, the others
/// as one line at the end.
/// </remarks>
internal sealed class FailedLogins : IDisposable
{
    private const int LinesPerAddress = 3;
    private const int LinesInAll = 50;

    private readonly LineAllowance _lines;
    private readonly ILogger _logger;
    private readonly int _limit;

    /// <param name="limit">So many refusals of an address are answered at once; 0: all.</param>
    /// <param name="clock">Says when ten seconds are over.</param>
    /// <param name="logger">Hears of the refusals.</param>
    public FailedLogins(int limit, TimeProvider clock, ILogger logger)
    {
        (_limit, _logger) = (limit, logger);
        _lines = new LineAllowance(LinesPerAddress, LinesInAll, clock, logger.LoginsRefused, logger.MoreLoginsRefused);
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
        if (_lines.TryTake(address, out int count))
            _logger.LoginRefused(peer, user, mechanism, reason);
        else
            _lines.NoteLeftOut(address, $"'{user}': {reason}");
        return _limit > 0 && count > _limit;
    }

    public void Dispose() => _lines.Dispose();
}
