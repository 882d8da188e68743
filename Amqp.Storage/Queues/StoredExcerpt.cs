using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;

namespace Amqp.Storage.Queues;

/// <summary>Consecutive messages of a queue, as they were at one moment. They stay readable even if the queue has settled them.</summary>
/// <remarks>
/// Reading changes nothing in the queue, and needs no lock. Entries that are only on disk are read from the index and not kept. One thread
/// uses the excerpt, and disposes of it soon: until then, the blocks and segments of the messages are not freed.
/// </remarks>
public sealed class StoredExcerpt : IDisposable
{
    private readonly BlockSpace _space;
    private readonly StretchLoader? _loader;
    private readonly uint _queue;
    private readonly IReadOnlyList<SelectedMessages> _parts;
    private readonly HashSet<int> _pinned = []; // numbers of the blocks that the excerpt pins; each once, because pins are limited
    private StretchReader? _reader; // reads the current part, if it has a stretch
    private int _part; // index of the current part
    private int _read; // number of messages of the current part that were read
    private bool _isDisposed;

    /// <summary>Creates an excerpt. Call under the lock of the queue that holds the messages: no message is settled yet.</summary>
    /// <param name="space">The blocks of the messages.</param>
    /// <param name="loader">Opens stretches; null if the parts have none.</param>
    /// <param name="queue">Number of the queue.</param>
    /// <param name="parts">The messages.</param>
    internal StoredExcerpt(BlockSpace space, StretchLoader? loader, uint queue, IReadOnlyList<SelectedMessages> parts)
    {
        (_space, _loader, _queue, _parts) = (space, loader, queue, parts);
        foreach (SelectedMessages part in parts)
        {
            part.Stretch?.Segment.Hold(1);
            foreach (ref readonly StoredMessage message in part.Entries.AsSpan())
            {
                if (_pinned.Add(message.Block))
                    space.Change(space[message.Block], BlockState.Pin);
            }
        }
    }

    /// <summary>
    /// The current message. Block and offset are not valid if the entry is only on disk: use <see cref="Read"/> for the payload.
    /// </summary>
    public StoredMessage Message { get; private set; }

    /// <summary>Advances to the next message. Returns false at the end. Leaves messages out whose segment is damaged.</summary>
    /// <exception cref="IOException">The index of a segment cannot be read now.</exception>
    public bool MoveNext()
    {
        for (; _part < _parts.Count; _part++, _read = 0)
        {
            SelectedMessages part = _parts[_part];
            if (_read < part.Count && TryNext(part))
            {
                _read++;
                return true;
            }
            CloseReader();
        }
        return false;
    }

    /// <summary>Copies the payload of the current message, or the beginning of it if the target is shorter.</summary>
    /// <returns>Number of bytes copied.</returns>
    /// <exception cref="Faults.StoreDamagedException">The bytes on disk are damaged.</exception>
    /// <exception cref="IOException">The bytes cannot be read now.</exception>
    public int Read(Span<byte> target)
    {
        if (_reader is { IsOnDisk: true } reader)
            return reader.Read(target);
        using PayloadLease payload = _space.Read(Message);
        int length = Math.Min(target.Length, payload.Payload.Length);
        payload.Payload[..length].CopyTo(target);
        return length;
    }

    public void Dispose()
    {
        CloseReader();
        if (_isDisposed)
            return;
        _isDisposed = true;
        foreach (int block in _pinned)
            _space.Change(_space[block], -BlockState.Pin);
        foreach (SelectedMessages part in _parts)
            part.Stretch?.Segment.Release(1);
    }

    private void CloseReader()
    {
        _reader?.Dispose();
        _reader = null;
    }

    private bool TryNext(SelectedMessages part)
    {
        if (part.Stretch is not { } stretch)
        {
            Message = part.Entries[_read];
            return true;
        }
        try
        {
            return TryRead(part, stretch);
        }
        catch (Exception damage) when (damage is InvalidDataException or FileNotFoundException)
        {
            CloseReader();
            _loader!.RebuildIndex(stretch.Segment);
        }
        try
        {
            return TryRead(part, stretch with { At = 0 });
        }
        catch (InvalidDataException)
        {
            return false; // the segment has no message of the queue any more
        }
    }

    private bool TryRead(SelectedMessages part, in Stretch stretch)
    {
        _reader ??= _loader!.OpenReader(stretch, _queue, part.Skip + _read, part.Entries);
        if (!_reader.MoveNext())
            return false; // fewer messages than expected, because the segment is damaged
        Message = _reader.Message;
        return true;
    }
}
