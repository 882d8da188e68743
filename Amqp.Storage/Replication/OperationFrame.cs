using System.Buffers.Binary;
using Amqp.Storage.Records;

namespace Amqp.Storage.Replication;

/// <summary>The bytes of an operation on its way to followers.</summary>
internal static class OperationFrame
{
    // | length u32 | crc32c u32 | number u64 | epoch u64 | kind u8 | path length u16 | offset i64 | path | bytes |
    // little-endian; length counts everything behind the checksum, which covers the same bytes
    public const int HeaderSize = 35;

    /// <summary>Number of bytes at the start of a frame that its length does not count.</summary>
    public const int Prefix = 8;

    /// <summary>Maximum size of a whole frame in bytes.</summary>
    public const int MaxSize = 64 << 20;

    private const int NumberAt = 8;
    private const int EpochAt = 16;
    private const int KindAt = 24;
    private const int PathLengthAt = 25;
    private const int OffsetAt = 27;

    /// <summary>Returns the size of a whole frame in bytes.</summary>
    public static int SizeOf(in FileOperation operation) => HeaderSize + operation.Path.Length + operation.Bytes.Length;

    /// <summary>Writes everything before the bytes of the operation: the header and the path.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="start">Receives the start of the frame.</param>
    /// <returns>Number of bytes written.</returns>
    public static int WriteStart(in FileOperation operation, Span<byte> start)
    {
        int size = HeaderSize + operation.Path.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(start, (uint)(size - Prefix + operation.Bytes.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(start[NumberAt..], operation.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(start[EpochAt..], operation.Epoch);
        start[KindAt] = (byte)operation.Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(start[PathLengthAt..], checked((ushort)operation.Path.Length));
        BinaryPrimitives.WriteInt64LittleEndian(start[OffsetAt..], operation.Offset);
        operation.Path.CopyTo(start[HeaderSize..]);
        uint crc = Crc32C.Add(Crc32C.Add(Crc32C.Start, start[Prefix..size]), operation.Bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(start[4..], ~crc);
        return size;
    }

    /// <summary>Returns the size in bytes of the frame that begins here.</summary>
    /// <param name="start">The first four bytes of a frame, or more.</param>
    /// <exception cref="InvalidDataException">No frame has this size.</exception>
    public static int ReadSize(ReadOnlySpan<byte> start)
    {
        long size = (long)BinaryPrimitives.ReadUInt32LittleEndian(start) + Prefix;
        return size is >= HeaderSize and <= MaxSize
            ? (int)size
            : throw new InvalidDataException($"an operation of a replica has {size} bytes");
    }

    /// <summary>Returns the number of the operation whose frame begins here.</summary>
    public static ulong ReadNumber(ReadOnlySpan<byte> start) => BinaryPrimitives.ReadUInt64LittleEndian(start[NumberAt..]);

    /// <summary>Reads a whole frame.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static FileOperation Read(ReadOnlySpan<byte> frame)
    {
        int path = BinaryPrimitives.ReadUInt16LittleEndian(frame[PathLengthAt..]);
        if (Crc32C.Of(frame[Prefix..]) != BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]) || path > frame.Length - HeaderSize)
            throw new InvalidDataException("an operation of a replica is damaged");
        return new FileOperation
        {
            Number = BinaryPrimitives.ReadUInt64LittleEndian(frame[NumberAt..]),
            Epoch = BinaryPrimitives.ReadUInt64LittleEndian(frame[EpochAt..]),
            Kind = (FileOperationKind)frame[KindAt],
            Path = frame.Slice(HeaderSize, path),
            Offset = BinaryPrimitives.ReadInt64LittleEndian(frame[OffsetAt..]),
            Bytes = frame[(HeaderSize + path)..],
        };
    }
}
