using Amqp.Protocol;

namespace Amqp.Tests.Fuzz;

/// <summary>Builds topologies that random operations hardly ever build, such as rings of full queues or of alternate exchanges.</summary>
internal sealed class Contraptions(FuzzWorker worker)
{
    /// <summary>
    /// Numbers of queues in a ring. In a ring of n queues, one publish causes n² dead letters. Only long runs build the two larger rings.
    /// </summary>
    private const int SmallRing = 60, LargeRing = 350, LargestRing = 700;

    private readonly List<string> _queues = [];
    private readonly List<string> _exchanges = [];

    private Random Random => worker.Random;

    private Func<Task>[] All =>
    [
        () => BuildRingAsync(worker.Run.IsLong && Random.OneIn(40) ? LargestRing : Random.Next(1, SmallRing)),
        BuildExpiryRingAsync,
        BuildAlternateRingAsync,
        BuildMeshAsync,
        BuildHistoryAsync,
        BuildDelaysAsync,
        BuildTraceAsync,
        BuildTransactionAsync
    ];

    /// <summary>Builds one of the topologies, chosen at random, and publishes to it.</summary>
    public Task BuildAsync() => BuildAsync(Random.Of(All));

    /// <summary>Builds each of the topologies once.</summary>
    public async Task BuildAllAsync()
    {
        foreach (var build in All.Skip(1))
            await BuildAsync(build);
        // built last, because its messages circulate for a while
        await BuildAsync(() => BuildRingAsync(worker.Run.IsLong ? LargeRing : SmallRing));
    }

    /// <summary>
    /// Builds one topology. If the broker has closed the worker's channel, the call of channel.flow opens a new channel first.
    /// </summary>
    private async Task BuildAsync(Func<Task> buildAsync)
    {
        await worker.AskAsync(new ChannelFlow(true));
        await buildAsync();
    }

    /// <summary>Deletes the queues and exchanges of all topologies.</summary>
    public async Task ClearAsync()
    {
        foreach (string queue in _queues)
            await worker.TellAsync(new QueueDelete(queue, false, false, true));
        foreach (string exchange in _exchanges)
            await worker.TellAsync(new ExchangeDelete(exchange, false, true));
        _queues.Clear();
        _exchanges.Clear();
    }

    /// <summary>Builds a ring of full queues. Each queue dead-letters to the next.</summary>
    private async Task BuildRingAsync(int size)
    {
        string ring = worker.NewName();
        string overflow = Random.OneIn(4) ? "reject-publish-dlx" : "drop-head";
        for (int place = 0; place < size; place++)
            await TellOfQueueAsync(
                $"{ring}.{place}",
                $"{ring}.{(place + 1) % size}",
                ("x-max-length", FieldValue.FromInt32(1)),
                ("x-overflow", FieldValue.FromString(overflow)));
        for (int place = 0; place < size; place++)
            await worker.PublishAsync("", $"{ring}.{place}", new());
        await worker.PublishAsync("", $"{ring}.0", new(), count: Random.Next(1, 3));
        await PublishAnyAsync("", $"{ring}.0");
    }

    /// <summary>
    /// Builds a ring of queues in which messages expire at once and move to the next queue. A consumer of the ring rejects messages.
    /// </summary>
    private async Task BuildExpiryRingAsync()
    {
        string ring = worker.NewName();
        int size = Random.Next(2, 20);
        for (int place = 0; place < size; place++)
            await TellOfQueueAsync(
                $"{ring}.{place}", $"{ring}.{(place + 1) % size}", ("x-message-ttl", FieldValue.FromInt32(Random.Next(3))));
        await worker.PublishAsync("", $"{ring}.0", new(), count: 20);
        await PublishAnyAsync("", $"{ring}.0");
        await worker.AskAsync(new BasicConsume($"{ring}.1", "", false, false, false, false, FieldTable.Empty));
        if (await worker.ChannelAsync() is { } channel && channel.TakeTag(Random) is > 0 and var tag)
            await worker.TellAsync(new BasicNack(tag, true, false));
    }

    /// <summary>Builds a ring of exchanges. The alternate exchange of each exchange is the next exchange.</summary>
    private async Task BuildAlternateRingAsync()
    {
        string ring = worker.NewName();
        int size = Random.Next(1, 40);
        for (int place = 0; place < size; place++)
            await TellOfExchangeAsync(
                $"{ring}.{place}",
                "topic",
                FieldTable.Empty.With("alternate-exchange", FieldValue.FromString($"{ring}.{(place + 1) % size}")));
        await worker.PublishAsync($"{ring}.0", "nowhere", new(), count: 5, mandatory: true);
        await worker.BindQueueAsync(Random.Queue(), $"{ring}.{size - 1}", "#");
        await PublishAnyAsync($"{ring}.0", "a.b");
    }

    /// <summary>Builds exchanges of all types that are bound to one another, and queues that dead-letter to these exchanges.</summary>
    private async Task BuildMeshAsync()
    {
        string mesh = worker.NewName();
        var types = KnownInputs.ExchangeTypes;
        foreach (string type in types)
            await TellOfExchangeAsync(
                $"{mesh}.{type}",
                type,
                type == "x-delayed-message"
                    ? FieldTable.Empty.With("x-delayed-type", FieldValue.FromString(Random.Of(types)))
                    : FieldTable.Empty);
        foreach (string source in types)
            foreach (string destination in types)
                await worker.TellAsync(new ExchangeBind($"{mesh}.{destination}", $"{mesh}.{source}", "1", true, FieldTable.Empty));
        for (int place = 0; place < types.Count; place++)
        {
            await TellOfQueueAsync(
                $"{mesh}.{place}", "1", [("x-max-length", FieldValue.FromInt32(Random.Next(3)))], $"{mesh}.{Random.Of(types)}");
            await worker.TellAsync(new QueueBind($"{mesh}.{place}", $"{mesh}.{types[place]}", "1", true, FieldTable.Empty));
        }
        await worker.PublishAsync($"{mesh}.fanout", "1", new(), count: 5, mandatory: true);
        await PublishAnyAsync($"{mesh}.fanout", "1");
    }

    /// <summary>Builds a recent-history exchange, and full queues that are bound to it and dead-letter to it.</summary>
    private async Task BuildHistoryAsync()
    {
        string history = worker.NewName();
        await TellOfExchangeAsync(
            history, "x-recent-history", FieldTable.Empty.With("x-recent-history-length", FieldValue.FromInt32(Random.Next(1, 10))));
        await worker.PublishAsync(history, "1", new(), count: 10);
        for (int place = 0; place < 3; place++)
        {
            string overflow = Random.Of<string>(["reject-publish-dlx", "reject-publish-dlx", "reject-publish", "drop-head"]);
            await TellOfQueueAsync(
                $"{history}.{place}",
                "1",
                [
                    ("x-max-length", FieldValue.FromInt32(place == 0 ? 1 : Random.Next(3))),
                    ("x-overflow", FieldValue.FromString(place == 0 ? "reject-publish-dlx" : overflow))
                ],
                history);
            await worker.PublishAsync("", $"{history}.{place}", new(), count: 3);
            await worker.BindQueueAsync($"{history}.{place}", history);
        }
        await worker.BindExchangeAsync(history, history);
        // other workers publish to amq.fanout, so the topology gets their messages, too
        await worker.BindQueueAsync($"{history}.0", "amq.fanout");
        await worker.PublishAsync(history, "1", new(), count: 10);
        await PublishAnyAsync(history, "1");
        await worker.BindQueueAsync($"{history}.0", history, "again");
    }

    /// <summary>
    /// Builds an x-delayed-message exchange, and a full queue that dead-letters back to this exchange. Deletes the exchange in half of the
    /// calls.
    /// </summary>
    private async Task BuildDelaysAsync()
    {
        string delays = worker.NewName();
        await TellOfExchangeAsync(delays, "x-delayed-message", FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("fanout")));
        await TellOfQueueAsync($"{delays}.0", "1", [("x-max-length", FieldValue.FromInt32(1))], delays);
        await worker.BindQueueAsync($"{delays}.0", delays);
        foreach (int delay in (int[])[0, 1, 50, 50, 200, 1_000_000])
            await worker.PublishAsync(
                delays, "1", new() { Headers = FieldTable.Empty.With("x-delay", FieldValue.FromInt32(delay)) }, count: 3,
                mandatory: Random.OneIn(2));
        await PublishAnyAsync(delays, "1");
        if (Random.OneIn(2))
            await worker.DeleteExchangeAsync(delays);
    }

    /// <summary>Binds a full queue to the exchange for traced messages, and publishes messages whose headers are deeply nested.</summary>
    private async Task BuildTraceAsync()
    {
        string trace = worker.NewName();
        await TellOfQueueAsync(trace, trace, ("x-max-length", FieldValue.FromInt32(2)));
        await worker.BindQueueAsync(trace, "amq.rabbitmq.trace", "#");
        await PublishDeepAsync(trace); // published before tracing begins, so that these messages are traced only when they are delivered
        await worker.Api.CallAsync("PUT", "/vhosts/%2F", "{\"tracing\":true}");
        await PublishDeepAsync(trace);
        await worker.Api.CallAsync(
            "POST", $"/queues/%2F/{trace}/get", "{\"count\":5,\"ackmode\":\"ack_requeue_true\",\"encoding\":\"auto\"}");
        await worker.AskAsync(new BasicGet(trace, true));
        await worker.AskAsync(new BasicGet(trace, false));
        await worker.Api.CallAsync("PUT", "/vhosts/%2F", "{\"tracing\":false}");
    }

    private async Task PublishDeepAsync(string key)
    {
        foreach (int levels in (int[])[62, 63, 64, 65, 200, 1022, 1023])
            foreach (string exchange in (string[])["", "amq.fanout"])
                await worker.PublishAsync(exchange, key, new() { Headers = FieldTable.Empty.With("deep", HostileValue.Deep(levels)) });
    }

    /// <summary>Publishes in a transaction. Before the commit, may delete a queue and the exchange.</summary>
    private async Task BuildTransactionAsync()
    {
        string name = worker.NewName();
        await TellOfExchangeAsync(name, "fanout", FieldTable.Empty);
        await TellOfQueueAsync($"{name}.0", $"{name}.1", ("x-max-length", FieldValue.FromInt32(2)));
        await TellOfQueueAsync($"{name}.1", $"{name}.0", ("x-max-length", FieldValue.FromInt32(2)));
        await worker.BindQueueAsync($"{name}.0", name);
        worker.Disconnect();
        await worker.AskAsync(new TxSelect());
        await worker.PublishAsync(name, "", new() { DeliveryMode = 2 }, count: 5, mandatory: true);
        await worker.PublishAsync("", $"{name}.1", new(), count: 5, mandatory: true);
        await worker.AskAsync(new BasicGet($"{name}.1", false));
        if (Random.OneIn(2))
            await worker.DeleteQueueAsync($"{name}.0", which: 1);
        if (Random.OneIn(2))
            await worker.DeleteExchangeAsync(name, which: 1);
        await worker.AskAsync(new TxCommit());
        worker.Disconnect();
    }

    /// <summary>Publishes on a channel that the worker uses for nothing else, because the broker may close the channel.</summary>
    private Task PublishAnyAsync(string exchange, string key) =>
        worker.PublishAsync(exchange, key, Random.Properties(), count: 5, mandatory: true, which: 2);

    private Task TellOfQueueAsync(string queue, string deadLetterKey, params (string Name, FieldValue Value)[] arguments) =>
        TellOfQueueAsync(queue, deadLetterKey, arguments, "");

    private Task TellOfQueueAsync(
        string queue, string deadLetterKey, (string Name, FieldValue Value)[] arguments, string deadLetterExchange)
    {
        _queues.Add(queue);
        var table = arguments.Aggregate(
            FieldTable.Empty.With("x-dead-letter-exchange", FieldValue.FromString(deadLetterExchange))
                .With("x-dead-letter-routing-key", FieldValue.FromString(deadLetterKey)),
            (table, argument) => table.With(argument.Name, argument.Value));
        return worker.TellAsync(new QueueDeclare(queue, false, false, false, false, NoWait: true, table));
    }

    private Task TellOfExchangeAsync(string exchange, string type, FieldTable arguments)
    {
        _exchanges.Add(exchange);
        return worker.TellAsync(new ExchangeDeclare(exchange, type, false, false, false, false, NoWait: true, arguments));
    }
}
