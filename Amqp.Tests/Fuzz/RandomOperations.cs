using System.Globalization;
using System.Text.Json;
using Amqp.Protocol;

namespace Amqp.Tests.Fuzz;

/// <summary>Chooses random, well-formed operations for a worker. Most use objects that other workers use at the same time.</summary>
internal sealed class RandomOperations
{
    private const int LargeBody = 200_000;

    private readonly FuzzWorker _worker;
    private readonly Contraptions _contraptions;
    private readonly (int Weight, Func<Task> DoAsync)[] _operations;
    private readonly int _weights;

    public RandomOperations(FuzzWorker worker)
    {
        _worker = worker;
        _contraptions = new Contraptions(worker);
        _operations =
        [
            (10, DeclareQueueAsync), (2, DeleteQueueAsync), (2, PurgeAsync), (8, BindAsync), (2, UnbindAsync),
            (6, DeclareExchangeAsync), (1, DeleteExchangeAsync),
            (30, PublishAsync),
            (10, GetAsync),
            (6, ConsumeAsync),
            (3, CancelAsync),
            (15, SettleAsync),
            (2, RecoverAsync),
            (3, PrefetchAsync),
            (5, TransactionAsync),
            (1, ConfirmsAsync),
            (1, CloseChannelAsync),
            (1, DisconnectAsync),
            (4, PolicyAsync),
            (2, TraceAsync),
            (2, HttpMessagesAsync),
            (2, LookAsync),
            (1, AccessAsync),
            (1, VirtualHostAsync),
            (1, DefinitionsAsync),
            (1, ClearAsync),
            (2, _contraptions.BuildAsync),
        ];
        _weights = _operations.Sum(operation => operation.Weight);
    }

    private Random Random => _worker.Random;

    private int AnyChannel => Random.Next(3);

    /// <summary>Chooses and sends operations until the run ends.</summary>
    public async Task RunAsync()
    {
        while (!_worker.Run.Stop.IsCancellationRequested)
        {
            int choice = Random.Next(_weights);
            await _operations.First(operation => (choice -= operation.Weight) < 0).DoAsync();
        }
    }

    private async Task DeclareQueueAsync()
    {
        string queue = Random.Queue();
        if (Random.OneIn(3))
            await _worker.DeleteQueueAsync(queue, AnyChannel);
        bool isExclusive = Random.OneIn(12);
        await _worker.DeclareQueueAsync(
            queue, Random.QueueArguments(), durable: !Random.OneIn(4), isExclusive, autoDelete: Random.OneIn(10), AnyChannel);
    }

    private Task<Answer> DeleteQueueAsync() =>
        _worker.AskAsync(new QueueDelete(Random.Queue(), Random.OneIn(4), Random.OneIn(4), false), AnyChannel);

    private Task<Answer> PurgeAsync() => _worker.AskAsync(new QueuePurge(Random.Queue(), false), AnyChannel);

    private Task<Answer> BindAsync() => Random.OneIn(3)
        ? _worker.BindExchangeAsync(Random.OwnExchange(), Random.Exchange(), Random.Key(), Random.BindingArguments(), AnyChannel)
        : _worker.BindQueueAsync(Random.Queue(), Random.Exchange(), Random.Key(), Random.BindingArguments(), AnyChannel);

    private Task<Answer> UnbindAsync() => Random.OneIn(3)
        ? _worker.AskAsync(
            new ExchangeUnbind(Random.OwnExchange(), Random.Exchange(), Random.Key(), false, Random.BindingArguments()), AnyChannel)
        : _worker.AskAsync(new QueueUnbind(Random.Queue(), Random.Exchange(), Random.Key(), Random.BindingArguments()), AnyChannel);

    private async Task DeclareExchangeAsync()
    {
        string exchange = Random.OwnExchange(), type = Random.ExchangeType();
        if (Random.OneIn(2))
            await _worker.DeleteExchangeAsync(exchange, AnyChannel);
        await _worker.DeclareExchangeAsync(
            exchange, type, Random.ExchangeArguments(type), durable: !Random.OneIn(3), autoDelete: Random.OneIn(8),
            @internal: Random.OneIn(10), AnyChannel);
    }

    private Task<Answer> DeleteExchangeAsync() =>
        _worker.AskAsync(new ExchangeDelete(Random.OwnExchange(), Random.OneIn(3), false), AnyChannel);

    private Task PublishAsync() => _worker.PublishAsync(
        Random.Exchange(), Random.Key(), Random.Properties(), bodySize: Random.OneIn(50) ? LargeBody : Random.Next(200),
        count: Random.OneIn(10) ? 100 : Random.Next(1, 5), mandatory: Random.OneIn(3), AnyChannel);

    private Task<Answer> GetAsync() => _worker.AskAsync(new BasicGet(Random.Queue(), Random.OneIn(4)), AnyChannel);

    private Task<Answer> ConsumeAsync() => _worker.AskAsync(
        new BasicConsume(
            Random.Queue(), $"tag{Random.Next(6)}", false, NoAck: Random.OneIn(4), Exclusive: Random.OneIn(12), false,
            Random.ConsumerArguments()),
        AnyChannel);

    private Task<Answer> CancelAsync() => _worker.AskAsync(new BasicCancel($"tag{Random.Next(6)}", false), AnyChannel);

    private async Task SettleAsync()
    {
        int which = AnyChannel;
        if (await _worker.ChannelAsync(which) is not { } channel)
            return;
        ulong tag = Random.OneIn(50) ? ulong.MaxValue : channel.TakeTag(Random);
        if (tag == 0)
            return;
        bool isMultiple = Random.OneIn(8);
        await (Random.Next(3) switch
        {
            0 => _worker.TellAsync(new BasicAck(tag, isMultiple), which),
            1 => _worker.TellAsync(new BasicNack(tag, isMultiple, Random.OneIn(2)), which),
            _ => _worker.TellAsync(new BasicReject(tag, Random.OneIn(2)), which),
        });
    }

    private async Task RecoverAsync()
    {
        int which = AnyChannel;
        if (await _worker.ChannelAsync(which) is { } channel)
            channel.ForgetTags();
        await _worker.AskAsync(new BasicRecover(true), which);
    }

    private Task<Answer> PrefetchAsync() =>
        _worker.AskAsync(new BasicQos(0, (ushort)Random.Next(Random.OneIn(10) ? 65_536 : 6), Random.OneIn(3)), AnyChannel);

    private async Task TransactionAsync()
    {
        int which = AnyChannel;
        if (await _worker.ChannelAsync(which) is not { } channel)
            return;
        if (!channel.IsTransactional)
            channel.IsTransactional = (await _worker.AskAsync(new TxSelect(), which)).IsOk;
        else if (Random.OneIn(3))
            await _worker.AskAsync(new TxRollback(), which);
        else
            await _worker.AskAsync(new TxCommit(), which);
    }

    private Task<Answer> ConfirmsAsync() => _worker.AskAsync(new ConfirmSelect(false), AnyChannel);

    private Task<Answer> CloseChannelAsync() => _worker.AskAsync(new ChannelClose(200, "", 0, 0), AnyChannel);

    private Task DisconnectAsync()
    {
        _worker.Log.Note("disconnect");
        _worker.Disconnect();
        return Task.CompletedTask;
    }

    private async Task PolicyAsync()
    {
        string path = $"/{(Random.OneIn(3) ? "operator-policies" : "policies")}/%2F/fuzz.policy{Random.Next(4)}";
        if (Random.OneIn(3))
        {
            await _worker.Api.CallAsync("DELETE", path);
            return;
        }
        string definition = Random.Next(10) switch
        {
            0 => $"\"message-ttl\":{Random.Next(300)}",
            1 => $"\"expires\":{Random.Next(10, 3000)}",
            2 => $"\"max-length\":{Random.Next(6)}",
            3 => $"\"max-length-bytes\":{Random.Next(600)}",
            4 => $"\"overflow\":\"{Random.Of<string>(["drop-head", "reject-publish", "reject-publish-dlx"])}"
                + $"\",\"max-length\":{Random.Next(3)}",
            5 => $"\"dead-letter-exchange\":\"{Random.OwnExchange()}\"",
            6 => $"\"dead-letter-exchange\":\"\",\"dead-letter-routing-key\":\"{Random.Queue()}\"",
            7 => $"\"alternate-exchange\":\"{Random.OwnExchange()}\"",
            8 => $"\"delivery-limit\":{Random.Next(3)}",
            _ => $"\"{Random.Of(KnownInputs.PolicyKeys)}\":{Random.Hostile().Json}",
        };
        string pattern = Random.Of<string>(["^fuzz\\\\.", "^fuzz\\\\.q[0-7]$", "^fuzz\\\\.x", "^fuzz\\\\.(a+)+$"]);
        string target = Random.Of<string>(["all", "queues", "exchanges", "classic_queues", "quorum_queues"]);
        await _worker.Api.CallAsync(
            "PUT",
            path,
            $"{{\"pattern\":\"{pattern}\",\"apply-to\":\"{target}\",\"priority\":{Random.Next(-2, 3)},\"definition\":{{{definition}}}}}");
    }

    /// <summary>Turns tracing on or off, and binds queues to the exchange for traced messages.</summary>
    private async Task TraceAsync()
    {
        await _worker.Api.CallAsync("PUT", "/vhosts/%2F", $"{{\"tracing\":{(Random.OneIn(3) ? "false" : "true")}}}");
        await _worker.BindQueueAsync(
            Random.Queue(), Random.Of<string>(["amq.rabbitmq.trace", "amq.rabbitmq.event", "amq.rabbitmq.log"]), "#", which: AnyChannel);
    }

    private async Task HttpMessagesAsync()
    {
        string queue = Random.Queue();
        if (Random.OneIn(2))
        {
            string mode = Random.Of<string>(["ack_requeue_true", "ack_requeue_false", "reject_requeue_true", "reject_requeue_false"]);
            await _worker.Api.CallAsync(
                "POST",
                $"/queues/%2F/{queue}/get",
                $"{{\"count\":{Random.Next(20)},\"ackmode\":\"{mode}\",\"encoding\":\""
                    + $"{Random.Of<string>(["auto", "base64"])}\",\"truncate\":{Random.Next(100)}}}");
            return;
        }
        string properties = Random.OneIn(3) ? $"{{\"{Random.Of(KnownInputs.Properties)}\":{Random.Hostile().Json}}}" : "{}";
        string exchange = Random.Exchange() is { Length: > 0 } name ? name : "amq.default";
        await _worker.Api.CallAsync(
            "POST",
            $"/exchanges/%2F/{exchange}/publish",
            $"{{\"routing_key\":{JsonSerializer.Serialize(Random.Queue())},\"payload\":\"x\","
                + $"\"payload_encoding\":\"string\",\"properties\":{properties}}}");
    }

    private async Task LookAsync()
    {
        string path = Random.Of<string>([
            "/overview", "/queues/%2F", "/exchanges", "/bindings", "/consumers", "/channels", "/connections", "/definitions", "/nodes",
            "/parameters", "/policies", "/operator-policies"
        ]);
        await _worker.Api.CallAsync("GET", path);
        await _worker.Api.CallAsync("GET", $"/queues/%2F/{Random.Queue()}?lengths_age=60&lengths_incr=5&msg_rates_age=60&msg_rates_incr=5");
        await _worker.Api.CallAsync("GET", $"/exchanges/%2F/{Random.OwnExchange()}");
    }

    /// <summary>Creates a user, or changes its permissions. The worker's next login is as this user or as guest.</summary>
    private async Task AccessAsync()
    {
        const string user = SystematicPass.ScratchUser;
        if (Random.OneIn(8))
            await _worker.Api.CallAsync("DELETE", $"/users/{user}");
        await _worker.Api.CallAsync("PUT", $"/users/{user}", $"{{\"password\":\"{user}\",\"tags\":\"\"}}");
        string[] patterns = ["^fuzz", "", ".*", "^fuzz\\\\.q", "^(fuzz|amq)", "^((a|fuzz)+)+$"];
        string permission = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"configure\":\"{Random.Of(patterns)}\",\"write\":\"{Random.Of(patterns)}\",\"read\":\"{Random.Of(patterns)}\"}}");
        await _worker.Api.CallAsync("PUT", $"/permissions/%2F/{user}", permission);
        await _worker.Api.CallAsync(
            "PUT", $"/topic-permissions/%2F/{user}", "{\"exchange\":\"amq.topic\",\"write\":\"^{username}\",\"read\":\"^a\"}");
        _worker.User = Random.OneIn(2) ? user : "guest";
        if (Random.OneIn(3))
            await _worker.Api.CallAsync("DELETE", $"/connections/username/{user}");
    }

    /// <summary>Creates a virtual host, creates objects in it, and deletes the virtual host.</summary>
    private async Task VirtualHostAsync()
    {
        string host = _worker.Prefix + "host";
        await _worker.Api.CallAsync(
            "PUT",
            $"/vhosts/{host}",
            $"{{\"default_queue_type\":\"{Random.Of<string>(["classic", "quorum"])}\",\"tracing\":"
                + $"{(Random.OneIn(2) ? "true" : "false")}}}");
        await _worker.Api.CallAsync("PUT", $"/permissions/{host}/guest", "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}");
        using (await HostileClient.OpenAsync(_worker.Run, host, "guest", "guest"))
        {
            await _worker.Api.CallAsync(
                "PUT", $"/queues/{host}/q", "{\"durable\":true,\"arguments\":{\"x-message-ttl\":50,\"x-dead-letter-exchange\":\"d\"}}");
            await _worker.Api.CallAsync(
                "PUT",
                $"/exchanges/{host}/d",
                "{\"type\":\"x-delayed-message\",\"durable\":true,\"arguments\":{\"x-delayed-type\":\"fanout\"}}");
            for (int count = Random.Next(5); count > 0; count--)
                await _worker.Api.CallAsync(
                    "POST",
                    $"/exchanges/{host}/amq.default/publish",
                    "{\"routing_key\":\"q\",\"payload\":\"x\",\"payload_encoding\":\"string\","
                        + "\"properties\":{\"headers\":{\"x-delay\":100}}}");
            await _worker.Api.CallAsync("DELETE", $"/vhosts/{host}");
        }
    }

    /// <summary>
    /// Exports the definitions of the default virtual host, and imports them again in half of the calls. Then imports a queue with random
    /// values.
    /// </summary>
    private async Task DefinitionsAsync()
    {
        var (code, body) = await _worker.Api.CallAsync("GET", "/definitions/%2F");
        if (code == 200 && Random.OneIn(2))
            await _worker.Api.CallAsync("POST", "/definitions/%2F", body);
        string queue =
            $"{{\"queues\":[{{\"name\":\"{Random.Queue()}\",\"durable\":{Random.Hostile().Json},\"auto_delete\":false,"
                + $"\"arguments\":{{\"{Random.Of(KnownInputs.Arguments)}\":{Random.Hostile().Json}}}}}]}}";
        await _worker.Api.CallAsync("POST", "/definitions/%2F", queue);
    }

    /// <summary>
    /// Deletes most of the shared queues and exchanges, and the topologies of this worker, so that their number does not grow in long runs.
    /// </summary>
    private async Task ClearAsync()
    {
        for (int place = 0; place < 16; place++)
            await _worker.AskAsync(new QueueDelete($"fuzz.q{place}", false, false, false));
        for (int place = 0; place < 10; place++)
            if (Random.OneIn(2))
                await _worker.DeleteExchangeAsync($"fuzz.x{place}");
        await _contraptions.ClearAsync();
    }
}
