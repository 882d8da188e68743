using System.Buffers;
using System.Text;
using System.Text.Json;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Live;

/// <summary>Writes server-sent events to a buffer. Used by one thread at a time.</summary>
internal sealed class LiveOutput : IDisposable
{
    /// <summary>A buffer larger than this is freed after its content was sent.</summary>
    private const int KeptBuffer = 256 * 1024;

    private readonly Utf8JsonWriter _json;
    private ArrayBufferWriter<byte> _buffer = new();

    public LiveOutput() => _json = new Utf8JsonWriter(_buffer, ApiReply.Plain);

    /// <summary>The events that were written since the last <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>Adds an event. JSON has no line breaks, so its data is a single line.</summary>
    /// <param name="name">Name of the event.</param>
    /// <param name="write">Writes the data: one JSON value.</param>
    public void Add(string name, Action<Utf8JsonWriter> write)
    {
        Add($"event: {name}\ndata: ");
        _json.Reset(_buffer);
        write(_json);
        _json.Flush();
        _buffer.Write("\n\n"u8);
    }

    /// <summary>Adds a comment, which tells the client and proxies that the stream is alive.</summary>
    public void AddComment() => _buffer.Write(":\n\n"u8);

    public void Clear()
    {
        if (_buffer.Capacity > KeptBuffer)
            _buffer = new ArrayBufferWriter<byte>();
        else
            _buffer.ResetWrittenCount();
    }

    public void Dispose() => _json.Dispose();

    private void Add(string text) => Encoding.UTF8.GetBytes(text, _buffer);
}
