using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.BackPressure;

/// <summary>
/// Publishes messages with confirms, as fast as possible. Counts the confirms, and notices that the broker blocks or unblocks the client.
/// </summary>
/// <remarks>Any thread may read the properties.</remarks>
internal sealed class BlockablePublisher : IDisposable
{
    private readonly AmqpSocket _socket;
    private readonly TaskCompletionSource<string> _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _unblocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _confirmed;

    private BlockablePublisher(AmqpSocket socket) => _socket = socket;

    /// <summary>Completes with the reason when the broker blocks the publisher for the first time.</summary>
    public Task<string> Blocked => _blocked.Task;

    /// <summary>Completes when the broker unblocks the publisher for the first time.</summary>
    public Task Unblocked => _unblocked.Task;

    public long Confirmed => Volatile.Read(ref _confirmed);

    public static async Task<BlockablePublisher> OpenAsync(int port, string queue)
    {
        var socket = await AmqpSocket.OpenAsync(port);
        await socket.SendAsync(1, new QueueDeclare(queue, false, true, false, false, false, FieldTable.Empty));
        await socket.ExpectAsync<QueueDeclareOk>();
        await socket.SendAsync(1, new ConfirmSelect(false));
        await socket.ExpectAsync<ConfirmSelectOk>();
        return new BlockablePublisher(socket);
    }

    /// <summary>Publishes many persistent messages, and returns when all of them are confirmed.</summary>
    public Task PublishAsync(string queue, int size, int count) =>
        Task.WhenAll(Flood.PublishAsync(_socket, queue, size, count, persistent: true), ReceiveAsync(count));

    public void Dispose() => _socket.Dispose();

    private async Task ReceiveAsync(int count)
    {
        while (Confirmed < count)
        {
            var frame = await _socket.ReceiveAsync();
            if (frame.Method == ConnectionBlocked.Id)
                _blocked.TrySetResult(MethodArguments.Read<ConnectionBlocked>(frame.Arguments).Reason);
            else if (frame.Method == ConnectionUnblocked.Id)
                _unblocked.TrySetResult();
            else
                Note(frame);
        }
    }

    private void Note(RawFrame frame)
    {
        Assert.That(frame.Method, Is.EqualTo(BasicAck.Id), $"{frame}");
        var ack = MethodArguments.Read<BasicAck>(frame.Arguments);
        Assert.That(
            ack.Multiple || (long)ack.DeliveryTag == Confirmed + 1,
            Is.True,
            $"confirms must come in order, but {ack.DeliveryTag} comes after {Confirmed}");
        Volatile.Write(ref _confirmed, (long)ack.DeliveryTag);
    }
}
