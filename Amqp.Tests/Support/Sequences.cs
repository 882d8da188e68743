using System.Buffers;

namespace Amqp.Tests.Support;

/// <summary>Bytes as a socket might have delivered them: in one piece or in many.</summary>
internal static class Sequences
{
    /// <summary>The bytes in pieces; each number says where one ends and the next begins, in rising order.</summary>
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

    /// <summary>The bytes one by one.</summary>
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
