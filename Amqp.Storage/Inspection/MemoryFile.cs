using Amqp.Storage.Files;

namespace Amqp.Storage.Inspection;

/// <summary>A file in memory. Remains usable after <see cref="Dispose"/>. Not thread-safe.</summary>
internal sealed class MemoryFile(byte[] bytes) : IStoreFile
{
    private byte[] _bytes = bytes;
    private int _length = bytes.Length;

    public long Length => _length;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Reads a whole file into memory.</summary>
    public static MemoryFile Of(IStoreFiles files, string path)
    {
        using IStoreFile file = files.Open(path, FileAccess.Read);
        byte[] bytes = new byte[file.Length];
        return new MemoryFile(bytes[..file.Read(bytes, 0)]);
    }

    public int Read(Span<byte> target, long offset)
    {
        ReadOnlySpan<byte> rest = Bytes[(int)Math.Min(offset, _length)..];
        rest = rest[..Math.Min(rest.Length, target.Length)];
        rest.CopyTo(target);
        return rest.Length;
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        int end = checked((int)(offset + source.Length));
        if (_bytes.Length < end)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(end, 2L * _bytes.Length)));
        source.CopyTo(_bytes.AsSpan((int)offset));
        _length = Math.Max(_length, end);
    }

    public void Truncate(long length) => _length = (int)Math.Min(length, _length);

    public void Extend(long length) => Write(new byte[Math.Max(0, length - _length)], _length);

    public bool TryAllocate(long length) => false;

    public void Sync()
    {
        // Nothing to sync, because the bytes are in memory.
    }

    public void Dispose()
    {
        // Nothing to free, because the file may be opened again.
    }
}
