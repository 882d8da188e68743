using System.Diagnostics.CodeAnalysis;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>
/// Removes expired messages, and the oldest messages of a queue that is too long. The lock of the queue guards the state.
/// </summary>
internal sealed class QueueRules
{
    /// <summary>Maximum number of messages to expire in one pass. Other threads can take the lock before the next pass.</summary>
    private const int MaxExpiredAtOnce = 2048;

    /// <summary>Maximum number of excess messages to drop in one pass. Other threads can take the lock before the next pass.</summary>
    private const int MaxDroppedAtOnce = 2048;

    /// <summary>Milliseconds until a retry: RetryDelay after a disk error, RoomDelay while the store is behind.</summary>
    private const long RetryDelay = 1000, RoomDelay = 20;

    private readonly IRuledQueue _queue;
    private readonly QueueMessages _messages;
    private readonly IMessageStore _store;
    private readonly QueueTimer _timer;
    private readonly HeldMemory _heldMemory;
    private readonly BrokerStatistics _statistics;
    private MessageExpiry? _expiry; // null while no message can expire
    private bool _isExpiryCertain; // false if only recovered or returned messages might expire
    private LengthLimit? _limit;
    private bool _isClosed;

    public QueueRules(IRuledQueue queue, QueueMessages messages, QueueSettings settings, QueueServices services)
    {
        (_queue, _messages) = (queue, messages);
        (_store, _timer, _heldMemory, _statistics) = (services.Store, services.Timer, services.HeldMemory, services.Statistics);
        Alarm = _timer.NewAlarm(queue);
        Apply(settings);
        if (messages.Count > 0)
            SuspectExpiry(); // recovered messages may have an expiration
    }

    /// <summary>The settings that apply now.</summary>
    public QueueSettings Settings { get; private set; }

    /// <summary>Makes the timer call the queue at a set time.</summary>
    public QueueTimer.Alarm Alarm { get; }

    /// <summary>True if messages may expire, or if the number or the bytes of the ready messages are limited.</summary>
    public bool AreActive => _expiry is not null || _limit is not null;

    /// <inheritdoc cref="QueueSettings.CountsDeliveries"/>
    /// <remarks>A copy of the setting, because it is read for each message.</remarks>
    public bool CountsDeliveries { get; private set; }

    /// <summary>The dead letters that have not been published yet; null until a message of the queue dies for the first time.</summary>
    public DeadLetterBacklog? Dead { get; private set; }

    /// <summary>Applies new settings. The next <see cref="Tidy"/> removes messages that the new settings make expired or excess.</summary>
    [MemberNotNull(nameof(Settings))]
    public void Apply(QueueSettings settings)
    {
        Settings = settings;
        CountsDeliveries = settings.CountsDeliveries;
        _limit = (settings.MaxLength ?? settings.MaxLengthBytes) is null ? null : new LengthLimit(_messages, settings);
        if (settings.MessageTtl is not null)
            ExpectExpiry(isFlowing: false);
        // Messages may have expired already. The timer calls the queue at once, which then removes them.
        if (_messages.Count > 0 && (settings.MessageTtl is not null || settings.DeadLetterExchange is not null))
            _timer.Set(Alarm, _timer.Now);
    }

    /// <summary>Starts to check messages for expiry, because some of them may have an expiration.</summary>
    public void SuspectExpiry() => _expiry ??= new MessageExpiry(_timer);

    /// <summary>Starts to check messages for expiry. Called before a message that can expire is added.</summary>
    /// <param name="isFlowing">True if the queue is empty and a consumer has free capacity.</param>
    public void ExpectExpiry(bool isFlowing)
    {
        _isExpiryCertain = true;
        if (_expiry is not null)
            return;
        _expiry = new MessageExpiry(_timer);
        if (isFlowing)
            _expiry.NoteFlowBefore();
    }

    /// <summary>Releases room that a publisher may have reserved for a message that is now added.</summary>
    public void Release(in StoredMessage message) => _limit?.Release(message);

    /// <inheritdoc cref="LengthLimit.TryReserve"/>
    public bool TryReserve(int bodyBytes) => _limit is null || _limit.TryReserve(bodyBytes);

    /// <inheritdoc cref="LengthLimit.Release(int)"/>
    public void Release(int bodyBytes) => _limit?.Release(bodyBytes);

    /// <summary>
    /// Returns true if a taken message has expired. If the message can expire, marks it, so that it is checked again after a requeue.
    /// </summary>
    public bool IsOver(ref StoredMessage message, ReadOnlySpan<byte> payload)
    {
        if (_expiry is null || Expiry.DueTime(payload, Settings.MessageTtl) is null)
            return false;
        message = message.WithNote(message.Note | MessageNote.ExpiresBit);
        return _expiry.IsOver(payload, Settings.MessageTtl, message.IsRedelivered);
    }

    /// <summary>
    /// Makes dead letters of taken messages. Without a dead-letter exchange, or if the queue is deleted, only settles the messages.
    /// </summary>
    public void Bury(ReadOnlySpan<StoredMessage> messages, DeathReason reason)
    {
        if (messages.IsEmpty)
            return;
        if (_isClosed)
        {
            _messages.Settle(messages);
            return;
        }
        _statistics.NoteDead(Settings.Type, Settings.DeadLetterStrategy, reason, messages.Length);
        _queue.NoteDead(messages, reason);
        if (Settings.DeadLetterExchange is not null)
            Backlog.Add(messages, reason);
        else
            _messages.Settle(messages);
    }

    /// <summary>Makes a dead letter of a message that the full queue refused.</summary>
    public void BuryRefused(byte[] payload) => Backlog.AddRefused(payload);

    /// <summary>Removes excess and expired messages, at the end of a drain.</summary>
    /// <param name="isServed">True if the queue is empty and a consumer has free capacity.</param>
    /// <returns>False if excess messages are left, and Tidy must be called again.</returns>
    public bool Tidy(bool isServed)
    {
        bool isDone = true;
        try
        {
            if (!isServed && _limit is not null && Settings.Overflow == Overflow.DropHead && !IsHeldUp)
                isDone = DropExcess(_limit);
            _expiry?.NoteFlow(isServed);
            if (_expiry is not null && _messages.Count > 0)
                DropExpired(_expiry);
            else if (!_isExpiryCertain)
                _expiry = null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _timer.Set(Alarm, _timer.Now + RetryDelay);
        }
        return isDone;
    }

    /// <summary>Pauses dead-lettering until a retry succeeds. During the pause, expired and excess messages stay in the queue.</summary>
    public void HoldDeadLettersUp()
    {
        Dead?.HoldUp();
        _timer.Set(Alarm, _timer.Now + RetryDelay);
    }

    /// <summary>Ends a batch of dead letters.</summary>
    /// <inheritdoc cref="DeadLetterBacklog.End"/>
    public void EndDeadLettering(int done)
    {
        bool wasHeldUp = IsHeldUp;
        Dead!.End(done);
        if (wasHeldUp && !IsHeldUp)
            _timer.Set(Alarm, _timer.Now); // to remove the messages that could not expire during the pause
    }

    /// <summary>
    /// Prepares for the restart of a crashed queue: releases all reserved room, and makes the timer call the queue at once.
    /// </summary>
    public void Restart()
    {
        Apply(Settings);
        _timer.Set(Alarm, _timer.Now);
    }

    /// <summary>Stops the rules, because the queue is deleted. Pending dead letters are still published.</summary>
    public void Close()
    {
        _isClosed = true;
        _timer.Clear(Alarm);
        if (Dead is { IsAny: true })
            _timer.Set(Alarm, _timer.Now + RetryDelay); // the queue must still publish its pending dead letters
    }

    /// <summary>True if dead letters cannot be published now.</summary>
    private bool IsHeldUp => Dead is { IsHeldUp: true };

    private DeadLetterBacklog Backlog => Dead ??= new DeadLetterBacklog(_queue, _heldMemory);

    /// <returns>False if more excess messages are left.</returns>
    private bool DropExcess(LengthLimit limit)
    {
        int left = MaxDroppedAtOnce;
        Span<StoredMessage> dropped = stackalloc StoredMessage[64];
        int count = 0;
        try
        {
            while (limit.IsExceeded && _messages.TryTake(out dropped[count]))
            {
                if (--left == 0)
                {
                    count++;
                    return false;
                }
                if (++count < dropped.Length)
                    continue;
                Bury(dropped, DeathReason.MaxLength);
                count = 0;
            }
            return true;
        }
        finally
        {
            Bury(dropped[..count], DeathReason.MaxLength);
        }
    }

    private void DropExpired(MessageExpiry expiry)
    {
        if (IsHeldUp)
            return; // expired messages stay until dead letters can be published again
        if (Settings.DeadLetterExchange is not null && _store.IsBehind)
        {
            _timer.Set(Alarm, _timer.Now + RoomDelay); // expired messages stay until the store has caught up with its writes
            return;
        }
        Span<StoredMessage> expired = stackalloc StoredMessage[64];
        int count = 0;
        int left = MaxExpiredAtOnce;
        try
        {
            for (; !_queue.IsCrashed && _messages.TryPeek(out var message); count = BuryIfFull(expired, count))
            {
                if (IsOver(expiry, message) is not { } isOver)
                    continue;
                if (!isOver)
                    break;
                if (left-- == 0)
                {
                    _timer.Set(Alarm, _timer.Now);
                    break;
                }
                if (_messages.TryTake(out expired[count]))
                    count++;
            }
        }
        finally
        {
            Bury(expired[..count], DeathReason.Expired);
        }
    }

    /// <summary>Returns true if the next message has expired. If not, sets the queue's timer to the expiry of the message.</summary>
    /// <returns>Null if the message was quarantined because of an exception.</returns>
    private bool? IsOver(MessageExpiry expiry, in StoredMessage front)
    {
        try
        {
            using var payload = _store.Read(front);
            if (expiry.IsOver(payload.Payload, Settings.MessageTtl, front.IsRedelivered))
                return true;
            if (Expiry.DueTime(payload.Payload, Settings.MessageTtl) is { } due)
                _timer.Set(Alarm, due);
            return false;
        }
        catch (StoreDamagedException)
        {
            return false; // the damage is logged later, when the message is taken
        }
        catch (Exception error) when (error is not (IOException or UnauthorizedAccessException))
        {
            if (_messages.TryTake(out var message))
                _queue.SetAside(message, error);
            return null;
        }
    }

    private int BuryIfFull(ReadOnlySpan<StoredMessage> expired, int count)
    {
        if (count < expired.Length)
            return count;
        Bury(expired, DeathReason.Expired);
        return 0;
    }
}
