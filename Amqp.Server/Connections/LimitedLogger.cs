using System.Net;

namespace Amqp.Server.Connections;

/// <summary>Logs the lines of a connection and its channels, with a limit for the peer's address. Thread-safe.</summary>
/// <remarks>
/// The limit counts warnings and errors. Information lines are left out above the limit. Lines with an exception are always written.
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
