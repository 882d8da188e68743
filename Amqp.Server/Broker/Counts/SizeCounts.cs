using System.Runtime.CompilerServices;

namespace Amqp.Server.Broker.Counts;

/// <summary>Histogram of the sizes of message bodies: RabbitMQ's <c>message_size_bytes</c>.</summary>
/// <remarks>Only one thread at a time may change the counts. Any thread may read.</remarks>
internal struct SizeCounts
{
    /// <summary>Upper bound of each size class, in bytes. The last class has no upper bound.</summary>
    private static readonly int[] _bounds = [100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000, 100_000_000];

    private Classes _classes;
    private long _bytes;

    public static ReadOnlySpan<int> Bounds => _bounds;

    /// <summary>Sum of the sizes of all bodies, in bytes.</summary>
    public readonly long Bytes => _bytes;

    /// <summary>Number of bodies in a size class.</summary>
    public readonly long this[int index] => _classes[index];

    public static SizeCounts Read(ref SizeCounts counts)
    {
        var copy = default(SizeCounts);
        for (int i = 0; i < Classes.Count; i++)
            copy._classes[i] = Volatile.Read(ref counts._classes[i]);
        copy._bytes = Volatile.Read(ref counts._bytes);
        return copy;
    }

    public void Note(int bytes)
    {
        int index = 0;
        foreach (int bound in _bounds)
        {
            if (bytes <= bound)
                break;
            index++;
        }
        _classes[index]++;
        _bytes += bytes;
    }

    public void Add(in SizeCounts other)
    {
        for (int i = 0; i < Classes.Count; i++)
            _classes[i] += other._classes[i];
        _bytes += other._bytes;
    }

    [InlineArray(Count)]
    private struct Classes
    {
        public const int Count = 9;

        private long _first;
    }
}
