using System.Buffers.Binary;

namespace Amqp.Tests.Floods;

/// <summary>Changes valid frames in a few places, so that they become invalid.</summary>
internal static class FrameMutator
{
    private const int HeadLength = 7; // octets of type, channel and length at the start of a frame
    private const int DeepNesting = 2000;

    /// <summary>Returns the frames with one to four mutations.</summary>
    public static IReadOnlyList<byte[]> Mutate(IReadOnlyList<byte[]> frames, Random random)
    {
        var spoilt = frames.ToList();
        for (int left = random.Next(1, 5); left > 0; left--)
            MutateOnce(spoilt, random);
        return spoilt;
    }

    private static void MutateOnce(List<byte[]> frames, Random random)
    {
        int at = random.Next(frames.Count);
        byte[] frame = [.. frames[at]];
        switch (random.Next(9))
        {
            case 0 when frame.Length > 0: // flips bits
                for (int flips = random.Next(1, 6); flips > 0; flips--)
                    frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1: // cuts the frame short
                frame = frame[..random.Next(frame.Length)];
                break;
            case 2: // repeats the frame
                frames.Insert(random.Next(frames.Count), frame);
                return;
            case 3: // moves the frame
                frames.RemoveAt(at);
                frames.Insert(random.Next(frames.Count + 1), frame);
                return;
            case 4: // removes the frame
                if (frames.Count > 1)
                    frames.RemoveAt(at);
                return;
            case 5 when frame.Length > HeadLength: // writes a wrong length
                BinaryPrimitives.WriteUInt32BigEndian(
                    frame.AsSpan(3), random.Next(3) switch { 0 => uint.MaxValue, 1 => int.MaxValue, _ => (uint)random.Next(200_000) });
                break;
            case 6 when frame.Length > HeadLength: // writes another channel number
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)random.Next(3));
                break;
            case 7: // replaces the end by an invalid table, and corrects the length
                frame = WithTail(frame, random.Next(2) == 0 ? NestedTable() : RandomTable(random), random);
                break;
            default: // replaces the end by random octets
                random.NextBytes(frame.AsSpan(random.Next(frame.Length)));
                break;
        }
        frames[at] = frame;
    }

    /// <summary>Copies a frame. Replaces the rest of the copy, from a random offset in the arguments, by <paramref name="tail"/>.</summary>
    private static byte[] WithTail(byte[] frame, byte[] tail, Random random)
    {
        if (frame.Length <= HeadLength + 1)
            return frame;
        byte[] changed = [.. frame[..random.Next(HeadLength, frame.Length)], .. tail, 0xCE];
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(3), (uint)(changed.Length - HeadLength - 1));
        return changed;
    }

    /// <summary>Returns tables that are nested many levels deep.</summary>
    private static byte[] NestedTable()
    {
        const int entry = 7; // octets around an inner table: a name of one octet, the type, and the length
        byte[] table = new byte[4 + DeepNesting * entry];
        BinaryPrimitives.WriteInt32BigEndian(table, DeepNesting * entry);
        for (int depth = 0; depth < DeepNesting; depth++)
        {
            var place = table.AsSpan(4 + depth * entry);
            (place[0], place[1], place[2]) = (1, (byte)'a', (byte)'F');
            BinaryPrimitives.WriteInt32BigEndian(place[3..], (DeepNesting - depth - 1) * entry);
        }
        return table;
    }

    /// <summary>Returns a table whose fields have random types and wrong lengths.</summary>
    private static byte[] RandomTable(Random random)
    {
        const string types = "tbBsuIilLfdDSAFTVx\0";
        byte[] table = new byte[random.Next(8, 2000)];
        random.NextBytes(table);
        BinaryPrimitives.WriteInt32BigEndian(table, random.Next(3) == 0 ? -1 : table.Length - 4);
        for (int at = 4; at + 8 < table.Length; at += random.Next(3, 40))
        {
            (table[at], table[at + 1], table[at + 2]) = (1, (byte)'k', (byte)types[random.Next(types.Length)]);
            BinaryPrimitives.WriteInt32BigEndian(table.AsSpan(at + 3), random.Next(4) == 0 ? int.MaxValue : random.Next(40));
        }
        return table;
    }
}
