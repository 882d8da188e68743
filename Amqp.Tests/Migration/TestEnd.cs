using System.Security.Cryptography;
using Amqp.Protocol;
using Amqp.Server.Client;
using Amqp.Server.Links;
using Amqp.Server.Migration;

namespace Amqp.Tests.Migration;

/// <summary>A connection that publishes and reads messages with their properties as octets. Used by one task at a time.</summary>
internal sealed class TestEnd : IAsyncDisposable
{
    private readonly LinkEnd _end;
    private readonly RelayWindow _confirms = new(source: null, holdsRefused: true);
    private long _published;

    private TestEnd(LinkEnd end)
    {
        _end = end;
        end.Channel.OnConfirm = _confirms.Confirm;
    }

    public static async Task<TestEnd> OpenAsync(int port, string login = "guest:guest", string virtualHost = "/")
    {
        var connector = new LinkConnector((_, _) => throw new InvalidOperationException());
        var uri = AmqpUri.Parse($"amqp://{login}@127.0.0.1:{port}").WithVirtualHost(virtualHost);
        var end = new TestEnd(await connector.ConnectAsync([uri], "test", virtualHost, CancellationToken.None));
        await end.CallAsync<ConfirmSelect, ConfirmSelectOk>(default);
        return end;
    }

    public Task DeclareAsync(string queue, FieldTable? arguments = null, bool isDurable = true, bool isAutoDelete = false) =>
        CallAsync<QueueDeclare, QueueDeclareOk>(
            new QueueDeclare(
                queue, Passive: false, isDurable, Exclusive: false, isAutoDelete, NoWait: false, arguments ?? FieldTable.Empty));

    /// <summary>Publishes messages to a queue. Returns when all of them are confirmed.</summary>
    /// <returns>The messages with their names, for comparison.</returns>
    public async Task<string[]> FillAsync(string queue, IEnumerable<(byte[] Properties, byte[] Body)> messages)
    {
        var names = new List<string>();
        foreach (var (properties, body) in messages)
        {
            _confirms.Add(0);
            await _end.Channel.PublishAsync("", queue, properties, body, isMandatory: false, CancellationToken.None);
            _published++;
            names.Add(NameOf(properties, body));
        }
        await _confirms.WaitForAsync(_published, CancellationToken.None);
        Assert.That(_confirms.Held, Is.Zero, "refused messages");
        return [.. names];
    }

    /// <summary>Publishes an empty message to an exchange.</summary>
    public async Task PublishAsync(string exchange, FieldTable headers)
    {
        byte[] properties = TestMessages.Encode(new BasicProperties { Headers = headers });
        _confirms.Add(0);
        await _end.Channel.PublishAsync(exchange, "", properties, default, isMandatory: false, CancellationToken.None);
        await _confirms.WaitForAsync(++_published, CancellationToken.None);
    }

    /// <summary>Returns the number of ready messages of a queue.</summary>
    public async Task<long> CountAsync(string queue) =>
        (await _end.DeclareAsync(QueueAttempt.Passive(queue), CancellationToken.None)).MessageCount;

    /// <summary>Takes all ready messages of a queue, and returns their names in the order of delivery.</summary>
    public async Task<string[]> DrainAsync(string queue) => [.. (await TakeAsync(queue)).Select(message => message.Name)];

    /// <summary>Takes all ready messages of a queue.</summary>
    public async Task<IReadOnlyList<(string Name, bool IsRedelivered)>> TakeAsync(string queue)
    {
        long count = await CountAsync(queue);
        if (count == 0)
            return [];
        var (tag, taken) = (Guid.NewGuid().ToString(), new List<(string, bool)>());
        await CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume(queue, tag, NoLocal: false, NoAck: true, Exclusive: false, NoWait: false, FieldTable.Empty));
        while (taken.Count < count)
        {
            var message = await _end.Channel.Deliveries.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            taken.Add((NameOf(message.EncodedProperties, message.Body), message.IsRedelivered));
        }
        await CallAsync<BasicCancel, BasicCancelOk>(new BasicCancel(tag, NoWait: false));
        return taken;
    }

    /// <summary>Takes messages with acknowledgements, and returns them to the queue by closing the connection.</summary>
    public async Task HoldAsync(string queue, int count)
    {
        await CallAsync<BasicConsume, BasicConsumeOk>(
            new BasicConsume(queue, "", NoLocal: false, NoAck: false, Exclusive: false, NoWait: false, FieldTable.Empty));
        for (int i = 0; i < count; i++)
            await _end.Channel.Deliveries.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async Task<TReply> CallAsync<TMethod, TReply>(TMethod method)
        where TMethod : struct, IMethod<TMethod>
        where TReply : struct, IMethod<TReply> =>
        await _end.Channel.CallAsync<TMethod, TReply>(method, CancellationToken.None);

    public ValueTask DisposeAsync() => _end.DisposeAsync();

    /// <summary>Identifies a message by all octets of its properties and its body.</summary>
    private static string NameOf(byte[] properties, byte[] body) =>
        $"{Convert.ToHexString(properties)} {Convert.ToHexString(SHA256.HashData(body).AsSpan(0, 12))}";
}
