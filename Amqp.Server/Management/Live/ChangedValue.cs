using System.Buffers;
using System.Text.Json;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Live;

/// <summary>A topic that is a single JSON value. The stream gets it at the beginning, and whenever it has changed.</summary>
/// <param name="name">Name of the event.</param>
/// <param name="write">Writes the value.</param>
internal sealed class ChangedValue(string name, Action<Utf8JsonWriter, LivePush> write) : ILiveFeed
{
    private readonly ArrayBufferWriter<byte> _now = new();
    private byte[]? _sent;

    public void Write(LivePush push)
    {
        _now.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_now, ApiReply.Plain))
            write(json, push);
        if (_sent is not null && _now.WrittenSpan.SequenceEqual(_sent))
            return;
        byte[] sent = _now.WrittenSpan.ToArray();
        push.Output.Add(name, json => json.WriteRawValue(sent, skipInputValidation: true));
        _sent = sent;
    }
}
