using System.Net;

namespace Amqp.Server.Connections;

/// <summary>Logs the lines of a connection and its channels. The lines per peer address are limited. Thread-safe.</summary>
/// <remarks>
/// Only warnings and errors count towards the limit. If an address exceeds its limit, its other lines are dropped too. Lines with an
/// exception are never dropped.
/// </remarks>
/// <param name="logger">Receives the lines within the limit.</param>
/// <param name="allowance">The limit, shared by all connections.</param>
/// <param name="address">The peer's IP address; null for a Unix socket.</param>
internal sealed class LimitedLogger(ILogger logger, LineAllowance allowance, IPAddress? address) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!logger.IsEnabled(logLevel))
            return;
        bool isWritten = exception is not null
            || (logLevel >= LogLevel.Warning ? allowance.TryTake(address, out _) : !allowance.IsUsedUp(address));
        if (isWritten)
            logger.Log(logLevel, eventId, state, exception, formatter);
        else
            allowance.NoteLeftOut(address, formatter(state, exception));
    }
}
