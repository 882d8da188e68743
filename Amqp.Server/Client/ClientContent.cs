using Amqp.Protocol;

namespace Amqp.Server.Client;

/// <summary>Assembles the messages of a channel from their frames. Used only by the read loop.</summary>
/// <param name="onDelivered">Called for each delivered message.</param>
/// <param name="onReturned">Called for each returned message.</param>
internal sealed class ClientContent(Action<ClientMessage> onDelivered, Action<ClientMessage> onReturned)
{
    private BasicDeliver? _deliver;
    private BasicReturn? _return;
    private byte[] _properties = [];
    private byte[]? _body;
    private int _filled;

    public void Begin(in BasicDeliver deliver) => (_deliver, _return, _body) = (deliver, null, null);

    public void Begin(in BasicReturn returned) => (_deliver, _return, _body) = (null, returned, null);

    /// <summary>Adds a header or body frame.</summary>
    /// <exception cref="AmqpException">505: the frame does not follow its method or header.</exception>
    public void Add(in Frame frame)
    {
        if (_deliver is null && _return is null || frame.Type == FrameType.Body == (_body is null))
            throw new AmqpException(ReplyCode.UnexpectedFrame, "a content frame without its method or header");
        if (frame.Type == FrameType.Header)
            AddHeader(ContentHeader.Read(frame.Payload));
        else
            AddBody(frame.Payload);
        if (_filled == _body!.Length)
            Finish();
    }

    private void AddHeader(in ContentHeader header)
    {
        if (header.BodySize > (ulong)Array.MaxLength)
            throw new AmqpException(ReplyCode.ContentTooLarge, "the body is too large");
        _properties = header.Properties.ToArray();
        _body = header.BodySize == 0 ? [] : GC.AllocateUninitializedArray<byte>((int)header.BodySize);
        _filled = 0;
    }

    private void AddBody(ReadOnlySpan<byte> part)
    {
        if (part.Length > _body!.Length - _filled)
            throw new AmqpException(ReplyCode.FrameError, "the body is longer than its header says");
        part.CopyTo(_body.AsSpan(_filled));
        _filled += part.Length;
    }

    private void Finish()
    {
        var (properties, body) = (_properties, _body!);
        if (_deliver is { } deliver)
            onDelivered(new ClientMessage(
                deliver.DeliveryTag, deliver.Redelivered, deliver.Exchange, deliver.RoutingKey, properties, body));
        else if (_return is { } returned)
            onReturned(new ClientMessage(0, IsRedelivered: false, returned.Exchange, returned.RoutingKey, properties, body));
        (_deliver, _return, _properties, _body) = (null, null, [], null);
    }
}
