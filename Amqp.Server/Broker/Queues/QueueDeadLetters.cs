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

    private bool _isMissingExchange; // true once the log line is written
    private long _nextLogLine;

    /// <summary>True if there is something to publish and no thread publishes it. A hint: no lock is taken.</summary>
    public bool AreWaiting => state.Rules.Dead is { IsWaiting: true } && !faults.IsHalted;

    /// <summary>
    /// Adds a message that the queue has refused. Takes only the queue's lock: the round publishes the message once no lock is held.
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

    /// <summary>Counts a message that a client rejected and that has no dead-letter exchange. Any thread.</summary>
    public void NoteDropped()
    {
        state.Traffic.NoteDropped();
        Count(DeathReason.Rejected);
    }

    /// <summary>Takes some of the messages, for the calling thread alone until <see cref="End"/>.</summary>
    public DeadMessage[] Begin()
    {
        lock (state.Gate)
            return faults.IsHalted ? [] : state.Rules.Dead?.Begin() ?? [];
    }

    /// <summary>Settles the messages that are published, and permits another thread to publish the next ones.</summary>
    /// <param name="done">The published messages: the first ones of those taken. The others stay pending.</param>
    /// <param name="isWritten">
    /// True if the store keeps copies over a restart. After a crash the settles count only if the copies were written.
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
                state.Rules.EndDeadLettering(done.Length); // published even if the settle failed: never publish them twice
            }
        }
    }

    /// <summary>Leaves the rest to the thread pool.</summary>
    public void PublishLater() => state.Rules.Dead?.PublishLater();

    /// <summary>Pauses after a failure of the disk, and logs it once a minute.</summary>
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

    /// <summary>Pauses because of the disk alarm, which has a log line of its own.</summary>
    public void Pause()
    {
        lock (state.Gate)
            state.Rules.HoldDeadLettersUp();
    }

    /// <summary>Ends a pause.</summary>
    public void Resume()
    {
        lock (state.Gate)
            state.Rules.Dead?.Resume();
    }

    /// <summary>Logs once that the dead-letter exchange is missing.</summary>
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
