using Amqp.Protocol;
using Amqp.Server.Broker.Deduplication;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Routing;
using Amqp.Server.Broker.Values;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Publishing;

/// <summary>Decides for one message at a time which queues and exchanges of its route have seen its key before.</summary>
/// <remarks>
/// Used by one thread at a time. <see cref="Begin"/> looks the keys up for the first time, so that room is reserved only in queues that
/// need the message. Under the lock of the windows, <see cref="LookAgain"/> looks them up again, and Remember adds them.
/// </remarks>
internal sealed class RepeatFilter
{
    private Check[] _checks = []; // first those of the route's gates, then those of its queues
    private MessageRoute _route = null!; // null before Begin and after End
    private int _gates;
    private int _count;

    /// <summary>The lock of the windows.</summary>
    public Lock Gate { get; private set; } = null!; // null before the first message with a key

    /// <summary>True if one of the keys can expire. The message must then be stored with its time of publishing.</summary>
    public bool CanExpire { get; private set; }

    /// <summary>
    /// Log position at which the first messages with the keys of this message are durable, as far as the message is their repeat.
    /// </summary>
    public long Position { get; private set; }

    /// <summary>Reads and looks up the keys of a message.</summary>
    /// <param name="route">Route of the message.</param>
    /// <param name="head">Head of the message.</param>
    /// <param name="takesRepeats">True if the message is accepted even if it is a repeat.</param>
    /// <returns>False if the message has no key for any queue or exchange of its route. The filter is then not needed.</returns>
    public bool Begin(MessageRoute route, ReadOnlySpan<byte> head, bool takesRepeats)
    {
        (_gates, _count, CanExpire, Position) = (route.Gates.Length, route.Gates.Length + route.Queues.Length, false, 0);
        if (_gates == 0 && !Array.Exists(route.Queues, static queue => queue.Messages.Deduplication is not null))
            return false;
        if (_checks.Length < _count)
            _checks = new Check[_count];
        _route = route;
        var message = EncodedMessage.Read(head);
        var headers = EncodedProperties.ReadAccepted(message.Properties).Headers;
        bool hasKey = false;
        for (int i = 0; i < _count; i++)
        {
            var window = i < _gates ? route.Gates[i].Window : route.Queues[i - _gates].Messages.Deduplication;
            _checks[i] = new Check { Window = window, TakesRepeats = takesRepeats, StoredAt = -1 };
            if (window?.TryReadKey(message.Properties, headers, out _checks[i].Key) != true)
                continue;
            _checks[i].HasKey = hasKey = true;
            CanExpire |= _checks[i].Key.Due != Deadline.Never;
            Gate = window.Gate;
        }
        if (!hasKey)
        {
            End();
            return false;
        }
        lock (Gate)
            LookAgain();
        return true;
    }

    /// <summary>
    /// Looks the keys up again. What was a repeat before stays one, even if its key has expired meanwhile. The caller holds the lock.
    /// </summary>
    public void LookAgain()
    {
        for (int i = 0; i < _count; i++)
        {
            ref var check = ref _checks[i];
            int gate = i < _gates ? _route.Gates[i].Outer : GateOf(_route.QueueGates, i - _gates);
            check.IsShut = gate != RouteGate.None && _checks[gate].IsClosed;
            check.IsRepeat |= check is { HasKey: true, IsShut: false, TakesRepeats: false } && check.Window!.IsRepeat(check.Key);
        }
    }

    /// <summary>True if a queue of the route must not get the message.</summary>
    public bool Drops(int queue) => _checks[_gates + queue].IsClosed;

    /// <summary>True if a target of the route must not get the message.</summary>
    public bool DropsTarget(int target) => GateOf(_route.TargetGates, target) is var gate and not RouteGate.None && _checks[gate].IsClosed;

    /// <summary>Counts the repeats. The caller holds the lock.</summary>
    public void NoteRepeats()
    {
        foreach (ref readonly var check in _checks.AsSpan(0, _count))
        {
            if (!check.IsRepeat || check.IsShut)
                continue;
            check.Window!.NoteRepeat();
            Position = Math.Max(Position, check.Window.Position);
        }
    }

    /// <summary>Adds the queues of the store that hold the keys of a persistent message, after those of the message itself.</summary>
    /// <param name="stored">The queues of the store that get the message.</param>
    /// <param name="takers">Indexes of the queues in the route that get the message.</param>
    /// <param name="isRefused">True if another queue refuses the message. The exchanges then do not keep its key.</param>
    /// <returns>Number of queues of the store.</returns>
    public int AddStored(ref StoredQueue[] stored, ReadOnlySpan<int> takers, bool isRefused)
    {
        int count = takers.Length;
        for (int i = 0; i < _gates && !isRefused; i++)
            AddStored(ref _checks[i], ref stored, ref count);
        foreach (int queue in takers)
            AddStored(ref _checks[_gates + queue], ref stored, ref count);
        return count;
    }

    /// <summary>Adds the keys of a message that was stored to the windows. The caller holds the lock.</summary>
    /// <param name="stored">The queues of the store that have the message.</param>
    /// <param name="places">The entry of the message in each of them.</param>
    /// <param name="takers">Indexes of the queues in the route that get the message.</param>
    /// <param name="position">Log position at which the message is durable.</param>
    /// <param name="isRefused">True if another queue refuses the message. The client may then publish it again.</param>
    public void Remember(
        ReadOnlySpan<StoredQueue> stored, ReadOnlySpan<StoredMessage> places, ReadOnlySpan<int> takers, long position, bool isRefused)
    {
        for (int i = 0; i < _gates && !isRefused; i++)
            Remember(_checks[i], taker: -1, stored, places, position);
        for (int i = 0; i < takers.Length; i++)
            Remember(_checks[_gates + takers[i]], i, stored, places, position);
    }

    /// <summary>Releases the references to windows and route.</summary>
    public void End()
    {
        Array.Clear(_checks, 0, _count);
        _route = null!;
    }

    private static void AddStored(ref Check check, ref StoredQueue[] stored, ref int count)
    {
        if (!check.IsNew || check.Window!.Stored is not { } keys)
            return;
        if (stored.Length == count)
            Array.Resize(ref stored, count + 4);
        check.StoredAt = count;
        stored[count++] = keys;
    }

    private static void Remember(
        in Check check, int taker, ReadOnlySpan<StoredQueue> stored, ReadOnlySpan<StoredMessage> places, long position)
    {
        if (!check.IsNew)
            return;
        int at = check.Window!.FollowsMessages ? taker : check.StoredAt;
        if (at < 0)
            check.Window.Add(check.Key, default, 0, position);
        else
            check.Window.Add(check.Key, places[at], stored[at].Number, position);
    }

    private static int GateOf(int[] gates, int index) => gates.Length == 0 ? RouteGate.None : gates[index];

    /// <summary>The look-up of the message's key in one window.</summary>
    private struct Check
    {
        public DeduplicationWindow? Window;
        public MessageKey Key;
        public bool HasKey;
        public bool TakesRepeats;

        /// <summary>True if the message does not reach the window, because an exchange before it drops the message.</summary>
        public bool IsShut;

        /// <summary>True if the window has the key.</summary>
        public bool IsRepeat;

        /// <summary>Index of the queue for the key among the queues of the store that get the message; -1 if there is none.</summary>
        public int StoredAt;

        /// <summary>True if the message does not pass.</summary>
        public readonly bool IsClosed => IsShut || IsRepeat;

        /// <summary>True if the window gets the key.</summary>
        public readonly bool IsNew => HasKey && !IsClosed;
    }
}
