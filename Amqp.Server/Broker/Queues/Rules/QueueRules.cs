using System.Diagnostics.CodeAnalysis;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Storage;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>What becomes of a queue's messages besides that they are delivered: they expire, make room for others, and die.</summary>
/// <remarks>The queue's lock guards everything.</remarks>
internal sealed class QueueRules
{
    /// <summary>Messages that expire in one go; the rest waits for the timer, so that the lock is free in between.</summary>
    private const int MaxExpiredAtOnce = 2048;

    /// <summary>Messages too many that are dropped in one go; the lock is free before the rest.</summary>
    private const int MaxDroppedAtOnce = 2048;

    /// <summary>Milliseconds until something is tried again.</summary>
    private const long RetryDelay = 1000, RoomDelay = 20;

    private readonly IRuledQueue _queue;
    private readonly QueueMessages _messages;
    private readonly IMessageStore _store;
    private readonly QueueTimer _timer;
    private readonly HeldMemory _heldMemory;
    private readonly BrokerStatistics _statistics;
    private MessageExpiry? _expiry; // when messages may expire
    private bool _isExpiryCertain; // not just because the last run left messages
    private LengthLimit? _limit;

    public QueueRules(IRuledQueue queue, QueueMessages messages, QueueSettings settings, QueueServices services)
    {
        (_queue, _messages) = (queue, messages);
        (_store, _timer, _heldMemory, _statistics) = (services.Store, services.Timer, services.HeldMemory, services.Statistics);
        Alarm = _timer.NewAlarm(queue);
        Apply(settings);
        if (messages.Count > 0)
            SuspectExpiry(); // what the last run left may have times of its own
    }

    /// <summary>What applies now.</summary>
    public QueueSettings Settings { get; private set; }

    /// <summary>Wakes the queue up.</summary>
    public QueueTimer.Alarm Alarm { get; }

    /// <summary>True when there is more to do than to deliver.</summary>
    public bool AreActive => _expiry is not null || _limit is not null;

    /// <summary>True when room is kept for messages before they come in.</summary>
    public bool KeepsRoom { get; private set; }

    /// <summary>What died and is to be dead-lettered; null before anything did.</summary>
    public DeadLetterBacklog? Dead { get; private set; }

    /// <summary>Takes other settings; what is too old or too much goes with the next <see cref="Tidy"/>.</summary>
    [MemberNotNull(nameof(Settings))]
    public void Apply(QueueSettings settings)
    {
        Settings = settings;
        KeepsRoom = settings.RejectsPublishes;
        _limit = (settings.MaxLength ?? settings.MaxLengthBytes) is null ? null : new LengthLimit(_messages, settings);
        if (settings.MessageTtl is not null)
            ExpectExpiry(isFlowing: false);
        // A start has no other occasion, and gets policies after arguments.
        // Without a dead-letter exchange nobody misses what is too old until the queue is used.
        if (_messages.Count > 0 && (settings.MessageTtl is not null || settings.DeadLetterExchange is not null))
            _timer.Set(Alarm, _timer.Now);
    }

    /// <summary>Messages come in of which nobody knows whether they expire by themselves.</summary>
    public void SuspectExpiry() => _expiry ??= new MessageExpiry(_timer);

    /// <summary>A message that expires by itself comes in.</summary>
    /// <param name="isFlowing">The queue is empty and a consumer waits.</param>
    public void ExpectExpiry(bool isFlowing)
    {
        _isExpiryCertain = true;
        if (_expiry is not null)
            return;
        _expiry = new MessageExpiry(_timer);
        if (isFlowing)
            _expiry.NoteFlowBefore();
    }

    /// <summary>A message for which room may have been kept has come in.</summary>
    public void Release(in StoredMessage message) => _limit?.Release(message);

    /// <inheritdoc cref="LengthLimit.TryReserve"/>
    public bool TryReserve(int bodyBytes) => _limit is null || _limit.TryReserve(bodyBytes);

    /// <inheritdoc cref="LengthLimit.Release(int)"/>
    public void Release(int bodyBytes) => _limit?.Release(bodyBytes);

    /// <summary>Whether a message that was taken has waited too long. If not, it is noted that it may when it comes back.</summary>
    public bool IsOver(ref StoredMessage message, ReadOnlySpan<byte> payload)
    {
        if (_expiry is null || Expiry.DueTime(payload, Settings.MessageTtl) is null)
            return false;
        message = message.WithNote(message.Note | MessageNote.ExpiresBit);
        return _expiry.IsOver(payload, Settings.MessageTtl, message.IsRedelivered);
    }

    /// <summary>Lets go of messages that were taken: they are dead-lettered, or dropped.</summary>
    public void Bury(ReadOnlySpan<StoredMessage> messages, DeathReason reason)
    {
        if (messages.IsEmpty)
            return;
        _statistics.NoteDead(Settings.Type, Settings.DeadLetterStrategy, reason, messages.Length);
        if (Settings.DeadLetterExchange is not null)
            Backlog.Add(messages, reason);
        else
            _messages.Settle(messages);
    }

    /// <summary>Has a message dead-lettered that the queue has no room for.</summary>
    public void BuryRefused(byte[] payload) => Backlog.AddRefused(payload);

    /// <summary>Drops what is too much or too old, once nothing can be delivered any more.</summary>
    /// <param name="isServed">A consumer has room, so the queue is empty.</param>
    /// <returns>False when so much is too much that it goes in several pieces: call again.</returns>
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

    /// <summary>Has dead-lettering rest, and tried again after a while. What is in the queue stays there meanwhile, too old and too much as it may be.</summary>
    public void HoldDeadLettersUp()
    {
        Dead?.HoldUp();
        _timer.Set(Alarm, _timer.Now + RetryDelay);
    }

    /// <summary>The first of the dead letters that were taken are published; the others stay.</summary>
    public void EndDeadLettering(int done)
    {
        bool wasHeldUp = IsHeldUp;
        Dead!.End(done);
        if (wasHeldUp && !IsHeldUp)
            _timer.Set(Alarm, _timer.Now); // what stayed in the queue goes on
    }

    /// <summary>The queue goes on after a crash: no room is kept for anyone, and what is due is due now.</summary>
    public void Restart()
    {
        Apply(Settings);
        _timer.Set(Alarm, _timer.Now);
    }

    /// <summary>The queue is gone.</summary>
    public void Close()
    {
        _timer.Clear(Alarm);
        if (Dead is { IsAny: true })
            _timer.Set(Alarm, _timer.Now + RetryDelay); // what died before goes all the same
    }

    /// <summary>Dead letters cannot be published now.</summary>
    private bool IsHeldUp => Dead is { IsHeldUp: true };

    private DeadLetterBacklog Backlog => Dead ??= new DeadLetterBacklog(_queue, _heldMemory);

    /// <returns>False when there are more.</returns>
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
            return; // until dead letters go on
        if (Settings.DeadLetterExchange is not null && _store.IsBehind)
        {
            _timer.Set(Alarm, _timer.Now + RoomDelay); // dead letters wait for the disk as publishers do
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

    /// <summary>Whether the message in front has no time left. If it has, the queue is woken when that is over.</summary>
    /// <returns>Null when that cannot be told: then it is put aside.</returns>
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
            return false; // whoever takes it will say so
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
