namespace Amqp.Tests.Storage;

/// <summary>A simulated file whose synced bytes survive a power cut. Guarded by the lock of <see cref="PowerCutFiles"/>.</summary>
internal sealed class PowerCutFile
{
    private const int Sector = 512;

    private byte[] _bytes = [];
    private byte[] _synced = [];
    private readonly List<(int From, int To)> _unsynced = []; // ranges of bytes that were written since the last sync

    public int Length { get; private set; }

    public int Read(Span<byte> target, long offset)
    {
        int count = (int)Math.Clamp(Length - offset, 0, target.Length);
        if (count > 0)
            _bytes.AsSpan((int)offset, count).CopyTo(target);
        return count;
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        int end = (int)offset + source.Length;
        if (end > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(end, 2 * _bytes.Length));
        source.CopyTo(_bytes.AsSpan((int)offset));
        Length = Math.Max(Length, end);
        if (_unsynced.Count > 0 && _unsynced[^1].To == offset)
            _unsynced[^1] = (_unsynced[^1].From, end);
        else
            _unsynced.Add(((int)offset, end));
    }

    public void Truncate(int length)
    {
        if (length < Length)
            _bytes.AsSpan(length, Length - length).Clear();
        else
            Extend(length);
        Length = length;
    }

    /// <summary>Lengthens the file with zeros. Until a sync, a power cut may undo this, and may undo a truncation.</summary>
    public void Extend(int length)
    {
        if (length > _bytes.Length)
            Array.Resize(ref _bytes, length);
        Length = Math.Max(Length, length);
    }

    public void Sync()
    {
        if (_unsynced.Count == 0 && _synced.Length == Length)
            return;
        _synced = _bytes[..Length];
        _unsynced.Clear();
    }

    /// <summary>
    /// Simulates a power cut. <paramref name="unsynced"/> decides how unsynced bytes change. Afterwards all bytes count as synced.
    /// </summary>
    public void CutPower(Random random, UnsyncedBytes unsynced)
    {
        int length = AnyLength(random, unsynced);
        byte[] left = new byte[length];
        _synced.AsSpan(0, Math.Min(length, _synced.Length)).CopyTo(left);
        foreach ((int from, int to) in _unsynced)
            Leave(left, from, Math.Min(to, length), random, unsynced);
        (_bytes, _synced, Length) = (left, left[..], length);
        _unsynced.Clear();
    }

    private int AnyLength(Random random, UnsyncedBytes unsynced)
    {
        int shortest = Math.Min(_synced.Length, Length);
        int longest = Math.Max(_synced.Length, Length);
        return (unsynced == UnsyncedBytes.Kept ? 0 : random.Next(4)) switch
        {
            0 => Length,
            1 => _synced.Length,
            _ => random.Next(shortest, longest + 1),
        };
    }

    private void Leave(byte[] left, int from, int to, Random random, UnsyncedBytes unsynced)
    {
        for (int at = from; at < to;)
        {
            int end = Math.Min(to, (at / Sector + 1) * Sector);
            Span<byte> sector = left.AsSpan(at, end - at);
            if (unsynced == UnsyncedBytes.Zeroed)
                sector.Clear();
            else if (unsynced == UnsyncedBytes.Kept || random.Next(2) == 0)
                _bytes.AsSpan(at, end - at).CopyTo(sector);
            at = end;
        }
    }
}
