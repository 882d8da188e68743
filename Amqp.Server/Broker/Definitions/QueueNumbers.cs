using System.Buffers.Binary;
using Amqp.Storage.Catalog;

namespace Amqp.Server.Broker.Definitions;

/// <summary>Gives queues their numbers in the message store.</summary>
/// <remarks>Thread-safe: its lock owns the counters.</remarks>
internal sealed class QueueNumbers(ICatalog catalog)
{
    /// <summary>Numbers from here on belong to queues that no restart outlives; they never reach the disk.</summary>
    private const uint FirstTransient = 0x8000_0000;

    /// <summary>Numbers are reserved in the catalog so many at a time: one write serves many declares.</summary>
    private const uint ReservedAtOnce = 256;

    private readonly Lock _gate = new();
    private uint _nextDurable;
    private uint _reserved;
    private uint _highestTaken;
    private uint _nextTransient = FirstTransient;

    /// <summary>Numbers up to this one are taken, even if the catalog does not know it. Called before the first new queue.</summary>
    public void Skip(uint highestTaken) => _highestTaken = highestTaken;

    /// <summary>Numbers that no queue had before, one behind the other.</summary>
    /// <param name="durable">Whether they are of a queue that outlives a restart.</param>
    /// <param name="count">How many: one for each of its places in the store.</param>
    /// <returns>The first.</returns>
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
        catalog.Put(DefinitionKey.QueueNumbers, value); // first: a number that no restart knows of would be given out again
        (_nextDurable, _reserved) = (first, to);
    }

    private uint ReadReserved() =>
        catalog.Entries.FirstOrDefault(entry => entry.Key == DefinitionKey.QueueNumbers).Value is { } value
            ? BinaryPrimitives.ReadUInt32BigEndian(value)
            : 1;
}
