using Amqp.Protocol;

namespace Amqp.Tests.Fuzz;

/// <summary>
/// Sends the fuzzer's operations, one after another, over HTTP and over a few channels of one connection. Replaces channels and connections
/// that the broker closes.
/// </summary>
internal sealed class FuzzWorker(FuzzRun run, int number) : IDisposable
{
    private const int Channels = 3;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    private readonly HostileChannel?[] _channels = new HostileChannel?[Channels];
    private readonly HashSet<string> _done = [];
    private HostileClient? _client;
    private int _names;
    private FuzzApi? _api;

    public FuzzRun Run => run;

    /// <summary>True if this is worker 1 of a run. Only worker 1 builds the objects that a run needs once.</summary>
    public bool IsFirst => number == 1;

    /// <summary>Prefix for the names of objects that only this worker uses.</summary>
    public string Prefix { get; } = $"fuzz.w{number}.";

    /// <summary>Returns a name that was not used before.</summary>
    public string NewName() => $"{Prefix}{_names++}";

    public Random Random { get; } = new(unchecked(run.Seed * 1000 + number));

    public OperationLog Log { get; } = run.NewLog($"worker {number}");

    public FuzzApi Api => _api ??= new FuzzApi(run, Log);

    /// <summary>Name of the user for the worker's next login. The password is the same as the name.</summary>
    public string User { get; set; } = "guest";

    /// <summary>Returns one of the worker's channels. Opens the channel first if necessary. Returns null if the run has ended.</summary>
    public async Task<HostileChannel?> ChannelAsync(int which = 0)
    {
        while (!run.Stop.IsCancellationRequested)
        {
            if (_client is not { IsOpen: true })
            {
                Disconnect();
                _client = await HostileClient.OpenAsync(run, "/", User, User);
                if (_client is null)
                {
                    User = "guest";
                    await Task.Delay(_pause); // the broker refused the login, for example because the user was deleted
                    continue;
                }
            }
            if (_channels[which] is { IsOpen: true } open)
                return open;
            _channels[which] = await _client.OpenChannelAsync((ushort)(which + 1));
        }
        return null;
    }

    /// <summary>Closes the socket without sending connection.close.</summary>
    public void Disconnect()
    {
        _client?.Dispose();
        _client = null;
        Array.Clear(_channels);
    }

    /// <summary>Sends a method on a channel, and waits for its answer. Opens the channel first if necessary.</summary>
    public async Task<Answer> AskAsync<TMethod>(TMethod method, int which = 0)
        where TMethod : struct, IMethod<TMethod>
    {
        if (await ChannelAsync(which) is not { } channel)
            return Answer.Ended;
        Log.Note((which + 1, method));
        return await channel.AskAsync(method);
    }

    /// <summary>Sends a method on a channel, without waiting for an answer. Opens the channel first if necessary.</summary>
    public async Task TellAsync<TMethod>(TMethod method, int which = 0)
        where TMethod : struct, IMethod<TMethod>
    {
        if (await ChannelAsync(which) is not { } channel)
            return;
        Log.Note((which + 1, method));
        await channel.TellAsync(method);
    }

    /// <summary>Publishes the same message <paramref name="count"/> times.</summary>
    public async Task PublishAsync(
        string exchange, string key, BasicProperties properties, int bodySize = 10, int count = 1, bool mandatory = false, int which = 0)
    {
        if (await ChannelAsync(which) is not { } channel)
            return;
        Log.Note((which + 1, "publish", count, bodySize, exchange, key, properties, properties.Headers));
        await channel.PublishAsync(new(exchange, key, mandatory, false), properties, bodySize, count);
    }

    public Task<Answer> DeclareQueueAsync(
        string queue, FieldTable arguments, bool durable = true, bool exclusive = false, bool autoDelete = false, int which = 0) =>
        AskAsync(new QueueDeclare(queue, false, durable, exclusive, autoDelete, false, arguments), which);

    public Task<Answer> DeclareExchangeAsync(
        string exchange,
        string type,
        FieldTable? arguments = null,
        bool durable = true,
        bool autoDelete = false,
        bool @internal = false,
        int which = 0) =>
        AskAsync(new ExchangeDeclare(exchange, type, false, durable, autoDelete, @internal, false, arguments ?? FieldTable.Empty), which);

    public Task<Answer> BindQueueAsync(string queue, string exchange, string key = "", FieldTable? arguments = null, int which = 0) =>
        AskAsync(new QueueBind(queue, exchange, key, false, arguments ?? FieldTable.Empty), which);

    public Task<Answer> BindExchangeAsync(
        string destination, string source, string key = "", FieldTable? arguments = null, int which = 0) =>
        AskAsync(new ExchangeBind(destination, source, key, false, arguments ?? FieldTable.Empty), which);

    public Task<Answer> DeleteQueueAsync(string queue, int which = 0) => AskAsync(new QueueDelete(queue, false, false, false), which);

    public Task<Answer> DeleteExchangeAsync(string exchange, int which = 0) => AskAsync(new ExchangeDelete(exchange, false, false), which);

    /// <summary>Calls a function, unless a function with this name was called before.</summary>
    public async Task OnceAsync(string what, Func<Task> doAsync)
    {
        if (_done.Add(what))
            await doAsync();
    }

    /// <summary>Publishes messages to a queue. Then gets, requeues, rejects, consumes and purges messages of the queue.</summary>
    /// <param name="queue">Name of a queue. It need not exist.</param>
    /// <param name="properties">Properties of the messages; null for persistent messages of priority 3.</param>
    /// <param name="consumes">True to start a consumer of the queue, and cancel it.</param>
    public async Task UseQueueAsync(string queue, BasicProperties? properties = null, bool consumes = true)
    {
        await PublishAsync("", queue, properties ?? new() { DeliveryMode = 2, Priority = 3 }, count: 4, mandatory: true);
        if (await ChannelAsync() is not { } channel)
            return;
        await AskAsync(new BasicGet(queue, false));
        if (channel.TakeTag(Random) is > 0 and var first)
            await TellAsync(new BasicNack(first, false, Requeue: true));
        await AskAsync(new BasicGet(queue, false));
        if (channel.TakeTag(Random) is > 0 and var second)
            await TellAsync(new BasicReject(second, Requeue: false));
        if (consumes && await AskAsync(new BasicConsume(queue, "use", false, false, false, false, FieldTable.Empty)) is { IsOk: true })
        {
            await AskAsync(new BasicCancel("use", false));
            await AskAsync(new BasicRecover(true));
        }
        channel.ForgetTags();
        await AskAsync(new QueuePurge(queue, false));
    }

    public void Dispose()
    {
        Disconnect();
        _api?.Dispose();
    }
}
