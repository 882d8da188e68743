using System.Net;
using System.Net.Sockets;

namespace Amqp.Tests.Floods;

/// <summary>An attacker with its own IP address. Attacks a broker in several tasks at the same time, until a token is cancelled.</summary>
/// <remarks>The public members are thread-safe.</remarks>
internal abstract class Offender(int port, byte lastOctet, int tasks, int seed)
{
    private long _offences;

    /// <summary>The IP address from which the attacker connects. It is a loopback address that no other client uses.</summary>
    public IPAddress Address { get; } = new([127, 0, 0, lastOctet]);

    public long Offences => Interlocked.Read(ref _offences);

    public override string ToString() => $"{GetType().Name} {Offences:N0}";

    /// <returns>A task that ends when the token is cancelled.</returns>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        Enumerable.Range(0, tasks).Select(number => Task.Run(() => RepeatAsync(new Random(seed + number), stop), CancellationToken.None)));

    /// <summary>Attacks the broker once.</summary>
    /// <exception cref="SocketException">The broker has ended the connection.</exception>
    protected abstract Task OffendAsync(Random random, CancellationToken stop);

    /// <summary>Connects to the broker from <see cref="Address"/>.</summary>
    protected async Task<Socket> DialAsync(CancellationToken stop)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(Address, 0));
            await socket.ConnectAsync(IPAddress.Loopback, port, stop);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    protected static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, stop)..];
    }

    /// <summary>Reads until the broker closes the connection, or sends nothing for the time <paramref name="silence"/>.</summary>
    protected static async Task HearOutAsync(Socket socket, TimeSpan silence, CancellationToken stop)
    {
        byte[] buffer = new byte[4096];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            do
                limit.CancelAfter(silence);
            while (await socket.ReceiveAsync(buffer, limit.Token) > 0);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Makes the socket send a TCP reset when it is closed.</summary>
    protected static void Reset(Socket socket) => socket.LingerState = new LingerOption(true, 0);

    private async Task RepeatAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await OffendAsync(random, stop);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                // The broker has closed the connection, or the token is cancelled. The attack is over.
            }
            Interlocked.Increment(ref _offences);
        }
    }
}
