namespace Amqp.Tests.Floods;

/// <summary>
/// Begins a handshake on many sockets, and stops in the middle of each. Then waits until the broker closes the connection.
/// </summary>
internal sealed class HalfOpenHandshakes(int port, int seed) : Offender(port, lastOctet: 3, tasks: 400, seed)
{
    private static readonly byte[] _handshake = [.. Session.Handshake.SelectMany(frame => frame)];

    protected override async Task OffendAsync(Random random, CancellationToken stop)
    {
        using var socket = await DialAsync(stop);
        await SendAsync(socket, _handshake.AsMemory(0, random.Next(_handshake.Length)), stop);
        await HearOutAsync(socket, Timeout.InfiniteTimeSpan, stop);
    }
}
