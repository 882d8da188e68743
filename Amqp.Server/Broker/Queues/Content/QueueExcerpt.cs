using System.Buffers;
using Amqp.Server.Broker.Messages;
using Amqp.Storage;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Queues.Content;

/// <summary>Consecutive messages of a queue in the order of delivery, as they were at one moment. Reading needs no lock.</summary>
/// <remarks>
/// The messages stay in the queue, and can be delivered and settled while the excerpt is read. One thread uses the excerpt, and disposes of
/// it soon, because it keeps the messages from being freed.
/// </remarks>
internal sealed class QueueExcerpt : IDisposable
{
    private const int LevelOfEntry = -1; // the entries contain their levels

    /// <summary>Maximum number of bytes at the beginning of a message that are searched for a text.</summary>
    public const int SearchedBytes = 1 << 20;

    /// <summary>Bytes of a message that are read to find the end of its head. Few heads are longer.</summary>
    private const int UsualHead = 4 << 10;

    private readonly QueueLevels _levels;
    private readonly List<(int Level, StoredExcerpt Messages)> _parts;
    private int _part; // index of the current part

    private QueueExcerpt(QueueLevels levels, List<(int, StoredExcerpt)> parts) => (_levels, _parts) = (levels, parts);

    /// <summary>Returns the ready messages at a position. The caller holds the lock of the queue. Reads nothing from the disk.</summary>
    /// <param name="messages">The messages of the queue.</param>
    /// <param name="store">The store with the messages.</param>
    /// <param name="skip">Number of ready messages in front of the first wanted one.</param>
    /// <param name="count">Maximum number of messages.</param>
    public static QueueExcerpt OfReady(QueueMessages messages, IMessageStore store, long skip, int count)
    {
        messages.Levels.DemandGate();
        var levels = messages.Levels.All;
        var parts = new List<(int, StoredExcerpt)>();
        for (int level = levels.Length - 1; level >= 0 && count > 0; level--)
        {
            long ready = levels[level].Count;
            if (skip < ready)
            {
                parts.Add((level, store.Excerpts.Of(levels[level], skip, count)));
                count -= (int)Math.Min(count, ready - skip);
            }
            skip = Math.Max(0, skip - ready);
        }
        return new QueueExcerpt(messages.Levels, parts);
    }

    /// <summary>Returns messages that were taken from the queue. The caller holds the lock that prevents their settling.</summary>
    public static QueueExcerpt OfTaken(QueueMessages messages, IMessageStore store, ReadOnlySpan<StoredMessage> taken) =>
        new(messages.Levels, [(LevelOfEntry, store.Excerpts.Of(taken))]);

    /// <summary>
    /// The current message, with its flags and note. Its location is not valid if its entry is only on the disk: use <see cref="Read"/>.
    /// </summary>
    public StoredMessage Message { get; private set; }

    /// <summary>The numbers that identify the current message in the store.</summary>
    public MessagePlace Place => new(_levels.Of(Message).Number, Message.Sequence);

    /// <summary>Advances to the next message. Returns false at the end.</summary>
    /// <exception cref="IOException">The message is only on the disk, and cannot be read now.</exception>
    public bool MoveNext()
    {
        for (; _part < _parts.Count; _part++)
        {
            var (level, messages) = _parts[_part];
            if (!messages.MoveNext())
                continue;
            Message = level == LevelOfEntry ? messages.Message : _levels.WithLevel(messages.Message, level);
            return true;
        }
        return false;
    }

    /// <summary>Copies the stored bytes of the current message, or the beginning of them if the target is shorter.</summary>
    /// <inheritdoc cref="StoredExcerpt.Read"/>
    public int Read(Span<byte> target) => _parts[_part].Messages.Read(target);

    /// <summary>Reads and decodes the current message. An error is returned in <see cref="PeekedMessage.Unreadable"/>.</summary>
    /// <param name="most">Maximum number of bytes of the body to return.</param>
    /// <param name="text">If not empty: bytes to search for in exchange, routing key, properties and body.</param>
    /// <param name="decode">Finds the message in the stored bytes; null if these are the message.</param>
    /// <returns>Null if the message does not contain the text.</returns>
    public PeekedMessage? Peek(int most, ReadOnlySpan<byte> text = default, MessageDecoder? decode = null)
    {
        int length = (int)Math.Min(Message.Length, Math.Max((long)UsualHead + most, text.IsEmpty ? 0 : SearchedBytes));
        while (true)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
            try
            {
                var bytes = buffer.AsSpan(0, Read(buffer.AsSpan(0, length)));
                if (!text.IsEmpty && bytes.IndexOf(text) < 0)
                    return null;
                if (Decode(bytes, most, decode) is { } peeked)
                    return peeked;
            }
            catch (Exception error) // the bytes may be damaged, so that decoding throws any exception, or the disk cannot be read
            {
                return new PeekedMessage(Place, Message) { Unreadable = error.Message };
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
            length = (int)Math.Min(Message.Length, 8L * length);
        }
    }

    public void Dispose()
    {
        foreach (var (_, messages) in _parts)
            messages.Dispose();
    }

    /// <returns>Null if the beginning of the message that was read is too short.</returns>
    private PeekedMessage? Decode(ReadOnlySpan<byte> bytes, int most, MessageDecoder? decode)
    {
        bool isWhole = bytes.Length == Message.Length;
        EncodedMessage message;
        try
        {
            message = decode is null ? EncodedMessage.Read(bytes) : decode(bytes);
        }
        catch (Exception) when (!isWhole)
        {
            return null; // the head is longer than the bytes that were read
        }
        if (!isWhole && message.Body.Length < most)
            return null;
        return PeekedMessage.Of(Place, Message, message, unread: Message.Length - bytes.Length, most);
    }
}

/// <summary>Finds a message in its stored bytes.</summary>
/// <exception cref="Exception">The bytes are incomplete, or contain no message.</exception>
internal delegate EncodedMessage MessageDecoder(ReadOnlySpan<byte> stored);
