using System.Globalization;
using System.Text.Json;
using Amqp.Protocol;

namespace Amqp.Tests.Fuzz;

/// <summary>Sets every known input to every hostile value once. Publishes messages each time, so that the broker uses the value.</summary>
internal static class SystematicPass
{
    private const string Host = "%2F";

    /// <summary>All pairs of an input and a value. Workers may try them in any order.</summary>
    public static IReadOnlyList<InputCase> Cases { get; } =
    [
        .. Of("argument of a queue", KnownInputs.Arguments, TryQueueArgumentAsync),
        .. Of("policy", KnownInputs.PolicyKeys, (worker, key, value) => TryPolicyAsync(worker, "policies", key, value)),
        .. Of("operator policy", KnownInputs.PolicyKeys, (worker, key, value) => TryPolicyAsync(worker, "operator-policies", key, value)),
        .. Of(
            "argument of an exchange",
            [.. KnownInputs.ExchangeTypes.SelectMany(type => ExchangeArguments(type).Select(argument => $"{type} {argument}"))],
            TryExchangeArgumentAsync),
        .. Of(
            "argument of a binding",
            [.. KnownInputs.ExchangeTypes.SelectMany(type => (string[])[$"{type} x-match", $"{type} k"])],
            TryBindingArgumentAsync),
        .. Of("key of a binding and a message", KnownInputs.ExchangeTypes, TryRoutingKeyAsync),
        .. Of("argument of a consumer", KnownInputs.Arguments, TryConsumerArgumentAsync),
        .. Of("header", KnownInputs.Headers, TryHeaderAsync),
        .. Of("field of x-death", KnownInputs.DeathFields, TryDeathAsync),
        .. Of("property", KnownInputs.Properties, TryPropertyAsync),
        .. Of("property over HTTP", KnownInputs.Properties, TryPropertyOverHttpAsync),
        .. Of("field of a policy", ["pattern", "apply-to", "priority", "definition"], TryPolicyFieldAsync),
        .. Of("field of a get over HTTP", ["count", "ackmode", "encoding", "truncate"], TryHttpGetAsync),
        .. Of(
            "parameter of a query",
            ["page", "page_size", "name", "use_regex", "sort", "columns", "lengths_age", "lengths_incr", "msg_rates_age", "msg_rates_incr"],
            TryQueryAsync),
        .. Of(
            "limit",
            ["vhost-limits max-queues", "vhost-limits max-connections", "user-limits max-connections", "user-limits max-channels"],
            TryLimitAsync),
        .. Of("field of a virtual host", ["description", "tags", "default_queue_type", "metadata"], TryVirtualHostAsync),
        .. Of("field of a permission", ["configure", "write", "read"], TryPermissionAsync),
        .. Of("parameter", ["federation-upstream", "shovel", "limits", "anything"], TryParameterAsync),
        .. Of("prefetch", ["of a consumer", "of a channel"], TryPrefetchAsync),
    ];

    /// <summary>Names of a user and of a virtual host whose limits and permissions the fuzzer changes.</summary>
    public const string ScratchUser = "fuzz-user", ScratchHost = "fuzz-host";

    private static IEnumerable<InputCase> Of(
        string place, IEnumerable<string> names, Func<FuzzWorker, string, HostileValue, Task<string>> tryAsync) =>
        from name in names
        from value in HostileValue.All
        select new InputCase(place, name, value, worker => tryAsync(worker, name, value));

    private static string[] ExchangeArguments(string type) => type switch
    {
        "x-consistent-hash" => ["hash-header", "hash-property"],
        "x-recent-history" => ["x-recent-history-length"],
        "x-delayed-message" => ["x-delayed-type", "alternate-exchange"],
        "x-message-deduplication" => ["x-cache-size", "x-cache-ttl", "x-cache-persistence", "x-deduplication-header"],
        _ => ["alternate-exchange"],
    };

    private static FieldTable Table(string name, HostileValue value) => FieldTable.Empty.With(name, value.Field);

    private static async Task<string> TryQueueArgumentAsync(FuzzWorker worker, string name, HostileValue value)
    {
        string queue = worker.Prefix + "q", grave = worker.Prefix + "grave";
        var arguments = Table(name, value);
        if (name != "x-dead-letter-exchange")
            arguments = arguments.With("x-dead-letter-exchange", FieldValue.FromString(""));
        if (name != "x-dead-letter-routing-key")
            arguments = arguments.With("x-dead-letter-routing-key", FieldValue.FromString(grave));
        await DeclareOnceAsync(worker, grave, 1);
        var answer = await worker.DeclareQueueAsync(queue, arguments);
        if (answer.IsOk)
        {
            await worker.UseQueueAsync(queue);
            await worker.DeclareQueueAsync(queue, arguments);
            await worker.DeleteQueueAsync(queue);
            if (value.Field.IsInteger)
                await LeaveQueueAsync(worker, arguments);
        }
        return answer.ToString();
    }

    /// <summary>Declares a queue, publishes a message to it, and keeps both until the end of the run.</summary>
    private static async Task<string> LeaveQueueAsync(FuzzWorker worker, FieldTable arguments)
    {
        string left = worker.NewName();
        await worker.DeclareQueueAsync(left, arguments);
        await worker.PublishAsync("", left, new());
        return left;
    }

    /// <summary>Declares queues with very long expiry times, so that the broker's timer gets deadlines far in the future.</summary>
    public static async Task LeaveFarDeadlinesAsync(FuzzWorker worker)
    {
        foreach (var value in HostileValue.All.Where(value => value.Field.IsInteger && value.Field.AsInteger() > int.MaxValue + 1L))
        {
            foreach (string argument in (string[])["x-expires", "x-message-ttl"])
                await LeaveQueueAsync(worker, Table(argument, value));
            string queue = await LeaveQueueAsync(worker, FieldTable.Empty);
            await worker.PublishAsync("", queue, new() { Expiration = value.ShortText }, which: 1);
            await worker.Api.CallAsync(
                "PUT",
                $"/policies/{Host}/{queue}",
                $"{{\"pattern\":{JsonSerializer.Serialize($"^{queue}$")},\"definition\":{{\"expires\":"
                    + $"{value.Json}}},\"apply-to\":\"queues\"}}");
        }
    }

    private static async Task<string> TryExchangeArgumentAsync(FuzzWorker worker, string name, HostileValue value)
    {
        string exchange = worker.Prefix + "x", queue = worker.Prefix + "out";
        string[] words = name.Split(' ');
        var arguments = Table(words[1], value);
        if (words[0] == "x-delayed-message" && words[1] != "x-delayed-type")
            arguments = arguments.With("x-delayed-type", FieldValue.FromString("topic"));
        var answer = await worker.DeclareExchangeAsync(exchange, words[0], arguments);
        if (!answer.IsOk)
            return answer.ToString();
        await DeclareOnceAsync(worker, queue, 2);
        var properties = new BasicProperties { Headers = Table("x-delay", value), CorrelationId = value.ShortText };
        // The exchange has no binding yet. So the broker returns the messages, or routes them to the alternate exchange.
        await worker.PublishAsync(exchange, "1", properties, count: 2, mandatory: true);
        await worker.BindQueueAsync(queue, exchange, "1");
        await worker.PublishAsync(exchange, "1", properties, count: 3);
        await worker.AskAsync(new QueueUnbind(queue, exchange, "1", FieldTable.Empty));
        await worker.DeleteExchangeAsync(exchange);
        return answer.ToString();
    }

    private static async Task<string> TryBindingArgumentAsync(FuzzWorker worker, string name, HostileValue value)
    {
        string[] words = name.Split(' ');
        var (exchange, queue) = await BoundPairAsync(worker, words[0]);
        var arguments = Table(words[1], value);
        var answer = await worker.BindQueueAsync(queue, exchange, "2", arguments);
        await worker.PublishAsync(exchange, "2", new() { Headers = arguments }, count: 2, mandatory: true);
        await worker.AskAsync(new QueueUnbind(queue, exchange, "2", arguments));
        return answer.ToString();
    }

    private static async Task<string> TryRoutingKeyAsync(FuzzWorker worker, string type, HostileValue value)
    {
        var (exchange, queue) = await BoundPairAsync(worker, type);
        string key = value.ShortText;
        var answer = await worker.BindQueueAsync(queue, exchange, key);
        await worker.PublishAsync(exchange, key, new(), count: 2, mandatory: true);
        await worker.BindExchangeAsync(exchange, exchange, key); // binds the exchange to itself
        await worker.PublishAsync(exchange, key, new(), count: 2);
        await worker.AskAsync(new ExchangeUnbind(exchange, exchange, key, false, FieldTable.Empty));
        await worker.AskAsync(new QueueUnbind(queue, exchange, key, FieldTable.Empty));
        return answer.ToString();
    }

    private static async Task<string> TryConsumerArgumentAsync(FuzzWorker worker, string name, HostileValue value)
    {
        string queue = worker.Prefix + "consumed";
        await DeclareOnceAsync(worker, queue, 10);
        var answer = await worker.AskAsync(new BasicConsume(queue, "t", false, false, false, false, Table(name, value)));
        if (answer.IsOk)
        {
            await worker.PublishAsync("", queue, new(), count: 2);
            await worker.AskAsync(new BasicCancel("t", false));
            await worker.AskAsync(new BasicRecover(true));
        }
        return answer.ToString();
    }

    private static async Task<string> TryHeaderAsync(FuzzWorker worker, string name, HostileValue value) =>
        await PublishEverywhereAsync(worker, new() { Headers = Table(name, value) });

    private static async Task<string> TryDeathAsync(FuzzWorker worker, string field, HostileValue value)
    {
        var death = new Dictionary<string, FieldValue>
        {
            ["count"] = FieldValue.FromInt64(1),
            ["reason"] = FieldValue.FromString("rejected"),
            ["queue"] = FieldValue.FromString(worker.Prefix + "dying"),
            ["time"] = FieldValue.FromTimestamp(1),
            ["exchange"] = FieldValue.FromString(""),
            ["routing-keys"] = FieldValue.FromArray([FieldValue.FromString("k")]),
            [field] = value.Field,
        };
        return await PublishEverywhereAsync(
            worker,
            new() { Headers = FieldTable.Empty.With("x-death", FieldValue.FromArray([FieldValue.FromTable(new FieldTable(death))])) });
    }

    /// <summary>
    /// Publishes messages that have the value in one property. Converts the value if it does not fit the type of the property.
    /// </summary>
    private static async Task<string> TryPropertyAsync(FuzzWorker worker, string name, HostileValue value)
    {
        string text = value.ShortText;
        long number = value.Field.IsInteger ? value.Field.AsInteger() : text.Length;
        return await PublishEverywhereAsync(worker, name switch
        {
            "content_type" => new() { ContentType = text },
            "content_encoding" => new() { ContentEncoding = text },
            "headers" => new() { Headers = value.Field.Type == FieldType.Table ? value.Field.AsTable() : Table(text, value) },
            "delivery_mode" => new() { DeliveryMode = (byte)number },
            "priority" => new() { Priority = (byte)number },
            "correlation_id" => new() { CorrelationId = text },
            "reply_to" => new() { ReplyTo = text },
            "expiration" => new() { Expiration = text },
            "message_id" => new() { MessageId = text },
            "timestamp" => new() { Timestamp = value.Field.Type == FieldType.Timestamp ? value.Field.AsTimestamp() : (ulong)number },
            "type" => new() { Type = text },
            "user_id" => new() { UserId = text },
            "app_id" => new() { AppId = text },
            _ => new() { ClusterId = text },
        });
    }

    /// <summary>Publishes messages with these properties to a queue with a dead-letter exchange, and to several exchanges.</summary>
    private static async Task<string> PublishEverywhereAsync(FuzzWorker worker, BasicProperties properties)
    {
        string dying = worker.Prefix + "dying", grave = worker.Prefix + "grave";
        await DeclareOnceAsync(worker, grave, 1);
        await worker.OnceAsync(dying, () => worker.DeclareQueueAsync(dying, FieldTable.Empty
            .With("x-max-length", FieldValue.FromInt32(3))
            .With("x-max-priority", FieldValue.FromInt32(4))
            .With("x-dead-letter-exchange", FieldValue.FromString(""))
            .With("x-dead-letter-routing-key", FieldValue.FromString(grave))));
        string[] types = ["headers", "x-consistent-hash", "x-recent-history", "x-delayed-message", "x-message-deduplication"];
        foreach (string type in types)
        {
            var (exchange, _) = await BoundPairAsync(worker, type);
            await worker.PublishAsync(exchange, "3", properties, mandatory: true, which: 1);
        }
        await worker.UseQueueAsync(dying, properties, consumes: false);
        return (await worker.AskAsync(new ChannelFlow(true), which: 1)).ToString();
    }

    private static async Task<(string Exchange, string Queue)> BoundPairAsync(FuzzWorker worker, string type)
    {
        string exchange = worker.Prefix + type, queue = worker.Prefix + "out";
        var arguments = type switch
        {
            "x-delayed-message" => FieldTable.Empty.With("x-delayed-type", FieldValue.FromString("topic")),
            "x-message-deduplication" => FieldTable.Empty.With("x-cache-size", FieldValue.FromInt32(3)),
            "x-consistent-hash" => FieldTable.Empty.With("hash-header", FieldValue.FromString("x-delay")),
            _ => FieldTable.Empty,
        };
        await DeclareOnceAsync(worker, queue, 2);
        await worker.OnceAsync(exchange, async () =>
        {
            await worker.DeclareExchangeAsync(exchange, type, arguments);
            await worker.BindQueueAsync(queue, exchange, "1");
        });
        return (exchange, queue);
    }

    private static Task DeclareOnceAsync(FuzzWorker worker, string queue, int length) =>
        worker.OnceAsync(queue, () => worker.DeclareQueueAsync(queue, FieldTable.Empty.With("x-max-length", FieldValue.FromInt32(length))));

    private static async Task<string> TryPropertyOverHttpAsync(FuzzWorker worker, string name, HostileValue value)
    {
        string queue = worker.Prefix + "http";
        await DeclareOnceAsync(worker, queue, 2);
        string body =
            $"{{\"routing_key\":{JsonSerializer.Serialize(queue)},\"payload\":\"x\","
                + $"\"payload_encoding\":\"string\",\"properties\":{{\"{name}\":{value.Json}}}}}";
        var (code, _) = await worker.Api.CallAsync("POST", $"/exchanges/{Host}/amq.default/publish", body);
        await worker.AskAsync(new BasicGet(queue, true));
        return Text(code);
    }

    private static async Task<string> TryPolicyAsync(FuzzWorker worker, string kind, string key, HostileValue value)
    {
        string queue = worker.Prefix + "ruled", exchange = worker.Prefix + "ruled-x", path = $"/{kind}/{Host}/{worker.Prefix}policy";
        await worker.OnceAsync(exchange, () => worker.DeclareExchangeAsync(exchange, "fanout"));
        var arguments = FieldTable.Empty.With("x-dead-letter-exchange", FieldValue.FromString(exchange));
        await worker.OnceAsync(queue, () => worker.DeclareQueueAsync(queue, arguments));
        string body =
            $"{{\"pattern\":{JsonSerializer.Serialize($"^{worker.Prefix}ruled")},\"definition\":{{\""
                + $"{key}\":{value.Json}}},\"priority\":1,\"apply-to\":\"all\"}}";
        var (code, _) = await worker.Api.CallAsync("PUT", path, body);
        if (code is 201 or 204)
        {
            if (value.Field.IsInteger)
            {
                string left = await LeaveQueueAsync(worker, arguments);
                await worker.Api.CallAsync(
                    "PUT",
                    $"/{kind}/{Host}/{left}",
                    $"{{\"pattern\":{JsonSerializer.Serialize($"^{left}$")},\"definition\":{{\"{key}\":"
                        + $"{value.Json}}},\"apply-to\":\"queues\"}}");
            }
            await worker.UseQueueAsync(queue);
            await worker.PublishAsync(exchange, "", new(), count: 2, mandatory: true);
            await worker.Api.CallAsync("DELETE", path);
            await worker.DeclareQueueAsync(queue, arguments); // declared again, because the queue may have expired
            await worker.PublishAsync("", queue, new()); // so that the next policy applies to a queue with a message
        }
        return Text(code);
    }

    private static async Task<string> TryPolicyFieldAsync(FuzzWorker worker, string field, HostileValue value)
    {
        string path = $"/policies/{Host}/{worker.Prefix}policy";
        var fields = new Dictionary<string, string>
        {
            ["pattern"] = JsonSerializer.Serialize($"^{worker.Prefix}ruled"),
            ["definition"] = "{\"max-length\":2}",
            ["priority"] = "1",
            ["apply-to"] = "\"all\"",
            // The pattern begins with the worker's prefix, so that the policy does not apply to objects of other workers.
            [field] = field == "pattern" && value.Field.Type == FieldType.LongString
                ? JsonSerializer.Serialize($"^{worker.Prefix}{value.ShortText}")
                : value.Json,
        };
        var (code, _) = await worker.Api.CallAsync("PUT", path, Body(fields));
        if (code is 201 or 204)
        {
            await worker.UseQueueAsync(worker.Prefix + "ruled");
            await worker.Api.CallAsync("DELETE", path);
        }
        return Text(code);
    }

    private static async Task<string> TryHttpGetAsync(FuzzWorker worker, string field, HostileValue value)
    {
        string queue = worker.Prefix + "http";
        await DeclareOnceAsync(worker, queue, 2);
        await worker.PublishAsync("", queue, new() { Headers = Table("h", value) }, count: 2);
        var fields = new Dictionary<string, string>
        {
            ["count"] = "2",
            ["ackmode"] = "\"ack_requeue_true\"",
            ["encoding"] = "\"auto\"",
            ["truncate"] = "5",
            [field] = value.Json,
        };
        return Text((await worker.Api.CallAsync("POST", $"/queues/{Host}/{queue}/get", Body(fields))).Code);
    }

    private static async Task<string> TryQueryAsync(FuzzWorker worker, string name, HostileValue value)
    {
        string query = name + "=" + Uri.EscapeDataString(value.ShortText);
        string others = string.Concat(
            ((string[])["page=1", "lengths_age=60", "lengths_incr=5", "msg_rates_age=60", "msg_rates_incr=5"])
                .Where(other => !other.StartsWith(name + "=", StringComparison.Ordinal))
                .Select(other => "&" + other));
        return Text((await worker.Api.CallAsync("GET", $"/queues/{Host}?{query}{others}")).Code);
    }

    private static async Task<string> TryLimitAsync(FuzzWorker worker, string name, HostileValue value)
    {
        string[] words = name.Split(' ');
        string path = $"/{words[0]}/{(words[0] == "vhost-limits" ? ScratchHost : ScratchUser)}/{words[1]}";
        var (code, _) = await worker.Api.CallAsync("PUT", path, $"{{\"value\":{value.Json}}}");
        await worker.Api.CallAsync("GET", $"/{words[0]}");
        await worker.Api.CallAsync("PUT", $"/queues/{ScratchHost}/q", "{}");
        using (await HostileClient.OpenAsync(worker.Run, "/", ScratchUser, ScratchUser))
            await worker.Api.CallAsync("DELETE", path);
        return Text(code);
    }

    private static async Task<string> TryVirtualHostAsync(FuzzWorker worker, string field, HostileValue value)
    {
        string path = $"/vhosts/{worker.Prefix}host";
        var (code, _) = await worker.Api.CallAsync("PUT", path, $"{{\"{field}\":{value.Json}}}");
        await worker.Api.CallAsync("GET", "/vhosts");
        await worker.Api.CallAsync("PUT", $"/queues/{worker.Prefix}host/q", "{}");
        await worker.Api.CallAsync("DELETE", path);
        return Text(code);
    }

    private static async Task<string> TryPermissionAsync(FuzzWorker worker, string field, HostileValue value)
    {
        var fields = new Dictionary<string, string>
        {
            ["configure"] = "\"^fuzz\"",
            ["write"] = "\"^fuzz\"",
            ["read"] = "\"^fuzz\"",
            [field] = value.Json
        };
        var (code, _) = await worker.Api.CallAsync("PUT", $"/permissions/{Host}/{ScratchUser}", Body(fields));
        await worker.Api.CallAsync(
            "PUT", $"/permissions/{Host}/{ScratchUser}", "{\"configure\":\"^fuzz\",\"write\":\"^fuzz\",\"read\":\"^fuzz\"}");
        return Text(code);
    }

    private static async Task<string> TryParameterAsync(FuzzWorker worker, string component, HostileValue value)
    {
        string path = $"/parameters/{component}/{Host}/{worker.Prefix}parameter",
            globalPath = $"/global-parameters/{worker.Prefix}{component}";
        var (code, _) = await worker.Api.CallAsync("PUT", path, $"{{\"value\":{value.Json}}}");
        await worker.Api.CallAsync("PUT", globalPath, $"{{\"value\":{value.Json}}}");
        await worker.Api.CallAsync("GET", "/definitions");
        await worker.Api.CallAsync("DELETE", path);
        await worker.Api.CallAsync("DELETE", globalPath);
        return Text(code);
    }

    private static async Task<string> TryPrefetchAsync(FuzzWorker worker, string whose, HostileValue value)
    {
        long number = value.Field.IsInteger ? value.Field.AsInteger() : value.ShortText.Length;
        var answer = await worker.AskAsync(new BasicQos(0, (ushort)number, Global: whose == "of a channel"));
        await DeclareOnceAsync(worker, worker.Prefix + "consumed", 10);
        await worker.UseQueueAsync(worker.Prefix + "consumed");
        await worker.AskAsync(new BasicQos(0, 0, Global: whose == "of a channel"));
        return answer.ToString();
    }

    private static string Body(Dictionary<string, string> fields) =>
        "{" + string.Join(',', fields.Select(field => $"\"{field.Key}\":{field.Value}")) + "}";

    private static string Text(int code) => code < 300 ? "taken" : code.ToString(CultureInfo.InvariantCulture);
}
