using System.Text.Json;
using System.Text.Json.Nodes;
using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.Values;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

/// <summary>
/// Every argument and every policy key is set to boundary values. The broker accepts the value, or refuses the request with a reason. No
/// value affects another queue.
/// </summary>
public class HostileValueTests : ApiTests
{
    private const string Numbers = "0 1 2^31 2^53 2^63-1",
        Times = "0 1 2^31",
        Names = "empty 255",
        Texts = "empty 255 256 70000",
        All = "-1 0 1 2^31 2^53 2^63-1 float empty 255 256 70000 true null list table";

    /// <summary>The boundary values as JSON, by the names that the tests use.</summary>
    private static readonly Dictionary<string, string> _values = new()
    {
        ["-1"] = "-1",
        ["0"] = "0",
        ["1"] = "1",
        ["2^31"] = "2147483648",
        ["2^53"] = "9007199254740992",
        ["2^63-1"] = "9223372036854775807",
        ["float"] = "1.5",
        ["empty"] = "\"\"",
        ["255"] = Letters(255),
        ["256"] = Letters(256),
        ["70000"] = Letters(70_000),
        ["true"] = "true",
        ["null"] = "null",
        ["list"] = "[]",
        ["table"] = "{}",
    };

    /// <summary>
    /// For each policy key, the names of the boundary values in <see cref="_values"/> that this broker accepts. RabbitMQ also accepts
    /// exchange names and routing keys of any length, and times without an upper bound.
    /// </summary>
    private static readonly Dictionary<string, string> _policies = new()
    {
        ["alternate-exchange"] = Names,
        ["consumer-timeout"] = Numbers,
        ["dead-letter-exchange"] = Names,
        ["dead-letter-routing-key"] = Names,
        ["dead-letter-strategy"] = "",
        ["message-ttl"] = Times,
        ["expires"] = "1 2^31",
        ["max-length"] = Numbers,
        ["max-length-bytes"] = Numbers,
        ["max-in-memory-length"] = Numbers,
        ["max-in-memory-bytes"] = Numbers,
        ["delivery-limit"] = Numbers,
        ["queue-mode"] = "",
        ["queue-version"] = "1",
        ["overflow"] = "",
        ["max-age"] = "",
        ["stream-max-segment-size-bytes"] = Times,
        ["stream-filter-size-bytes"] = "",
        ["queue-leader-locator"] = "",
        ["initial-cluster-size"] = Numbers,
        ["queue-master-locator"] = "",
        ["federation-upstream"] = Texts,
        ["federation-upstream-set"] = Texts,
        ["federation-upstream-pattern"] = Texts,
        ["x-message-deduplication"] = "true",
        ["x-cache-size"] = "1 2^31 2^53 2^63-1",
        ["x-cache-ttl"] = "1 2^31",
        ["x-cache-persistence"] = "",
        ["ha-mode"] = "",
        ["ha-params"] = All,
        ["ha-sync-mode"] = "",
        ["ha-sync-batch-size"] = "1 2^31 2^53 2^63-1",
        ["ha-promote-on-shutdown"] = "",
        ["ha-promote-on-failure"] = "",
    };

    /// <summary>
    /// For each argument of queue.declare, the names of the boundary values in <see cref="_values"/> that this broker accepts.
    /// </summary>
    private static readonly Dictionary<string, string> _arguments = new()
    {
        ["x-expires"] = "1 2^31",
        ["x-message-ttl"] = Times,
        ["x-dead-letter-exchange"] = Names,
        ["x-dead-letter-routing-key"] = Names,
        ["x-dead-letter-strategy"] = "",
        ["x-max-length"] = Numbers,
        ["x-max-length-bytes"] = Numbers,
        ["x-max-priority"] = "0 1",
        ["x-overflow"] = "",
        ["x-queue-mode"] = "",
        ["x-queue-version"] = "1",
        ["x-single-active-consumer"] = "true",
        ["x-delivery-limit"] = "-1 " + Numbers,
        ["x-consumer-timeout"] = Numbers,
        ["x-queue-type"] = "",
        ["x-queue-master-locator"] = All,
        ["x-message-deduplication"] = "true",
        ["x-cache-size"] = "1 2^31 2^53 2^63-1",
        ["x-cache-ttl"] = "1 2^31",
        ["x-cache-persistence"] = "",
        ["x-deduplication-header"] = "255",
        ["x-of-nobody"] = All,
    };

    private static readonly string[] _policyKeys = [.. _policies.Keys], _argumentNames = [.. _arguments.Keys];

    [Test]
    public void The_tables_name_every_argument_and_every_key()
    {
        Assert.That(_policies.Keys, Is.EquivalentTo(PolicyKeys.Names));
        Assert.That(_arguments.Keys, Is.EquivalentTo([.. QueueArguments.Names, "x-of-nobody"]));
    }

    [TestCaseSource(nameof(_policyKeys))]
    public async Task A_policy_is_taken_or_refused_in_whichever_way_it_comes(string key)
    {
        await SkipOnRabbitMqAsync("RabbitMQ has fewer keys, accepts more values, and answers some with 500.");
        string host = await NewVirtualHostAsync();
        bool isOperators = PolicyKeys.IsKnown(PolicyKind.Operator, key);
        foreach (var (name, value) in _values)
        {
            bool isTaken = _policies[key].Split(' ').Contains(name);
            string policy = $$$"""{"pattern":"^policed$","definition":{"{{{key}}}":{{{value}}}}}""";
            string named = $$"""{"vhost":"{{host}}","name":"p",{{policy[1..]}}""";
            string parameter = $$$"""{"vhost":"{{{host}}}","name":"p","component":"operator_policy","value":{{{policy}}}}""";

            // the queue is declared for each value, because the previous policy may have deleted the queue
            await PutAsync($"/queues/{host}/policed", "{}");
            await ExpectAsync(PutAsync($"/policies/{host}/p", policy), isTaken);
            await ExpectAsync(PutAsync($"/operator-policies/{host}/p", policy), isTaken && isOperators);
            await ExpectAsync(PostAsync("/definitions", $$"""{"policies":[{{named}}]}"""), isTaken);
            if (isOperators)
                await ExpectAsync(PostAsync("/definitions", $$"""{"parameters":[{{parameter}}]}"""), isTaken);
            if (isTaken)
                await DemandThatAllGoesOnAsync(host);

            async Task ExpectAsync(Task<ApiAnswer> answer, bool isExpected) => Expect(await answer, isExpected, $"{key} {name}");
        }
    }

    [TestCaseSource(nameof(_argumentNames))]
    public async Task An_argument_of_a_queue_is_taken_or_refused_in_whichever_way_it_comes(string argument)
    {
        await SkipOnRabbitMqAsync("RabbitMQ accepts names of any length, and has arguments for other types of queues.");
        string host = await NewVirtualHostAsync();
        var client = await DialAsync();
        await client.OpenAsync(virtualHost: host);
        ushort number = 0;
        foreach (var (name, value) in _values)
        {
            number++;
            bool isTaken = _arguments[argument].Split(' ').Contains(name);
            string arguments =
                $$$"""{"{{{argument}}}":{{{value}}}{{{(argument == "x-dead-letter-routing-key" ? ",\"x-dead-letter-exchange\":\"\"" : "")}}}}""";
            var table = JsonFields.ReadTable(JsonDocument.Parse(arguments).RootElement);
            string definition =
                $$$"""{"vhost":"{{{host}}}","name":"i{{{number}}}","durable":true,"auto_delete":false,"arguments":{{{arguments}}}}""";

            Expect(await PutAsync($"/queues/{host}/h{number}", $$$"""{"arguments":{{{arguments}}}}"""), isTaken, $"{argument} {name}");
            Expect(await PostAsync("/definitions", $$"""{"queues":[{{definition}}]}"""), isTaken, $"{argument} {name}");
            var channel = await client.OpenChannelAsync(number);
            await channel.SendAsync(new QueueDeclare("policed", false, false, false, false, false, table));
            if (!isTaken)
            {
                Assert.That(
                    (await client.ExpectAsync<ChannelClose>(number)).ReplyCode,
                    Is.EqualTo((ushort)ReplyCode.PreconditionFailed),
                    $"{argument} {name}");
                await client.SendAsync(number, new ChannelCloseOk());
                continue;
            }
            await client.ExpectAsync<QueueDeclareOk>(number);
            await DemandThatAllGoesOnAsync(host);
            await channel.SendAsync(new QueueDelete("policed", false, false, false));
            await client.ExpectAsync<QueueDeleteOk>(number);
        }
    }

    [Test]
    public async Task An_alternate_exchange_is_taken_or_refused()
    {
        await SkipOnRabbitMqAsync("RabbitMQ accepts names of any length.");
        string host = await NewVirtualHostAsync();
        foreach (var (name, value) in _values)
            Expect(
                await PutAsync(
                    $"/exchanges/{host}/x{Uri.EscapeDataString(name)}",
                    $$$"""{"type":"fanout","arguments":{"alternate-exchange":{{{value}}}}}"""),
                Names.Split(' ').Contains(name),
                name);
    }

    [Test]
    public async Task A_priority_of_a_consumer_is_any_whole_number()
    {
        var client = await ConnectAsync();
        ushort number = 0;
        foreach (var (name, value) in _values)
        {
            var channel = await client.OpenChannelAsync(++number);
            string queue = await DeclareQueueAsync(channel);
            await channel.SendAsync(new BasicConsume(
                queue, "", false, true, false, false,
                JsonFields.ReadTable(JsonDocument.Parse($$$"""{"x-priority":{{{value}}}}""").RootElement)));
            if ("-1 0 1 2^31 2^53 2^63-1".Split(' ').Contains(name))
            {
                await client.ExpectAsync<BasicConsumeOk>(number);
                continue;
            }
            Assert.That((await client.ExpectAsync<ChannelClose>(number)).ReplyCode, Is.EqualTo((ushort)ReplyCode.PreconditionFailed), name);
            await client.SendAsync(number, new ChannelCloseOk());
        }
    }

    [TestCase("/vhost-limits/V/max-queues")]
    [TestCase("/user-limits/U/max-channels")]
    public async Task A_limit_is_any_whole_number(string path)
    {
        string host = await NewVirtualHostAsync();
        path = path.Replace("V", host, StringComparison.Ordinal).Replace("U", await NewUserAsync("", host), StringComparison.Ordinal);
        foreach (var (name, value) in _values)
            Expect(await PutAsync(path, $$$"""{"value":{{{value}}}}"""), "-1 0 1 2^31 2^53 2^63-1".Split(' ').Contains(name), name);
    }

    [TestCase("/queues/V/q", """{"arguments":{"N":1}}""")]
    [TestCase("/queues/V/q", """{"arguments":{"x":{"a":[{"N":1}]}}}""")]
    [TestCase("/exchanges/V/e", """{"type":"fanout","arguments":{"N":1}}""")]
    [TestCase("/policies/V/p", """{"pattern":"a","definition":{"N":1}}""")]
    [TestCase("/policies/V/p", """{"pattern":"a","definition":{"ha-params":{"N":1}}}""")]
    [TestCase("/operator-policies/V/p", """{"pattern":"a","definition":{"N":1}}""")]
    [TestCase("/parameters/vhost-limits/V/limits", """{"value":{"N":1}}""")]
    [TestCase("/global-parameters/V", """{"value":{"a":{"N":1}}}""")]
    [TestCase("/definitions", """{"global_parameters":[{"name":"g","value":{"N":1}}]}""")]
    [TestCase("/bindings/V/e/amq.direct/e/amq.fanout", """{"arguments":{"N":1}}""")]
    [TestCase(
        "/exchanges/V/amq.direct/publish",
        """{"routing_key":"k","payload":"x","payload_encoding":"string","properties":{"headers":{"N":1}}}""")]
    [TestCase(
        "/exchanges/V/amq.direct/publish",
        """{"routing_key":"k","payload":"x","payload_encoding":"string","properties":{"message_id":"N"}}""")]
    [TestCase("/exchanges/V/amq.direct/publish", """{"routing_key":"N","payload":"x","payload_encoding":"string","properties":{}}""")]
    public async Task What_AMQP_says_in_255_octets_is_not_longer_over_HTTP(string path, string body)
    {
        await SkipOnRabbitMqAsync("RabbitMQ accepts any length.");
        path = path.Replace("V", await NewVirtualHostAsync(), StringComparison.Ordinal);
        bool isPost = path.StartsWith("/bindings", StringComparison.Ordinal)
            || path.EndsWith("publish", StringComparison.Ordinal)
            || path == "/definitions";
        foreach (int length in (int[])[256, 70_000])
        {
            string sent = body.Replace("N", new string('n', length), StringComparison.Ordinal);
            Expect(await (isPost ? PostAsync(path, sent) : PutAsync(path, sent)), isTaken: false, $"{length}");
        }
    }

    [TestCase("count", "-1 0 1 2^31 2^53 2^63-1 float")]
    [TestCase("truncate", "-1 0 1 2^31 2^53 2^63-1 float")]
    public async Task Messages_are_got_with_any_number(string member, string taken)
    {
        await SkipOnRabbitMqAsync("RabbitMQ answers some requests with 500.");
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", "{}");
        await PostAsync(
            $"/exchanges/{host}/amq.default/publish", """{"routing_key":"q","payload":"x","payload_encoding":"string","properties":{}}""");
        foreach (var (name, value) in _values)
        {
            var body = JsonNode.Parse("""{"ackmode":"ack_requeue_true","count":1,"encoding":"auto"}""")!.AsObject();
            body[member] = JsonNode.Parse(value);
            Expect(await PostAsync($"/queues/{host}/q/get", body.ToJsonString()), taken.Split(' ').Contains(name), name);
        }
        Assert.That((await GetAsync($"/queues/{host}/q")).Json.GetProperty("messages").GetInt64(), Is.EqualTo(1));
    }

    private static readonly string[] _queries =
    [
        "page=N", "page=1&page_size=N", "page=N&page_size=N", "lengths_age=N&lengths_incr=1", "lengths_age=60&lengths_incr=N",
        "msg_rates_age=N&msg_rates_incr=N", "data_rates_age=N&data_rates_incr=N",
        "node_stats_age=N&node_stats_incr=N", "page=1&name=N", "sort=N", "columns=N",
    ];

    [TestCaseSource(nameof(_queries))]
    public async Task A_query_with_any_number_is_answered(string query)
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", "{}");
        foreach (string value in (string[])[
            "-1", "0", "1", "2147483648", "9007199254740992", "9223372036854775807", "9223372036854775808", "1e9", "1.5", "",
            new string('9', 255), new string('9', 3_000)
        ])
            foreach (string path in (string[])[$"/queues/{host}", $"/queues/{host}/q", "/overview", "/nodes"])
                Assert.That(
                    (await GetAsync($"{path}?{query.Replace("N", value, StringComparison.Ordinal)}")).Code,
                    Is.AnyOf(200, 400),
                    $"{path} {value}");
    }

    /// <summary>
    /// Publishes to a queue that has the hostile value. Checks that the channel is still open, and that another queue still works.
    /// </summary>
    private async Task DemandThatAllGoesOnAsync(string host)
    {
        var channel = await OpenChannelAsync(host);
        await channel.SendAsync(new QueueDeclare(
            "beside", false, false, false, true, false, FieldTable.Empty.With("x-message-ttl", FieldValue.FromInt32(60_000))));
        await channel.ExpectAsync<QueueDeclareOk>();
        await channel.PublishAsync("", "beside", "kept");
        await channel.PublishAsync("", "policed", "any");
        Assert.That((await channel.GetAsync("beside")).Text, Is.EqualTo("kept"));
        await channel.PublishAsync("", "beside", "gone", new() { Expiration = "0" });
        await Eventually.Holds(async () => (await channel.LookUpQueueAsync("beside")).MessageCount == 0, () => "it does not expire");
    }

    private static void Expect(ApiAnswer answer, bool isTaken, string what)
    {
        if (isTaken)
            Assert.That(answer.Code, Is.AnyOf(200, 201, 204), $"{what}: {answer.Body}");
        else
            Assert.That((answer.Code, answer.Reason.Length > 0), Is.EqualTo((400, true)), what);
    }

    private static string Letters(int count) => $"\"{new string('n', count)}\"";
}
