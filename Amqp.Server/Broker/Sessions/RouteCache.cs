using System.Buffers.Binary;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Caches routes by exchange and routing key, until the virtual host's topology changes. Owned by the session's thread.</summary>
/// <remarks>
/// A key is the encoded exchange and routing key, as received. A new route replaces an old route whose key has the same hash.
/// </remarks>
internal sealed class RouteCache(RoutingTable routing)
{
    private const int Slots = 256;

    private Slot[] _slots = [];
    private int _version;

    public bool TryFind(ReadOnlySpan<byte> address, out MessageRoute route, out ExchangeTally tally)
    {
        if (_slots.Length > 0 && _version == routing.Version)
        {
            ref var slot = ref _slots[SlotOf(address)];
            if (slot.Address is not null
                && address.SequenceEqual(slot.Address)
                && (slot.Declarations is not { } declarations || declarations == routing.Declarations))
            {
                (route, tally) = (slot.Route, slot.Tally);
                return true;
            }
        }
        (route, tally) = (null!, null!);
        return false;
    }

    /// <summary>Adds a route.</summary>
    /// <param name="address">Exchange and routing key as received.</param>
    /// <param name="route">The route that was found.</param>
    /// <param name="tally">Counts the publishes to the exchange.</param>
    /// <param name="version">The topology version of the virtual host when the route was found.</param>
    /// <param name="declarations">
    /// The value of <see cref="TopologyLock.Declarations"/> before routing. Null if no queue or exchange was missing.
    /// </param>
    public void Add(ReadOnlySpan<byte> address, MessageRoute route, ExchangeTally tally, int version, int? declarations)
    {
        if (_slots.Length == 0)
            _slots = new Slot[Slots];
        else if (_version != version)
            Array.Clear(_slots);
        _version = version;
        _slots[SlotOf(address)] = new Slot(address.ToArray(), route, tally, declarations);
    }

    /// <summary>Returns the slot of an exchange and routing key: a hash of the first and last 8 bytes, where names differ most.</summary>
    private static int SlotOf(ReadOnlySpan<byte> address)
    {
        ulong head = 0, tail = 0;
        if (address.Length >= sizeof(ulong))
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(address);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(address[^sizeof(ulong)..]);
        }
        else
        {
            foreach (byte octet in address)
                head = head << 8 | octet;
        }
        ulong mixed = (head ^ tail * 0x9E3779B97F4A7C15 ^ (ulong)address.Length) * 0xBF58476D1CE4E5B9;
        return (int)(mixed >> 56);
    }

    private readonly record struct Slot(byte[] Address, MessageRoute Route, ExchangeTally Tally, int? Declarations);
}
