using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Broker.Messages;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>The stored form of a delayed message: its due time, the keys of its CC and BCC headers, and the message itself.</summary>
internal readonly ref struct DelayedMessage
{
    // | due i64 | number of keys u32 | keys: long strings | message as an EncodedMessage | Big-endian.
    // Due is in milliseconds since 1970-01-01 UTC. The keys are from the CC and BCC headers. The stored message has no BCC header.

    private DelayedMessage(long due, string[] furtherKeys, EncodedMessage message)
    {
        Due = due;
        FurtherKeys = furtherKeys;
        Message = message;
    }

    /// <summary>Time when the message is due, in milliseconds since 1970-01-01 UTC.</summary>
    public long Due { get; }

    public string[] FurtherKeys { get; }

    /// <summary>The message as it was published, without the BCC header.</summary>
    public EncodedMessage Message { get; }

    public static long ReadDue(ReadOnlySpan<byte> stored) => (long)new WireReader(stored).ReadUInt64();

    public static DelayedMessage Read(ReadOnlySpan<byte> stored)
    {
        var reader = new WireReader(stored);
        long due = (long)reader.ReadUInt64();
        var keys = new string[reader.ReadUInt32()];
        foreach (ref string key in keys.AsSpan())
            key = OctetText.Decode(reader.ReadLongString());
        return new DelayedMessage(due, keys, EncodedMessage.Read(reader.Rest));
    }

    /// <summary>Returns the part of the stored form that precedes the body of the message.</summary>
    public static ReadOnlySpan<byte> WriteHead(long due, ReadOnlySpan<string> furtherKeys, ReadOnlySpan<byte> head)
    {
        var output = new ArrayBufferWriter<byte>(sizeof(long) + sizeof(uint) + head.Length);
        var writer = new WireWriter(output);
        writer.WriteUInt64((ulong)due);
        writer.WriteUInt32((uint)furtherKeys.Length);
        foreach (string key in furtherKeys)
            writer.WriteLongString(OctetText.Encode(key));
        output.Write(head);
        return output.WrittenSpan;
    }
}
