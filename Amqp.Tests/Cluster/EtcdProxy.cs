using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amqp.Tests.Cluster;

/// <summary>A TCP proxy before a member of etcd, which loses the answer to a request, or holds a request back.</summary>
internal sealed class EtcdProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Uri _target;
    private readonly Task _accepting;
    private string? _toLose;
    private string? _toHold;
    private int _lost;

    public EtcdProxy(Uri target)
    {
        _target = target;
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>Number of answers that were lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Completed when a request is held back.</summary>
    public Task Held => _held.Task;

    /// <summary>Closes the connection of the next request with a text in it, once etcd has answered it.</summary>
    public void LoseNext(string text) => Volatile.Write(ref _toLose, text);

    /// <summary>Holds back the next request with a text in it. The client's connection stays open. Called once.</summary>
    public void HoldNext(string text) => Volatile.Write(ref _toHold, text);

    /// <summary>Passes on the request that was held back, and waits until etcd has answered it.</summary>
    public async Task ReleaseAsync()
    {
        _released.SetResult();
        await _answered.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (var server = new TcpClient { NoDelay = true })
            {
                client.NoDelay = true;
                await server.ConnectAsync(_target.Host, _target.Port, _stop.Token);
                await ServeAsync(client.GetStream(), server.GetStream());
            }
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // one side has closed the connection
        }
    }

    private async Task ServeAsync(NetworkStream client, NetworkStream server)
    {
        byte[] buffer = new byte[64 << 10];
        while (await ReadRequestAsync(client, buffer) is > 0 and int count)
        {
            string request = Encoding.ASCII.GetString(buffer, 0, count);
            if (Takes(ref _toLose, request))
            {
                await server.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
                await server.ReadExactlyAsync(buffer.AsMemory(0, 1), _stop.Token);
                Interlocked.Increment(ref _lost);
                return;
            }
            if (Takes(ref _toHold, request))
            {
                _held.SetResult();
                await _released.Task.WaitAsync(_stop.Token);
                await server.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
                await server.ReadExactlyAsync(buffer.AsMemory(0, 1), _stop.Token);
                _answered.SetResult();
                return;
            }
            await server.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            await PassAnswerAsync(server, client);
        }
    }

    /// <summary>Passes on one answer, which may be a stream without an end.</summary>
    private async Task PassAnswerAsync(NetworkStream server, NetworkStream client)
    {
        byte[] buffer = new byte[64 << 10];
        var answer = new StringBuilder();
        do
        {
            int count = await server.ReadAsync(buffer, _stop.Token);
            if (count == 0)
                throw new EndOfStreamException();
            answer.Append(Encoding.ASCII.GetString(buffer, 0, count));
            await client.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
        }
        while (!IsComplete(answer.ToString()));
    }

    private async Task<int> ReadRequestAsync(NetworkStream client, byte[] buffer)
    {
        int length = 0;
        do
        {
            int count = await client.ReadAsync(buffer.AsMemory(length), _stop.Token);
            if (count == 0)
                return 0;
            length += count;
        }
        while (!IsComplete(Encoding.ASCII.GetString(buffer, 0, length)));
        return length;
    }

    /// <summary>Returns true if a text is a whole request or answer. It ends after a length, or with an empty chunk and trailers.</summary>
    private static bool IsComplete(string text)
    {
        const string Length = "Content-Length: ";
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        int length = text.IndexOf(Length, 0, end, StringComparison.Ordinal);
        return length < 0
            ? text.Contains("\r\n0\r\n", StringComparison.Ordinal) && text.EndsWith("\r\n\r\n", StringComparison.Ordinal)
            : text.Length - end - 4 >= int.Parse(text[(length + Length.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
    }

    private static bool Takes(ref string? text, string request)
    {
        string? wanted = Volatile.Read(ref text);
        return wanted is not null && request.Contains(wanted, StringComparison.Ordinal)
            && Interlocked.CompareExchange(ref text, null, wanted) == wanted;
    }
}
