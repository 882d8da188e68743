using System.Buffers;

namespace Amqp.Tests.Support;

/// <summary>Creates byte sequences of one or more segments, as reads from a socket produce them.</summary>
internal static class Sequences
{
    /// <summary>Splits the bytes into segments at the given offsets, which must be in ascending order.</summary>
    public static ReadOnlySequence<byte> Cut(ReadOnlyMemory<byte> bytes, params IEnumerable<int> cuts)
    {
        var first = new Segment(ReadOnlyMemory<byte>.Empty, 0);
        var last = first;
        int start = 0;
        foreach (int cut in cuts.Append(bytes.Length))
        {
            last = last.Append(bytes[start..cut]);
            start = cut;
        }
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    /// <summary>Splits the bytes into segments of one byte.</summary>
    public static ReadOnlySequence<byte> CutEverywhere(ReadOnlyMemory<byte> bytes) => Cut(bytes, Enumerable.Range(0, bytes.Length));

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex) => (Memory, RunningIndex) = (memory, runningIndex);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
