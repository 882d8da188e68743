using System.Net;

namespace Amqp.Server.Connections;

/// <summary>Counts and logs the refused logins of each address. Thread-safe.</summary>
/// <remarks>
/// In each period of ten seconds, the first refused logins of an address are logged one by one. The others are only counted in the log.
/// </remarks>
internal sealed class FailedLogins : IDisposable
{
    private const int LinesPerAddress = 3;
    private const int LinesInAll = 50;

    private readonly LineAllowance _lines;
    private readonly ILogger _logger;
    private readonly int _limit;

    /// <param name="limit">In ten seconds, this number of refused logins per address is answered without delay; 0 for no limit.</param>
    /// <param name="clock">Measures the ten seconds.</param>
    /// <param name="logger">Logs the refused logins.</param>
    public FailedLogins(int limit, TimeProvider clock, ILogger logger)
    {
        (_limit, _logger) = (limit, logger);
        _lines = new LineAllowance(LinesPerAddress, LinesInAll, clock, logger.LoginsRefused, logger.MoreLoginsRefused);
    }

    /// <summary>Counts a refused login and logs it.</summary>
    /// <returns>True if the address has exceeded the limit, so that the answer must be delayed.</returns>
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
