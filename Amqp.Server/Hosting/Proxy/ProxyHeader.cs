using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amqp.Server.Hosting.Proxy;

/// <summary>A header of HAProxy's PROXY protocol, version 1 or 2. A proxy sends it before the client's first octet.</summary>
/// <param name="Source">Address of the client; null if the header contains no addresses.</param>
/// <param name="Destination">Address to which the client connected; null if the header contains no addresses.</param>
internal sealed record ProxyHeader(IPEndPoint? Source, IPEndPoint? Destination)
{
    /// <summary>Longest line of version 1, in octets, including CR and LF.</summary>
    private const int LongestLine = 107;

    private const int BinaryHeaderSize = 16;

    private static ReadOnlySpan<byte> Signature => [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    private static ReadOnlySpan<byte> LineStart => "PROXY "u8;

    /// <summary>Reads a header from the first octets of a connection.</summary>
    /// <param name="received">All octets received so far.</param>
    /// <param name="header">The header.</param>
    /// <param name="length">Length of the header, in octets.</param>
    /// <returns>False if the header is incomplete.</returns>
    /// <exception cref="InvalidDataException">The octets are not the start of a valid header.</exception>
    public static bool TryRead(ReadOnlySpan<byte> received, [NotNullWhen(true)] out ProxyHeader? header, out int length)
    {
        (header, length) = (null, 0);
        if (StartsLike(received, Signature))
            return received.Length >= BinaryHeaderSize && TryReadBinary(received, out header, out length);
        if (!StartsLike(received, LineStart))
            throw new InvalidDataException("it does not begin with a header of the PROXY protocol");
        int end = received[..Math.Min(received.Length, LongestLine)].IndexOf("\r\n"u8);
        if (end < 0)
            return received.Length < LongestLine ? false : throw new InvalidDataException("its PROXY line does not end");
        header = ReadLine(Encoding.ASCII.GetString(received[..end]).Split(' '));
        length = end + 2;
        return true;
    }

    /// <summary>Returns a header of version 2. Both addresses count as IPv6 unless both are IPv4.</summary>
    /// <param name="source">Address of the client.</param>
    /// <param name="destination">Address to which the client connected.</param>
    public static byte[] Write(IPEndPoint source, IPEndPoint destination)
    {
        (IPAddress from, IPAddress to) = (Plain(source.Address), Plain(destination.Address));
        bool isShort = from.AddressFamily == AddressFamily.InterNetwork && to.AddressFamily == AddressFamily.InterNetwork;
        if (!isShort)
            (from, to) = (from.MapToIPv6(), to.MapToIPv6());
        byte[] header = [.. Signature, 0x21, (byte)(isShort ? 0x11 : 0x21), 0, 0,
            .. from.GetAddressBytes(), .. to.GetAddressBytes(), 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)(header.Length - BinaryHeaderSize));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(header.Length - 4), (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(header.Length - 2), (ushort)destination.Port);
        return header;

        static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>Reads a header of version 2 from a stream, and nothing behind it.</summary>
    /// <exception cref="InvalidDataException">The octets are no valid header.</exception>
    /// <exception cref="IOException">The stream has ended.</exception>
    public static async Task<ProxyHeader> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] header = new byte[BinaryHeaderSize];
        await stream.ReadExactlyAsync(header, cancellation);
        byte[] whole = [.. header, .. new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(14))]];
        await stream.ReadExactlyAsync(whole.AsMemory(BinaryHeaderSize), cancellation);
        return TryRead(whole, out ProxyHeader? read, out _) ? read : throw new InvalidDataException("its PROXY header is too short");
    }

    private static bool StartsLike(ReadOnlySpan<byte> received, ReadOnlySpan<byte> start)
    {
        int common = Math.Min(received.Length, start.Length);
        return received[..common].SequenceEqual(start[..common]);
    }

    /// <summary>
    /// Parses a header of version 1, such as <c>PROXY TCP4 192.0.2.1 192.0.2.2 41000 5672</c>, or <c>PROXY UNKNOWN</c> with any text after
    /// it.
    /// </summary>
    private static ProxyHeader ReadLine(string[] words) => words switch
    {
        [_, "UNKNOWN", ..] => new ProxyHeader(null, null),
        [_, "TCP4" or "TCP6", var source, var destination, var sourcePort, var destinationPort] =>
            new ProxyHeader(EndPoint(source, sourcePort), EndPoint(destination, destinationPort)),
        _ => throw new InvalidDataException("its PROXY line is malformed"),
    };

    private static IPEndPoint EndPoint(string address, string port) =>
        IPAddress.TryParse(address, out var parsed)
            && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? new IPEndPoint(parsed, number)
            : throw new InvalidDataException("its PROXY line names no address and port");

    /// <summary>
    /// Parses a header of version 2: signature, version and command (u8), family (u8), length (u16), addresses, extensions. Skips the
    /// extensions.
    /// </summary>
    private static bool TryReadBinary(ReadOnlySpan<byte> received, [NotNullWhen(true)] out ProxyHeader? header, out int length)
    {
        header = null;
        length = BinaryHeaderSize + BinaryPrimitives.ReadUInt16BigEndian(received[14..]);
        if (received[12] is not (0x20 or 0x21))
            throw new InvalidDataException($"its PROXY header has version and command {received[12]:X2}");
        if (received.Length < length)
            return false;
        bool isLocal = received[12] == 0x20;
        var addresses = received[BinaryHeaderSize..length];
        int size = (received[13] >> 4) switch { 1 => 4, 2 => 16, _ => 0 }; // 0 for unspecified addresses and Unix sockets
        if (isLocal || size == 0)
            header = new ProxyHeader(null, null);
        else if (addresses.Length < 2 * size + 4)
            throw new InvalidDataException("its PROXY header is too short for its addresses");
        else
            header = new ProxyHeader(
                new IPEndPoint(new IPAddress(addresses[..size]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size)..])),
                new IPEndPoint(
                    new IPAddress(addresses[size..(2 * size)]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size + 2)..])));
        return true;
    }
}
