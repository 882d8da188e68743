using System.Buffers.Binary;
using Amqp.Server.Broker.Counts;
using Amqp.Server.Broker.Routing;

namespace Amqp.Server.Broker.Sessions;

/// <summary>Remembers where messages of an address go, for as long as the virtual host's topology stays as it is.</summary>
/// <remarks>
/// Looked up by the raw bytes of exchange and routing key, so that a publish makes no strings. Direct-mapped: an
/// address takes the place of another with the same hash. Owned by the connection's read loop.
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
            if (slot.Address is not null && address.SequenceEqual(slot.Address) && (slot.Declarations is not { } declarations || declarations == routing.Declarations))
            {
                (route, tally) = (slot.Route, slot.Tally);
                return true;
            }
        }
        (route, tally) = (null!, null!);
        return false;
    }

    /// <summary>Remembers a route that was found while the topology had this version.</summary>
    /// <param name="address">Exchange and routing key as they came.</param>
    /// <param name="route">Where it leads.</param>
    /// <param name="tally">Counts what is published to the exchange.</param>
    /// <param name="version">The virtual host's topology version then.</param>
    /// <param name="declarations">The virtual host's count of declarations then, if the route met a name which was not there; else null.</param>
    public void Add(ReadOnlySpan<byte> address, MessageRoute route, ExchangeTally tally, int version, int? declarations)
    {
        if (_slots.Length == 0)
            _slots = new Slot[Slots];
        else if (_version != version)
            Array.Clear(_slots);
        _version = version;
        _slots[SlotOf(address)] = new Slot(address.ToArray(), route, tally, declarations);
    }

    /// <summary>Mixes the ends of the address: names differ there.</summary>
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
