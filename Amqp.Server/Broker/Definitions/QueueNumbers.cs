using System.Buffers.Binary;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Definitions;

/// <summary>Assigns the numbers that queues have in the message store.</summary>
/// <remarks>Thread-safe. The lock guards the counters.</remarks>
internal sealed class QueueNumbers(ICatalog catalog)
{
    /// <summary>The lowest number for queues that do not survive a restart. This and higher numbers are never written to disk.</summary>
    private const uint FirstTransient = 0x8000_0000;

    /// <summary>One write to the catalog reserves this many numbers. So most new queues need no write for their number.</summary>
    private const uint ReservedAtOnce = 256;

    private readonly Lock _gate = new();
    private uint _nextDurable;
    private uint _reserved;
    private uint _highestTaken;
    private uint _nextTransient = FirstTransient;

    /// <summary>Excludes all numbers up to the highest number in the log. Called before the first new queue is created.</summary>
    public void Skip(uint highestTaken) => _highestTaken = highestTaken;

    /// <summary>Assigns consecutive numbers that no queue had before, and returns the first.</summary>
    /// <param name="durable">True for a queue that survives a restart.</param>
    /// <param name="count">Number of priorities of the queue. Each priority needs a number.</param>
    public uint Take(bool durable, int count)
    {
        lock (_gate)
        {
            if (!durable)
            {
                uint transient = _nextTransient;
                _nextTransient += (uint)count;
                return transient;
            }
            if (_nextDurable + count > _reserved)
                Reserve((uint)count);
            uint first = _nextDurable;
            _nextDurable += (uint)count;
            return first;
        }
    }

    private void Reserve(uint count)
    {
        uint first = Math.Max(_reserved == 0 ? ReadReserved() : _nextDurable, _highestTaken + 1);
        uint to = first + count + ReservedAtOnce;
        Span<byte> value = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(value, to);
        catalog.Put(DefinitionKey.QueueNumbers, value); // saved before use, because a restart assigns unreserved numbers again
        (_nextDurable, _reserved) = (first, to);
    }

    private uint ReadReserved() =>
        catalog.Entries.FirstOrDefault(entry => entry.Key == DefinitionKey.QueueNumbers).Value is { } value
            ? BinaryPrimitives.ReadUInt32BigEndian(value)
            : 1;
}
