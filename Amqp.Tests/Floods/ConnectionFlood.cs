namespace Amqp.Tests.Floods;

/// <summary>
/// Connects and immediately disconnects, often with a TCP reset. Some connections first send the start of AMQP or of another protocol.
/// </summary>
internal sealed class ConnectionFlood(int port, int seed) : Offender(port, lastOctet: 2, tasks: 4, seed)
{
    private static readonly byte[][] _firstWords =
    [
        "AMQP\0\0\x09\x01"u8.ToArray(),
        "AMQP\0\x01\0\0"u8.ToArray(),
        "GET / HTTP/1.1\r\n\r\n"u8.ToArray(),
        [0x16, 0x03, 0x01, 0x02, 0x00]
    ];

    protected override async Task OffendAsync(Random random, CancellationToken stop)
    {
        using var socket = await DialAsync(stop);
        int choice = random.Next(3 * _firstWords.Length);
        if (choice < _firstWords.Length)
            await SendAsync(socket, _firstWords[choice], stop);
        if (choice % 2 == 0)
            Reset(socket);
    }
}
