using System.Text;
using Amqp.Protocol;

namespace Amqp.Tests.Support;

/// <summary>One channel of a <see cref="RawClient"/>. Sends methods and content, and checks the answers.</summary>
internal sealed class RawChannel(RawClient client, ushort number)
{
    private const int FrameMax = 131_072;

    public RawClient Client => client;

    public ushort Number => number;

    public Task SendAsync<TMethod>(TMethod method)
        where TMethod : struct, IMethod<TMethod> => client.SendAsync(number, method);

    public Task SendFrameAsync(FrameType type, ReadOnlySpan<byte> payload) => client.SendFrameAsync(type, number, payload);

    public Task<TMethod> ExpectAsync<TMethod>()
        where TMethod : struct, IMethod<TMethod> => client.ExpectAsync<TMethod>(number);

    /// <summary>Sends a method and returns the answer, which must be the next frame on the channel.</summary>
    public async Task<TReply> CallAsync<TMethod, TReply>(TMethod method)
        where TMethod : struct, IMethod<TMethod>
        where TReply : struct, IMethod<TReply>
    {
        await SendAsync(method);
        return await ExpectAsync<TReply>();
    }

    /// <summary>
    /// Checks that the channel is open and that the broker has sent no further frame on it: sends channel.flow and expects flow-ok.
    /// </summary>
    public async Task ExpectQuietAsync() => await CallAsync<ChannelFlow, ChannelFlowOk>(new ChannelFlow(true));

    /// <summary>Expects the broker to close the channel with exactly this code, text and method.</summary>
    /// <param name="code">The reply code.</param>
    /// <param name="text">The complete reply text.</param>
    /// <param name="cause">The method that caused the error, as channel.close names it.</param>
    public async Task ExpectCloseAsync(ReplyCode code, string text, MethodId cause)
    {
        var close = await ExpectAsync<ChannelClose>();
        Assert.That(close, Is.EqualTo(new ChannelClose((ushort)code, text, cause.Class, cause.Method)));
    }

    /// <summary>Sends basic.publish and its content.</summary>
    public Task PublishAsync(
        string exchange, string routingKey, string body = "", BasicProperties? properties = null, bool mandatory = false) =>
        PublishAsync(
            new BasicPublish(exchange, routingKey, mandatory, false),
            Encoded.Properties(properties ?? new()),
            Encoding.UTF8.GetBytes(body));

    /// <summary>
    /// Sends basic.publish and its content. <paramref name="properties"/> consists of encoded property flags and property list.
    /// </summary>
    public async Task PublishAsync(BasicPublish publish, byte[] properties, byte[] body, int frameMax = FrameMax)
    {
        await SendAsync(publish);
        await SendFrameAsync(FrameType.Header, Encoded.Header((ulong)body.Length, properties));
        for (int sent = 0; sent < body.Length; sent += frameMax - Frame.Overhead)
            await SendFrameAsync(FrameType.Body, body.AsSpan(sent, Math.Min(frameMax - Frame.Overhead, body.Length - sent)));
    }

    /// <summary>Receives the content that follows a method.</summary>
    public async Task<RawContent> ExpectContentAsync()
    {
        var headerFrame = await client.ReceiveAsync(number);
        Assert.That(headerFrame.Type, Is.EqualTo(FrameType.Header), $"{headerFrame}");
        byte[] properties = ContentHeader.Read(headerFrame.Payload).Properties.ToArray();
        byte[] body = new byte[ContentHeader.Read(headerFrame.Payload).BodySize];
        int received = 0, frames = 0;
        for (; received < body.Length; frames++)
        {
            var frame = await client.ReceiveAsync(number);
            Assert.That(frame.Type, Is.EqualTo(FrameType.Body), $"{frame}");
            frame.Payload.CopyTo(body, received);
            received += frame.Payload.Length;
        }
        return new RawContent(properties, body, frames);
    }

    /// <summary>Receives a method with content, which must be next on the channel.</summary>
    public async Task<RawMessage<TMethod>> ExpectMessageAsync<TMethod>()
        where TMethod : struct, IMethod<TMethod>
    {
        var method = await ExpectAsync<TMethod>();
        return new RawMessage<TMethod>(method, await ExpectContentAsync());
    }

    /// <summary>Receives a delivery, which must be next on the channel.</summary>
    public Task<RawMessage<BasicDeliver>> ExpectDeliveryAsync() => ExpectMessageAsync<BasicDeliver>();

    /// <summary>
    /// Receives a delivery and the method <typeparamref name="TMethod"/>, in either order. Nothing else may come before them on the
    /// channel.
    /// </summary>
    public async Task<RawMessage<BasicDeliver>> ExpectDeliveryBesideAsync<TMethod>()
        where TMethod : struct, IMethod<TMethod>
    {
        var first = await client.ReceiveAsync(number);
        if (first.Method != BasicDeliver.Id)
        {
            Assert.That(first.Method, Is.EqualTo(TMethod.Id), $"expected {typeof(TMethod).Name}, got {first}");
            return await ExpectDeliveryAsync();
        }
        var delivery = new RawMessage<BasicDeliver>(MethodArguments.Read<BasicDeliver>(first.Arguments), await ExpectContentAsync());
        await ExpectAsync<TMethod>();
        return delivery;
    }

    /// <summary>Takes a message with basic.get. The queue must not be empty.</summary>
    public async Task<RawMessage<BasicGetOk>> GetAsync(string queue, bool noAck = true)
    {
        await SendAsync(new BasicGet(queue, noAck));
        return await ExpectMessageAsync<BasicGetOk>();
    }

    /// <summary>Sends basic.get to a queue that must be empty.</summary>
    public async Task ExpectEmptyAsync(string queue) => await CallAsync<BasicGet, BasicGetEmpty>(new BasicGet(queue, true));
}
