using System.Net;

namespace Amqp.Server.Connections;

/// <summary>What a connection and its channels log, as long as their address does not cause more warnings and errors than it may; then it is summed up.</summary>
/// <remarks>Thread-safe. Only those that misbehave are cut short: whoever connects and disconnects a thousand times has its lines. The broker's own errors are always written.</remarks>
/// <param name="logger">Where lines go.</param>
/// <param name="allowance">That of all connections.</param>
/// <param name="address">Where the peer is; null when it is at no IP address.</param>
internal sealed class LimitedLogger(ILogger logger, LineAllowance allowance, IPAddress? address) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => logger.BeginScope(state);

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!logger.IsEnabled(logLevel))
            return;
        bool isWritten = exception is not null || (logLevel >= LogLevel.Warning ? allowance.TryTake(address, out _) : !allowance.IsUsedUp(address));
        if (isWritten)
            logger.Log(logLevel, eventId, state, exception, formatter);
        else
            allowance.NoteLeftOut(address, formatter(state, exception));
    }
}
