using Amqp.Protocol;

namespace Amqp.Tests.Fuzz.Bystanders;

/// <summary>
/// Consumes all messages of four predeclared exchanges, among them the exchange for traced messages. Again and again, binds amq.fanout to
/// an x-recent-history exchange, which then sends its kept messages to amq.fanout. The broker must not close the channel.
/// </summary>
internal sealed class Listener(FuzzRun run) : IDisposable
{
    private const string QueueName = "bystander.listener", History = "bystander.history", Announcements = "amq.fanout";
    private const ushort Prefetch = 100; // further messages wait in the queue
    private const int BodySize = 10;

    private static readonly string[] _exchanges = [Announcements, "amq.topic", "amq.rabbitmq.trace", "amq.rabbitmq.event"];
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private HostileClient? _client;

    public async Task RunAsync(CancellationToken stop)
    {
        if ((_client = await HostileClient.OpenAsync(run, "/", "guest", "guest")) is null
            || await _client.OpenChannelAsync(1) is not { } channel
            || !await ListenAsync(channel))
        {
            run.Fail("a bystander, listener: it could not begin");
            return;
        }
        while (!stop.IsCancellationRequested && run.Failure is null)
        {
            if (!channel.IsOpen)
                run.Fail("a bystander, listener: its channel is closed");
            await channel.TellAsync(new BasicAck(0, Multiple: true));
            await channel.PublishAsync(new(History, "", false, false), new BasicProperties(), BodySize);
            await channel.TellAsync(new ExchangeUnbind(Announcements, History, "", true, FieldTable.Empty));
            await channel.TellAsync(new ExchangeBind(Announcements, History, "", true, FieldTable.Empty));
            await Task.Delay(_pause, CancellationToken.None);
        }
    }

    public void Dispose() => _client?.Dispose();

    /// <summary>Binds a queue with a length limit to the exchanges, and consumes from it. The full queue may drop messages.</summary>
    private static async Task<bool> ListenAsync(HostileChannel channel)
    {
        var arguments = FieldTable.Empty.With("x-max-length", FieldValue.FromInt32(10_000));
        bool isOk = (await channel.AskAsync(new QueueDeclare(QueueName, false, false, Exclusive: true, false, false, arguments))).IsOk;
        foreach (string exchange in _exchanges)
            isOk &= (await channel.AskAsync(new QueueBind(QueueName, exchange, "#", false, FieldTable.Empty))).IsOk;
        isOk &= (await channel.AskAsync(
            new ExchangeDeclare(History, "x-recent-history", false, false, false, false, false, FieldTable.Empty))).IsOk;
        isOk &= (await channel.AskAsync(new BasicQos(0, Prefetch, false))).IsOk;
        return isOk && (await channel.AskAsync(new BasicConsume(QueueName, "", false, NoAck: false, false, false, FieldTable.Empty))).IsOk;
    }
}
