using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Floods;

/// <summary>Guesses passwords on many connections at the same time, because the broker delays each answer.</summary>
internal sealed class WrongPasswords(int port, int seed) : Offender(port, lastOctet: 4, tasks: 200, seed)
{
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(5); // the broker answers after three seconds

    protected override async Task OffendAsync(Random random, CancellationToken stop)
    {
        using var socket = await DialAsync(stop);
        byte[] response = Encoding.UTF8.GetBytes($"\0{(random.Next(2) == 0 ? "guest" : $"user{random.Next(1000)}")}\0{random.NextInt64()}");
        byte[] login = Encoded.Frame(0, new ConnectionStartOk(RawHandshake.ClientProperties, "PLAIN", response, "en_US"));
        await SendAsync(socket, (byte[])[.. ProtocolHeader.Amqp091, .. login], stop);
        await HearOutAsync(socket, _silence, stop);
    }
}
