using System.Buffers;
using System.Text;
using Amqp.Protocol;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;

namespace Amqp.Tests.Hosting;

/// <summary>connection.start is encoded once, for each that is to be told something else.</summary>
public sealed class StartFramesTests
{
    [Test]
    public void Each_client_is_offered_what_is_meant_for_it_whoever_came_before()
    {
        var frames = new StartFrames(new BrokerOptions());

        for (int time = 0; time < 2; time++)
            foreach (string mechanisms in (string[])["PLAIN", "PLAIN EXTERNAL"])
                foreach (bool isAmqp08 in (bool[])[false, true])
                {
                    var start = Read(frames.Offering(mechanisms, isAmqp08));
                    Assert.That(Encoding.ASCII.GetString(start.Mechanisms), Is.EqualTo(mechanisms));
                    Assert.That((start.VersionMajor, start.VersionMinor), Is.EqualTo(isAmqp08 ? (8, 0) : (0, 9)));
                    Assert.That(start.ServerProperties["capabilities"]!.Value.AsTable().Count, Is.EqualTo(isAmqp08 ? 0 : 9));
                }
    }

    private static ConnectionStart Read(byte[] octets)
    {
        var buffer = new ReadOnlySequence<byte>(octets);
        Assert.That(new FrameReader().TryRead(ref buffer, out var frame) && buffer.IsEmpty);
        return MethodArguments.Read<ConnectionStart>(frame.Payload[4..]);
    }
}
