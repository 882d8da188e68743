using System.Runtime.InteropServices;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>The dead letters of one queue, until they are published.</summary>
/// <remarks>The lock of the queue guards the state. Only one thread at a time publishes the dead letters.</remarks>
internal sealed class QueueDeadLetters(QueueState state, QueueFaults faults)
{
    /// <summary>Milliseconds between two log lines about the same failure.</summary>
    private const long LogInterval = 60_000;

    private bool _isMissingExchange; // true if the exchange is missing and a log line says so
    private long _nextLogLine;

    /// <summary>
    /// True if dead letters are pending and no thread is publishing them. Read without the lock, so the value may be outdated.
    /// </summary>
    public bool AreWaiting => state.Rules.Dead is { IsWaiting: true } && !faults.IsHalted;

    /// <summary>
    /// Counts a message that the queue has refused, and adds it to the dead letters if the queue has a dead-letter exchange.
    /// </summary>
    public void AddRefused(byte[] payload, DispatchRound round)
    {
        Count(DeathReason.MaxLength);
        if (state.Rules.Settings.DeadLetterExchange is null)
            return;
        lock (state.Gate)
            state.Rules.BuryRefused(payload);
        round.Touch(state.Queue);
    }

    /// <summary>Counts a rejected message in a queue without a dead-letter exchange. May be called by any thread.</summary>
    public void NoteDropped()
    {
        state.Traffic.NoteDropped();
        Count(DeathReason.Rejected);
    }

    /// <summary>Takes a batch of pending dead letters. Other threads get no batch until the caller calls <see cref="End"/>.</summary>
    public DeadMessage[] Begin()
    {
        lock (state.Gate)
            return faults.IsHalted ? [] : state.Rules.Dead?.Begin() ?? [];
    }

    /// <summary>Settles the dead letters that were published. Another thread may then take the next batch.</summary>
    /// <param name="done">The published part of the batch, which begins at the first message.</param>
    /// <param name="isWritten">
    /// True if published messages were appended to the log. If a crash loses these messages, their dead letters are still in this queue.
    /// </param>
    public void End(ReadOnlySpan<DeadMessage> done, bool isWritten)
    {
        var settled = new List<StoredMessage>(done.Length);
        foreach (ref readonly var dead in done)
            if (dead.Refused is null && !dead.IsPutAside)
                settled.Add(dead.Message);
        lock (state.Gate)
        {
            try
            {
                state.Messages.Settle(CollectionsMarshal.AsSpan(settled), isBound: isWritten);
            }
            finally
            {
                state.Rules.EndDeadLettering(done.Length); // even after an exception, to publish no message twice
            }
        }
    }

    /// <summary>Makes a thread of the pool publish the dead letters that are still pending.</summary>
    public void PublishLater() => state.Rules.Dead?.PublishLater();

    /// <summary>Pauses the publishing after a failure, such as a disk error. Logs the failure at most once a minute.</summary>
    public void NoteFailed(Exception error)
    {
        lock (state.Gate)
        {
            state.Rules.HoldDeadLettersUp();
            long now = Environment.TickCount64;
            if (now < _nextLogLine)
                return;
            _nextLogLine = now + LogInterval;
        }
        state.Services.Logger.DeadLetteringFailed(state.Declaration.Name, state.Host.VirtualHost, error);
    }

    /// <summary>Pauses the publishing because of the disk alarm. Logs nothing, because the alarm itself was logged.</summary>
    public void Pause()
    {
        lock (state.Gate)
            state.Rules.HoldDeadLettersUp();
    }

    /// <summary>Permits the next attempt to publish, after a pause.</summary>
    public void Resume()
    {
        lock (state.Gate)
            state.Rules.Dead?.Resume();
    }

    /// <summary>Logs that the dead-letter exchange is missing, but only once until the exchange exists again.</summary>
    public void NoteExchange(bool exists)
    {
        if (!exists && !_isMissingExchange)
            state.Services.Logger.DeadLetterExchangeMissing(
                state.Declaration.Name, state.Host.VirtualHost, state.Rules.Settings.DeadLetterExchange);
        _isMissingExchange = !exists;
    }

    private void Count(DeathReason reason)
    {
        var settings = state.Rules.Settings;
        state.Services.Statistics.NoteDead(settings.Type, settings.DeadLetterStrategy, reason, 1);
    }
}
