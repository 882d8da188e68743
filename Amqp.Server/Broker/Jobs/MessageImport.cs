using System.Buffers;
using System.IO.Pipelines;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Publishing;
using Amqp.Server.Broker.Sessions;
using Amqp.Storage.Faults;

namespace Amqp.Server.Broker.Jobs;

/// <summary>Publishes messages from lines of JSON to a queue. Ends at the first line that is no message. Used by one task.</summary>
internal sealed class MessageImport
{
    /// <summary>Maximum number of mistakes that a check of a file reports.</summary>
    public const int MostMistakes = 20;

    private const int LinesPerBatch = 256;

    private const long BytesPerBatch = 1 << 20;

    private readonly LocalSession _session;
    private readonly SessionServices _services;
    private readonly QueueDestination _destination;
    private readonly MessageIntake _intake;
    private readonly Queues.Queue _queue;
    private readonly long _longestLine; // in bytes
    private readonly List<(long Line, MessageLine Message)> _batch = [];
    private long _batchBytes;

    /// <param name="session">Session of the user. The caller disposes of it.</param>
    /// <param name="services">The alarms, and the limits of messages.</param>
    /// <param name="queue">Name of the queue.</param>
    /// <exception cref="BrokerException">403, 404 or 405: the user may not write to the queue, or it does not exist.</exception>
    public MessageImport(LocalSession session, SessionServices services, string queue)
    {
        (_session, _services) = (session, services);
        (_destination, _queue) = session.Ask(asked =>
            (new QueueDestination(asked, queue), asked.Client.VirtualHost.GetQueue(queue, asked.Client)));
        _intake = new MessageIntake(_queue.Host.Services) { BuriesRefused = false };
        // base64 takes 4/3 of the octets, and an escaped octet at most 6 characters; the headers are small
        _longestLine = 6L * services.Options.Limits.MaxMessageSize + (1 << 20);
    }

    /// <summary>Publishes or checks all lines.</summary>
    /// <param name="input">The lines, each with one JSON object. Empty lines are ignored.</param>
    /// <param name="isDryRun">True to check all lines, and to publish none.</param>
    /// <param name="cancellation">Cancelled when the client is gone.</param>
    /// <returns>The result. Imported messages are durable.</returns>
    public async Task<ImportResult> RunAsync(PipeReader input, bool isDryRun, CancellationToken cancellation)
    {
        var result = new ImportResult();
        for (bool isEnd = false; !isEnd && !result.IsOver;)
        {
            var read = await input.ReadAsync(cancellation);
            var buffer = read.Buffer;
            while (!result.IsOver && TryTakeLine(ref buffer, read.IsCompleted, out var line))
            {
                result.Lines++;
                Add(line, result, isDryRun);
                if (_batch.Count >= LinesPerBatch || _batchBytes >= BytesPerBatch)
                    await StoreAsync(result, isDryRun, cancellation);
            }
            if (!result.IsOver && buffer.Length > _longestLine)
                result.Fail(result.Lines + 1, $"it is longer than {_longestLine} bytes", isDryRun: false);
            isEnd = read.IsCompleted;
            input.AdvanceTo(buffer.Start, buffer.End);
        }
        await StoreAsync(result, isDryRun, cancellation);
        if (!isDryRun)
            await CommitAsync(cancellation);
        return result;
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, bool isEnd, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }
        if (!isEnd || buffer.IsEmpty)
            return false;
        line = buffer;
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    /// <summary>Checks a line, and adds its message to the batch.</summary>
    private void Add(in ReadOnlySequence<byte> line, ImportResult result, bool isDryRun)
    {
        byte[] text = line.ToArray();
        if (text.AsSpan().Trim(" \r\t"u8).IsEmpty)
            return;
        try
        {
            var message = MessageLine.Read(text, _services.Options.Limits.MaxTableDepth);
            _session.Do(asked =>
            {
                asked.DemandSize((ulong)message.Body.Length);
                var properties = EncodedProperties.ReadAccepted(message.Properties);
                SessionPublisher.Check(properties, asked.Client.User);
                _ = Expiry.Of(properties);
            });
            _batch.Add((result.Lines, message));
            _batchBytes += text.Length;
        }
        catch (Exception error) when (error is ValidationException or BrokerException)
        {
            result.Fail(result.Lines, error.Message, isDryRun);
        }
    }

    /// <summary>Stores the messages of the batch.</summary>
    private async Task StoreAsync(ImportResult result, bool isDryRun, CancellationToken cancellation)
    {
        if (isDryRun)
        {
            result.Imported += _batch.Count;
        }
        else if (_batch.Count > 0)
        {
            await _queue.Host.Services.Store.WaitForRoomAsync(cancellation);
            try
            {
                _session.Do(asked => Store(asked, result));
            }
            catch (Exception error) when (error is BrokerException or StoreFailedException)
            {
                result.Stop(_batch[0].Line, error.Message);
            }
        }
        _batch.Clear();
        _batchBytes = 0;
    }

    private void Store(BrokerSession session, ImportResult result)
    {
        if (_services.Alarms.Reason is { } alarm)
        {
            result.Stop(_batch[0].Line, $"publishers are blocked: {alarm}");
            return;
        }
        int stored = 0;
        foreach (var (line, message) in _batch)
        {
            byte[] bare = EncodedMessage.NewHead(message.Address, message.Properties, default);
            var route = _destination.Find(session, EncodedMessage.Read(bare), out var head)!;
            var traits = MessageTraits.Of(EncodedProperties.ReadAccepted(message.Properties));
            if (_intake.Store(route, head, message.Body, traits, session.Client.Round) == MessageIntake.Refused)
            {
                result.Stop(line, $"queue '{_queue.Name}' is full, or has crashed");
                break;
            }
            stored++;
        }
        session.Client.Round.HandOver();
        if (_queue.Status.IsDeleted)
            result.Stop(_batch[0].Line, $"queue '{_queue.Name}' was deleted");
        else
            result.Imported += stored;
    }

    private async Task CommitAsync(CancellationToken cancellation)
    {
        var store = _queue.Host.Services.Store;
        long position = store.AppendedPosition;
        store.RequestCommit(position);
        await store.WaitForCommitAsync(position, cancellation);
    }
}

/// <summary>The result of an import.</summary>
internal sealed class ImportResult
{
    /// <summary>Number of lines that were read.</summary>
    public long Lines { get; set; }

    /// <summary>Number of messages that were imported, or that could be imported.</summary>
    public long Imported { get; set; }

    /// <summary>The lines that are no messages, with the reasons. Only a check of the file has more than one.</summary>
    public List<(long Line, string Reason)> Mistakes { get; } = [];

    /// <summary>
    /// Number of the first line that was not imported because the queue takes no messages, with the reason; null if it takes them.
    /// </summary>
    public (long Line, string Reason)? Stopped { get; private set; }

    /// <summary>True if no further line is to be read.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Notes a line that is no message. Ends the import, except if it is only a check that has found few mistakes.</summary>
    public void Fail(long line, string reason, bool isDryRun)
    {
        Mistakes.Add((line, reason));
        IsOver |= !isDryRun || Mistakes.Count >= MessageImport.MostMistakes;
    }

    /// <summary>Ends the import, because the queue takes no messages.</summary>
    public void Stop(long line, string reason)
    {
        Stopped ??= (line, reason);
        IsOver = true;
    }
}
