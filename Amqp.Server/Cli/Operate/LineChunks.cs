using System.Buffers;
using System.IO.Pipelines;

namespace Amqp.Server.Cli.Operate;

/// <summary>Cuts a stream into chunks of whole lines, for requests of moderate size. A line that is longer is a chunk of its own.</summary>
/// <param name="input">The stream.</param>
/// <param name="fromLine">Number of the first line to return, counted from 1.</param>
internal sealed class LineChunks(Stream input, long fromLine)
{
    private const int MostBytes = 4 << 20;

    private readonly PipeReader _reader = PipeReader.Create(input, new StreamPipeReaderOptions(leaveOpen: true, bufferSize: 256 << 10));
    private long _nextLine = 1;

    /// <summary>Number of the first line of the last chunk.</summary>
    public long FirstLine { get; private set; }

    /// <summary>Returns the next lines; empty at the end of the stream.</summary>
    public async Task<ReadOnlyMemory<byte>> NextAsync(CancellationToken cancellation)
    {
        var chunk = new ArrayBufferWriter<byte>();
        FirstLine = Math.Max(_nextLine, fromLine);
        while (true)
        {
            ReadResult read = await _reader.ReadAsync(cancellation);
            ReadOnlySequence<byte> buffer = read.Buffer;
            while (chunk.WrittenCount < MostBytes && TryTakeLine(ref buffer, read.IsCompleted, out ReadOnlySequence<byte> line))
            {
                if (_nextLine++ < fromLine)
                    continue;
                foreach (ReadOnlyMemory<byte> part in line)
                    chunk.Write(part.Span);
            }
            bool isEnd = chunk.WrittenCount >= MostBytes || (read.IsCompleted && buffer.IsEmpty);
            _reader.AdvanceTo(buffer.Start, isEnd ? buffer.Start : buffer.End);
            if (isEnd)
                return chunk.WrittenMemory;
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, bool isEnd, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
            line = buffer.Slice(0, buffer.GetPosition(1, end));
        else if (isEnd && !buffer.IsEmpty)
            line = buffer;
        else
            line = default;
        buffer = buffer.Slice(line.Length);
        return !line.IsEmpty;
    }
}
