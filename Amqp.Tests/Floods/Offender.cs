using System.Net;
using System.Net.Sockets;

namespace Amqp.Tests.Floods;

/// <summary>Does harm to a broker from an address of its own, by so many tasks at once, until it is told to stop.</summary>
/// <remarks>Thread-safe as far as it is public.</remarks>
internal abstract class Offender(int port, byte lastOctet, int tasks, int seed)
{
    private long _offences;

    /// <summary>Where it comes from: another loopback address than well-behaved clients have.</summary>
    public IPAddress Address { get; } = new([127, 0, 0, lastOctet]);

    /// <summary>What it has done so far, by its own measure.</summary>
    public long Offences => Interlocked.Read(ref _offences);

    public override string ToString() => $"{GetType().Name} {Offences:N0}";

    /// <returns>A task that ends after the stop.</returns>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        Enumerable.Range(0, tasks).Select(number => Task.Run(() => RepeatAsync(new Random(seed + number), stop), CancellationToken.None)));

    /// <summary>Offends once.</summary>
    /// <exception cref="SocketException">The broker has had enough.</exception>
    protected abstract Task OffendAsync(Random random, CancellationToken stop);

    /// <summary>A socket from the offender's address to the broker.</summary>
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

    /// <summary>Sends bytes, as far as the broker takes them.</summary>
    protected static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, stop)..];
    }

    /// <summary>Reads until the broker ends the connection or is silent for a while.</summary>
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

    /// <summary>Goes without a goodbye: the broker gets a reset.</summary>
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
                // Cut off, or told to stop.
            }
            Interlocked.Increment(ref _offences);
        }
    }
}
