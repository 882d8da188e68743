using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Queues.Content;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Routing;
using Amqp.Storage.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Publishing;

/// <summary>Stores a published message for each queue that accepts it, and for each exchange that stores messages itself.</summary>
/// <remarks>Used by one thread at a time. The buffers are reused.</remarks>
internal sealed class MessageIntake(QueueServices services)
{
    /// <summary>The result of <see cref="Store"/> if a queue refused the message.</summary>
    public const long Refused = -1;

    private StoredMessage[] _places = new StoredMessage[1];
    private StoredQueue[] _stored = [];
    private Queue[] _takers = [];
    private int[] _takerIndexes = []; // the index of each taker in the route
    private readonly RepeatFilter _repeats = new();
    private byte[] _stampedHead = [];

    /// <summary>True to accept repeats, because the messages are not published by clients. Their keys count nevertheless.</summary>
    public bool TakesRepeats { get; init; }

    /// <summary>False if a message that a full queue refuses must not become a dead letter, because its publisher keeps it.</summary>
    public bool BuriesRefused { get; init; } = true;

    /// <summary>
    /// Stores a message for all targets of its route. The queues get the message later, in <see cref="DispatchRound.HandOver"/>.
    /// </summary>
    /// <returns>
    /// A log position: the message is durable once the log is synced up to this position. 0 if no sync is needed;
    /// <see cref="Refused"/> if a queue refused the message. For a dropped repeat, the position of the first message with its key.
    /// </returns>
    /// <exception cref="StoreFailedException">The message is persistent, and the store has failed.</exception>
    public long Store(MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, DispatchRound round)
    {
        if (services.StoresReplicated && !traits.IsPersistent && route.HasReplicatedQueue)
            return Store(route, head, body, traits with { IsPersistent = true }, round);
        if (route.Gates.Length > 0)
            return StoreBehindGates(route, head, body, traits, round);
        long position = route.Queues.Length == 0 ? 0 : StoreInQueues(route, head, body, traits, round);
        foreach (var target in route.Targets)
            position = Later(position, target.Take(head, body, traits));
        return position;
    }

    /// <summary>Called before the broker itself publishes a message. Throws if a disk alarm forbids writing the message.</summary>
    /// <param name="route">Route of the message.</param>
    /// <param name="traits">Traits of the message.</param>
    /// <param name="isClients">
    /// True if the broker publishes the message because of a client's acknowledgement or rejection. The method then throws only if the
    /// store is behind.
    /// </param>
    /// <exception cref="DiskAlarmException">The message must not be written to disk.</exception>
    public void DemandDisk(MessageRoute route, in MessageTraits traits, bool isClients)
    {
        if (traits.IsPersistent && services.IsDiskShort() && (!isClients || services.Store.IsBehind) && route.IsDurable)
            throw new DiskAlarmException();
    }

    private static long Later(long position, long other) => position == Refused ? Refused : Math.Max(position, other);

    /// <summary>Stores a message whose route leads through exchanges that drop repeats.</summary>
    private long StoreBehindGates(
        MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, DispatchRound round)
    {
        bool filters = _repeats.Begin(route, head, TakesRepeats);
        try
        {
            bool isUnrouted = route.Queues.Length == 0 && route.Targets.Length == 0; // its key is not kept: it can be published again
            long position = isUnrouted ? 0 : StoreByRules(route, filters, head, body, traits, round);
            for (int i = 0; i < route.Targets.Length; i++)
                if (!filters || (!route.Targets[i].IsDestination && !_repeats.DropsTarget(i)))
                    position = Later(position, route.Targets[i].Take(head, body, traits));
            return position;
        }
        finally
        {
            if (filters)
                _repeats.End();
        }
    }

    private long StoreInQueues(
        MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, DispatchRound round)
    {
        var queues = route.Queues;
        if (_places.Length < queues.Length)
            _places = new StoredMessage[queues.Length];
        if (!route.IsPlain || traits.Expiration != Expiry.None)
            return StoreUngated(route, head, body, traits, round);
        long position = services.Store.Append(route.Stored, head, body, traits.IsPersistent, _places);
        int note = MessageNote.Of(priority: 0, head.Length, expires: false);
        for (int i = 0; i < queues.Length; i++)
            round.Publish(queues[i], _places[i].WithNote(note));
        return position;
    }

    private long StoreUngated(
        MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, DispatchRound round)
    {
        bool filters = _repeats.Begin(route, head, TakesRepeats);
        try
        {
            return StoreByRules(route, filters, head, body, traits, round);
        }
        finally
        {
            if (filters)
                _repeats.End();
        }
    }

    /// <param name="route">Route of the message.</param>
    /// <param name="filters">True if <see cref="_repeats"/> decides which queues drop the message.</param>
    /// <param name="head">Head of the message.</param>
    /// <param name="body">Body of the message.</param>
    /// <param name="traits">Traits of the message.</param>
    /// <param name="round">Hands the message to its queues.</param>
    private long StoreByRules(
        MessageRoute route, bool filters, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, DispatchRound round)
    {
        var queues = route.Queues;
        if (_takers.Length < queues.Length)
            (_takers, _takerIndexes, _stored) = (new Queue[queues.Length], new int[queues.Length], new StoredQueue[queues.Length]);
        int count = 0, dropped = 0;
        bool mayExpire = traits.Expiration != Expiry.None || (filters && _repeats.CanExpire);
        for (int i = 0; i < queues.Length; i++)
        {
            var queue = queues[i];
            var settings = queue.Settings;
            if (filters && _repeats.Drops(i))
            {
                dropped++;
                continue;
            }
            if (queue.Faults.IsCrashed)
                continue; // a crashed queue refuses messages, as in RabbitMQ
            if (settings.RejectsPublishes && !queue.Room.TryReserve(body.Length, round))
            {
                if (BuriesRefused && settings.Overflow == Overflow.RejectPublishDeadLetter)
                    queue.DeadLetters.AddRefused([.. head, .. body], round);
                continue;
            }
            mayExpire |= settings.MessageTtl is not null;
            _stored[count] = queue.Messages.StoredFor(Math.Min(traits.Priority, settings.MaxPriority));
            _takerIndexes[count] = i;
            _takers[count++] = queue;
        }
        bool isRefused = count + dropped < queues.Length;
        try
        {
            var stored = mayExpire ? Stamp(head, traits) : head;
            long position = filters ? AppendNew(route, count, isRefused, stored, body, traits, round)
                : count == 0 ? 0
                : Append(_takers.AsSpan(0, count), count, stored, body, traits, round);
            return isRefused ? Refused : position;
        }
        catch
        {
            foreach (var queue in _takers.AsSpan(0, count))
                queue.Room.Release(body.Length);
            throw;
        }
        finally
        {
            _takers.AsSpan(0, count).Clear(); // otherwise the buffer would keep deleted queues in memory
            _stored.AsSpan().Clear();
        }
    }

    /// <summary>
    /// Stores a message for the queues and delaying exchanges to which it is still new, together with its keys. Other publishers may have
    /// published it meanwhile.
    /// </summary>
    /// <param name="route">Route of the message.</param>
    /// <param name="count">Number of queues in which room is reserved for the message.</param>
    /// <param name="isRefused">True if another queue refuses the message.</param>
    /// <param name="head">The head, with a stamp if the message or its key can expire.</param>
    /// <param name="body">Body of the message.</param>
    /// <param name="traits">Traits of the message.</param>
    /// <param name="round">Hands the message to its queues.</param>
    private long AppendNew(
        MessageRoute route,
        int count,
        bool isRefused,
        ReadOnlySpan<byte> head,
        ReadOnlySpan<byte> body,
        in MessageTraits traits,
        DispatchRound round)
    {
        long position = 0;
        int kept = 0;
        lock (_repeats.Gate)
        {
            _repeats.LookAgain();
            for (int i = 0; i < count; i++)
            {
                if (_repeats.Drops(_takerIndexes[i]))
                    continue;
                // The dropping queues move to the end, where their rooms are released without the lock.
                (_takers[kept], _takers[i]) = (_takers[i], _takers[kept]);
                (_stored[kept], _stored[i]) = (_stored[i], _stored[kept]);
                (_takerIndexes[kept], _takerIndexes[i]) = (_takerIndexes[i], _takerIndexes[kept]);
                kept++;
            }
            // A key must not outlive its message. So it is stored together with the message or later, and only if the message is durable.
            bool isDurable = Delay(route, head, body, traits, ref position);
            for (int i = 0; i < kept; i++)
                isDurable |= _stored[i].IsDurable;
            var takers = _takerIndexes.AsSpan(0, kept);
            int stored = isDurable && traits.IsPersistent ? _repeats.AddStored(ref _stored, takers, isRefused) : kept;
            if (stored > 0)
                position = Math.Max(position, Append(_takers.AsSpan(0, kept), stored, head, body, traits, round));
            _repeats.Remember(_stored.AsSpan(0, stored), _places, takers, position, isRefused);
            _repeats.NoteRepeats();
        }
        foreach (var queue in _takers.AsSpan(kept, count - kept))
            queue.Room.Release(body.Length);
        return Math.Max(position, _repeats.Position);
    }

    /// <summary>Stores a message in the exchanges that delay it, unless an exchange before them drops it.</summary>
    /// <returns>True if one of them writes persistent messages to the disk.</returns>
    private bool Delay(
        MessageRoute route, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, in MessageTraits traits, ref long position)
    {
        bool isDurable = false;
        int targets = route.Gates.Length > 0 ? route.Targets.Length : 0; // without gates, Store passes the message to all targets
        for (int i = 0; i < targets; i++)
        {
            var target = route.Targets[i];
            if (!target.IsDestination || _repeats.DropsTarget(i))
                continue;
            position = Math.Max(position, target.Take(head, body, traits));
            isDurable |= target.IsDurable;
        }
        return isDurable;
    }

    /// <param name="takers">The queues that get the message.</param>
    /// <param name="stored">Number of queues of the store: those of the takers, and those that hold keys.</param>
    /// <param name="head">Head of the message.</param>
    /// <param name="body">Body of the message.</param>
    /// <param name="traits">Traits of the message.</param>
    /// <param name="round">Hands the message to its queues.</param>
    private long Append(
        ReadOnlySpan<Queue> takers,
        int stored,
        ReadOnlySpan<byte> head,
        ReadOnlySpan<byte> body,
        in MessageTraits traits,
        DispatchRound round)
    {
        if (_places.Length < stored)
            _places = new StoredMessage[stored];
        long position = services.Store.Append(_stored.AsSpan(0, stored), head, body, traits.IsPersistent, _places);
        bool expires = traits.Expiration != Expiry.None;
        for (int i = 0; i < takers.Length; i++)
        {
            var settings = takers[i].Settings;
            var message = _places[i].WithNote(MessageNote.Of(Math.Min(traits.Priority, settings.MaxPriority), head.Length, expires));
            // x-max-length-bytes needs the exact size of the head. The size would be lost if the entry moved to the disk.
            if (settings.MaxLengthBytes is not null)
                message = message with { Flags = message.Flags | MessageFlags.StaysInMemory };
            round.Publish(takers[i], message);
        }
        return position;
    }

    /// <summary>Returns the head with a stamp: the current time and the expiration of the message.</summary>
    private ReadOnlySpan<byte> Stamp(ReadOnlySpan<byte> head, in MessageTraits traits)
    {
        var message = EncodedMessage.Read(head);
        int size = EncodedMessage.StampedHeadSize(message.Address.Length, message.Properties.Length, message.HiddenKeys.Length);
        if (_stampedHead.Length < size)
            Array.Resize(ref _stampedHead, Math.Max(size, 2 * _stampedHead.Length));
        EncodedMessage.WriteHead(
            _stampedHead, message.Address, message.Properties, new MessageStamp(services.Timer.Now, traits.Expiration), message.HiddenKeys);
        return _stampedHead.AsSpan(0, size);
    }
}

/// <summary>Thrown if the broker itself publishes a message that would be written to disk while the disk alarm is set.</summary>
internal sealed class DiskAlarmException() : Exception("the disk alarm is set");
