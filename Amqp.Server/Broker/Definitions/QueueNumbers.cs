using System.Buffers.Binary;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Definitions;

/// <summary>Assigns the numbers of queues in the message store.</summary>
/// <remarks>Thread-safe; its lock guards the counters.</remarks>
internal sealed class QueueNumbers(ICatalog catalog)
{
    /// <summary>First number of the queues that do not survive a restart. Such numbers never reach the disk.</summary>
    private const uint FirstTransient = 0x8000_0000;

    /// <summary>Number of queue numbers that one write of the catalog reserves, so that most declares need no such write.</summary>
    private const uint ReservedAtOnce = 256;

    private readonly Lock _gate = new();
    private uint _nextDurable;
    private uint _reserved;
    private uint _highestTaken;
    private uint _nextTransient = FirstTransient;

    /// <summary>
    /// Skips the numbers up to the highest one in the log, even if the catalog has no queue with that number. Called before the first new
    /// queue.
    /// </summary>
    public void Skip(uint highestTaken) => _highestTaken = highestTaken;

    /// <summary>Returns consecutive numbers that no queue had before.</summary>
    /// <param name="durable">True for a queue that survives a restart.</param>
    /// <param name="count">Number of levels of the queue in the store; each level needs a number.</param>
    /// <returns>The first number.</returns>
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
        catalog.Put(DefinitionKey.QueueNumbers, value); // before use: a restart would assign an unreserved number again
        (_nextDurable, _reserved) = (first, to);
    }

    private uint ReadReserved() =>
        catalog.Entries.FirstOrDefault(entry => entry.Key == DefinitionKey.QueueNumbers).Value is { } value
            ? BinaryPrimitives.ReadUInt32BigEndian(value)
            : 1;
}
