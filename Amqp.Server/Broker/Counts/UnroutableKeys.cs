using Amqp.Protocol;

namespace Amqp.Server.Broker.Counts;

/// <summary>The last routing keys with which messages to one exchange reached no queue. Thread-safe.</summary>
/// <remarks>All memory is allocated at once, so a further message allocates nothing. A lock guards the state.</remarks>
internal sealed class UnroutableKeys
{
    /// <summary>Maximum number of keys.</summary>
    public const int Most = 100;

    private readonly Lock _lock = new();
    private readonly byte[] _keys = new byte[Most * byte.MaxValue];
    private readonly byte[] _lengths = new byte[Most];
    private readonly int[] _hashes = new int[Most];
    private readonly long[] _times = new long[Most]; // of the last message with the key
    private readonly long[] _messages = new long[Most];
    private readonly bool[] _returns = new bool[Most]; // true if the last message with the key was returned to its publisher
    private int _count;

    /// <summary>The keys, the latest first.</summary>
    public IReadOnlyList<UnroutableKey> All
    {
        get
        {
            lock (_lock)
                return
                [
                    .. Enumerable.Range(0, _count).OrderByDescending(i => _times[i])
                        .Select(i => new UnroutableKey(OctetText.Decode(KeyAt(i)), _times[i], _messages[i], _returns[i])),
                ];
        }
    }

    /// <summary>Notes a message. A key that is known already gets the new time.</summary>
    /// <param name="key">The routing key.</param>
    /// <param name="time">The time, in milliseconds since 1970-01-01 UTC.</param>
    /// <param name="isReturned">True if the message was returned to its publisher; false if it was dropped.</param>
    public void Note(ReadOnlySpan<byte> key, long time, bool isReturned)
    {
        int hash = HashOf(key);
        lock (_lock)
        {
            int at = Find(key, hash);
            if (at < 0)
            {
                at = _count < Most ? _count++ : Oldest();
                key.CopyTo(_keys.AsSpan(at * byte.MaxValue));
                (_lengths[at], _hashes[at], _messages[at]) = ((byte)key.Length, hash, 0);
            }
            (_times[at], _returns[at]) = (time, isReturned);
            _messages[at]++;
        }
    }

    private int Find(ReadOnlySpan<byte> key, int hash)
    {
        for (int from = 0; _hashes.AsSpan(from, _count - from).IndexOf(hash) is var found and >= 0; from += found + 1)
            if (KeyAt(from + found).SequenceEqual(key))
                return from + found;
        return -1;
    }

    private int Oldest()
    {
        int oldest = 0;
        for (int i = 1; i < Most; i++)
            if (_times[i] < _times[oldest])
                oldest = i;
        return oldest;
    }

    private ReadOnlySpan<byte> KeyAt(int index) => _keys.AsSpan(index * byte.MaxValue, _lengths[index]);

    private static int HashOf(ReadOnlySpan<byte> key)
    {
        var hash = new HashCode();
        hash.AddBytes(key);
        return hash.ToHashCode();
    }
}

/// <summary>A routing key with which messages reached no queue.</summary>
/// <param name="Key">The routing key.</param>
/// <param name="Time">Time of the last such message, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Messages">Number of such messages since the key was noted first.</param>
/// <param name="IsReturned">True if the last such message was returned to its publisher; false if it was dropped.</param>
internal sealed record UnroutableKey(string Key, long Time, long Messages, bool IsReturned);
