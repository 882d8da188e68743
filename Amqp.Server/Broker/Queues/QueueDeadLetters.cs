using System.Runtime.InteropServices;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues;

/// <summary>The pending dead letters of one queue, for the publisher of dead letters.</summary>
/// <remarks>The queue's lock guards the state; one thread at a time publishes.</remarks>
internal sealed class QueueDeadLetters(QueueState state, QueueFaults faults)
{
    /// <summary>Milliseconds between two log lines about the same failure.</summary>
    private const long LogInterval = 60_000;

    private bool _isMissingExchange; // true once a missing exchange is logged; false once the exchange exists
    private long _nextLogLine;

    /// <summary>True if dead letters are pending and no thread publishes them. A hint: no lock is taken.</summary>
    public bool AreWaiting => state.Rules.Dead is { IsWaiting: true } && !faults.IsHalted;

    /// <summary>
    /// Counts a message that the queue has refused, and adds it to the dead letters if the queue has a dead-letter exchange. The round
    /// publishes the dead letter when its thread holds no lock.
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

    /// <summary>
    /// Counts a message that a client rejected in a queue without a dead-letter exchange. Callable from any thread.
    /// </summary>
    public void NoteDropped()
    {
        state.Traffic.NoteDropped();
        Count(DeathReason.Rejected);
    }

    /// <summary>Takes a batch of pending dead letters. No other thread gets any until the caller calls <see cref="End"/>.</summary>
    public DeadMessage[] Begin()
    {
        lock (state.Gate)
            return faults.IsHalted ? [] : state.Rules.Dead?.Begin() ?? [];
    }

    /// <summary>Settles the dead letters that are published, and permits another thread to publish the next batch.</summary>
    /// <param name="done">The published messages, from the start of the batch. The rest of the batch stays pending.</param>
    /// <param name="isWritten">
    /// True if published messages were appended to the log. After a crash, the settles then count only if the log contains these messages.
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
                state.Rules.EndDeadLettering(done.Length); // even after a failed settle: no message may be published twice
            }
        }
    }

    /// <summary>Schedules, on the thread pool, the publishing of the dead letters that are still pending.</summary>
    public void PublishLater() => state.Rules.Dead?.PublishLater();

    /// <summary>Pauses the publishing after a failure, such as one of the disk, and logs the failure at most once a minute.</summary>
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

    /// <summary>Pauses the publishing because of the disk alarm. Logs nothing, because the alarm has a log line of its own.</summary>
    public void Pause()
    {
        lock (state.Gate)
            state.Rules.HoldDeadLettersUp();
    }

    /// <summary>Allows the next attempt to publish after a pause.</summary>
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
