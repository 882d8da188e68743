using System.Net;

namespace Amqp.Server.Connections;

/// <summary>Counts and logs refused logins by address. Thread-safe.</summary>
/// <remarks>
/// In each ten seconds, the first refusals of an address have a log line each. One more line gives the number of further refusals.
/// </remarks>
internal sealed class FailedLogins : IDisposable
{
    private const int LinesPerAddress = 3;
    private const int LinesInAll = 50;

    private readonly LineAllowance _lines;
    private readonly ILogger _logger;
    private readonly int _limit;

    /// <param name="limit">Number of refusals of an address in ten seconds that are answered without delay; 0: all refusals.</param>
    /// <param name="clock">Measures the ten seconds.</param>
    /// <param name="logger">Logs the refusals.</param>
    public FailedLogins(int limit, TimeProvider clock, ILogger logger)
    {
        (_limit, _logger) = (limit, logger);
        _lines = new LineAllowance(LinesPerAddress, LinesInAll, clock, logger.LoginsRefused, logger.MoreLoginsRefused);
    }

    /// <summary>Counts a refused login and logs it.</summary>
    /// <returns>True if the address has had too many refusals. The answer must then be delayed.</returns>
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
