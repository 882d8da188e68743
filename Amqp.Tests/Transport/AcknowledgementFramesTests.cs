using System.Buffers;
using Amqp.Protocol;
using Amqp.Server.Connections;
using Amqp.Tests.Support;

namespace Amqp.Tests.Transport;

/// <summary>Input that may wait, because it consists of acknowledgements only.</summary>
public sealed class AcknowledgementFramesTests
{
    private static readonly byte[] _ack = Encoded.Frame(1, new BasicAck(7, Multiple: false)).ToArray();
    private static readonly byte[] _nack = Encoded.Frame(1, new BasicNack(7, Multiple: false, Requeue: true)).ToArray();
    private static readonly byte[] _heartbeat = Encoded.Frame(FrameType.Heartbeat, 0, []).ToArray();

    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(AcknowledgementFrames.MaxCount, true)]
    [TestCase(AcknowledgementFrames.MaxCount + 1, false)]
    public void A_few_acknowledgements_are_recognized(int count, bool areAll) =>
        Assert.That(AreAll([.. Enumerable.Repeat(_ack, count)]), Is.EqualTo(areAll));

    [Test]
    public void Other_frames_are_not() => Assert.Multiple(() =>
    {
        Assert.That(AreAll(_ack, _nack), Is.False);
        Assert.That(AreAll(_nack), Is.False);
        Assert.That(AreAll(_heartbeat), Is.False);
        Assert.That(AreAll(_ack, _heartbeat), Is.False);
        Assert.That(AreAll(Encoded.Frame(1, new ChannelFlow(true)).ToArray()), Is.False);
    });

    [Test]
    public void A_part_of_an_acknowledgement_is_not()
    {
        for (int length = 1; length < _ack.Length; length++)
            Assert.That(AreAll(_ack, _ack[..length]), Is.False);
    }

    private static bool AreAll(params byte[][] frames) =>
        AcknowledgementFrames.AreAll(new ReadOnlySequence<byte>([.. frames.SelectMany(frame => frame)]));
}
