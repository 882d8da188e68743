using System.Text.Json;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Behaviour.Management;

public class PolicyTests : ApiTests
{
    [TestCase("message-ttl", "\"a\"", "&lt;&lt;\"a\"&gt;&gt; is not a valid message TTL")]
    [TestCase("message-ttl", "-1", "-1 is not a valid message TTL")]
    [TestCase("message-ttl", "1.5", "1.5 is not a valid message TTL")]
    [TestCase("message-ttl", "null", "null is not a valid message TTL")]
    [TestCase("expires", "0", "0 is not a valid queue expiry")]
    [TestCase("max-length", "-1", "-1 is not a valid maximum length")]
    [TestCase("max-length-bytes", "-2", "-2 is not a valid maximum length in bytes")]
    [TestCase("max-in-memory-length", "-1", "-1 is not a valid maximum memory in bytes")]
    [TestCase("overflow", "\"nope\"", "&lt;&lt;\"nope\"&gt;&gt; is not a valid overflow value")]
    [TestCase("queue-mode", "\"x\"", "&lt;&lt;\"x\"&gt;&gt; is not a valid queue-mode value")]
    [TestCase("queue-version", "3", "3 is not a valid queue-version value")]
    [TestCase("delivery-limit", "-1", "-1 is not a valid delivery limit")]
    [TestCase("dead-letter-exchange", "1", "1 is not a valid dead letter exchange name")]
    [TestCase("dead-letter-routing-key", "1", "1 is not a valid dead letter routing key")]
    [TestCase("dead-letter-strategy", "\"x\"", "&lt;&lt;\"x\"&gt;&gt; is not a valid dead letter strategy")]
    [TestCase("alternate-exchange", "1", "1 is not a valid alternate exchange name")]
    [TestCase("stream-max-segment-size-bytes", "-1", "-1 is not a valid segment size")]
    [TestCase("queue-leader-locator", "\"x\"", "&lt;&lt;\"x\"&gt;&gt; is not a valid queue leader locator value")]
    [TestCase("queue-master-locator", "\"x\"", "&lt;&lt;\"x\"&gt;&gt; invalid queue-master-locator value")]
    [TestCase(
        "foo", "{\"a\":[1,\"x\"]}",
        "[{&lt;&lt;\"foo\"&gt;&gt;,#{&lt;&lt;\"a\"&gt;&gt; =&gt; [1,&lt;&lt;\"x\"&gt;&gt;]}}] are not recognised policy settings")]
    public async Task A_value_that_cannot_be_is_refused(string key, string value, string text)
    {
        var answer = await PutAsync(
            $"/policies/{await NewVirtualHostAsync()}/p", $$$"""{"pattern":"^x","definition":{"{{{key}}}":{{{value}}}}}""");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, $"Validation failed\n\n{text}\n")));
    }

    [Test]
    public async Task A_queue_that_refuses_by_a_policy_has_room_again_for_each_message_that_goes()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        string queue = await DeclareQueueAsync(channel);
        await PutAsync($"/policies/{host}/p", """{"pattern":"^q-","definition":{"max-length":2,"overflow":"reject-publish"}}""");
        await Eventually.Holds(
            async () => (await GetAsync($"/queues/{host}/{queue}")).Body.Contains("\"policy\":\"p\"", StringComparison.Ordinal),
            () => "the policy is not applied to the queue");
        await channel.SelectConfirmsAsync();

        for (int round = 0; round < 3; round++)
        {
            for (int message = 0; message < 2; message++)
            {
                await channel.PublishAsync("", queue, "taken");
                await channel.ExpectAsync<BasicAck>();
            }
            await channel.PublishAsync("", queue, "refused");
            await channel.ExpectAsync<BasicNack>();
            await channel.GetAsync(queue);
            await channel.GetAsync(queue);
        }
    }

    [Test]
    public async Task A_time_to_live_is_for_messages_that_come_after_it()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        string queue = await DeclareQueueAsync(channel), witness = await DeclareQueueAsync(channel);
        await channel.PublishAsync("", queue, "before");
        await channel.ExpectQuietAsync();

        await PutAsync($"/policies/{host}/p", """{"pattern":"^q-","definition":{"message-ttl":50}}""");
        await ExpectTimeToLiveAsync(host, queue);
        await ExpectTimeToLiveAsync(host, witness);
        await channel.PublishAsync("", witness, "after");
        await channel.PublishAsync("", queue, "after");

        await Eventually.Holds(
            async () => (await channel.LookUpQueueAsync(witness)).MessageCount == 0,
            () => "the policy's time to live does not expire the message");
        Assert.That((await channel.GetAsync(queue)).Text, Is.EqualTo("before"));
        await Eventually.Holds(
            async () => (await channel.LookUpQueueAsync(queue)).MessageCount == 0,
            () => "the policy's time to live does not expire the message");
    }

    private static Task ExpectTimeToLiveAsync(string host, string queue) => Eventually.Holds(
        async () => (await GetAsync($"/queues/{host}/{queue}")).Body.Contains("\"message-ttl\":50", StringComparison.Ordinal),
        () => "the policy is not applied to the queue");

    [TestCase("""{"pattern":"^x","definition":{}}""", "Validation failed\n\nno policy provided\n")]
    [TestCase("""{"pattern":"^x"}""", "[{key_missing,definition}]")]
    [TestCase("", "[{key_missing,pattern},{key_missing,definition}]")]
    [TestCase(
        """{"pattern":"(","definition":{"max-length":1}}""",
        "Validation failed\n\npattern should be regular expression but is invalid: {\"missing )\",1}\n")]
    [TestCase("""{"pattern":5,"definition":{"max-length":1}}""", "Validation failed\n\npattern should be a binary but was 5\n")]
    [TestCase(
        """{"pattern":"^x","definition":{"max-length":1},"priority":"x"}""",
        "Validation failed\n\npriority should be a number, actually was &lt;&lt;\"x\"&gt;&gt;\n")]
    [TestCase("{notjson", "not_json")]
    public async Task A_policy_that_cannot_be_is_refused(string body, string reason)
    {
        var answer = await PutAsync($"/policies/{await NewVirtualHostAsync()}/p", body);

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((400, reason)));
    }

    [TestCase("overflow", "\"drop-head\"")]
    [TestCase("dead-letter-exchange", "\"x\"")]
    [TestCase("queue-mode", "\"lazy\"")]
    public async Task An_operator_policy_takes_limits_only(string key, string value)
    {
        if (key == "overflow")
            await SkipOnRabbitMqAsync("RabbitMQ accepts this key in later versions.");
        var answer = await PutAsync(
            $"/operator-policies/{await NewVirtualHostAsync()}/p", $$$"""{"pattern":"^x","definition":{"{{{key}}}":{{{value}}}}}""");

        Assert.That(answer.Code, Is.EqualTo(key == "overflow" ? 201 : 400));
        if (answer.Code == 400)
            Assert.That(
                answer.Reason,
                Is.EqualTo($"Validation failed\n\n[{{<<\"{key}\">>,<<{value}>>}}] are not recognised policy settings\n"));
    }

    [Test]
    public async Task A_policy_is_made_changed_shown_and_deleted()
    {
        string path = $"/policies/{await NewVirtualHostAsync()}/p", host = path.Split('/')[2];

        Assert.That((await PutAsync(path, new { pattern = "^x", definition = new { expires = 5 }, priority = 2 })).Code, Is.EqualTo(201));
        Assert.That((await PutAsync(path, """{"pattern":"^x","definition":{"max-length":1},"apply-to":"queues"}""")).Code, Is.EqualTo(204));
        string expected =
            $$$"""{"vhost":"{{{host}}}","name":"p","pattern":"^x","apply-to":"queues","definition":{"max-length":1},"priority":0}""";
        Assert.That((await GetAsync(path)).Body, Is.EqualTo(expected));
        Assert.That((await GetAsync($"/policies/{host}")).Body, Is.EqualTo($"[{expected}]"));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(204));
        Assert.That((await DeleteAsync(path)).Code, Is.EqualTo(404));
        Assert.That((await GetAsync(path)).Body, Is.EqualTo("""{"error":"Object Not Found","reason":"Not Found"}"""));
    }

    [Test]
    public async Task A_policy_in_no_virtual_host_is_not_found()
    {
        var answer = await PutAsync($"/policies/{NewName("v")}/p", new { pattern = "", definition = new { expires = 5 } });

        Assert.That((answer.Code, answer.Body), Is.EqualTo((404, """{"error":"not_found","reason":"vhost_not_found"}""")));
    }

    [Test]
    public async Task The_matching_policy_of_the_highest_priority_counts_merged_with_the_operators()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q1", new { });
        await PutAsync($"/policies/{host}/low", """{"pattern":"^q","definition":{"max-length":7,"expires":1000000},"priority":1}""");
        await PutAsync(
            $"/policies/{host}/high", """{"pattern":"1$","definition":{"max-length":100,"dead-letter-exchange":"d"},"priority":2}""");
        await PutAsync($"/policies/{host}/other", """{"pattern":"^z","definition":{"max-length":1},"priority":9}""");
        await PutAsync(
            $"/policies/{host}/exchanges", """{"pattern":"^q","definition":{"max-length":2},"priority":9,"apply-to":"exchanges"}""");
        await PutAsync($"/operator-policies/{host}/op", """{"pattern":"q","definition":{"max-length":50,"message-ttl":900000}}""");

        await ExpectEffectiveAsync(host, "q1", "high", "op", """{"dead-letter-exchange":"d","max-length":50,"message-ttl":900000}""");

        await DeleteAsync($"/policies/{host}/high");
        await ExpectEffectiveAsync(host, "q1", "low", "op", """{"expires":1000000,"max-length":7,"message-ttl":900000}""");

        await PutAsync($"/queues/{host}/q2", new { });
        await ExpectEffectiveAsync(host, "q2", "low", "op", """{"expires":1000000,"max-length":7,"message-ttl":900000}""");
    }

    [Test]
    public async Task An_exchange_gets_its_alternate_from_a_policy_while_there_is_one()
    {
        string host = await NewVirtualHostAsync();
        var channel = await OpenChannelAsync(host);
        await channel.DeclareExchangeAsync("x", "direct");
        await channel.DeclareExchangeAsync("alternate", "fanout");
        await channel.DeclareQueueAsync("q");
        await channel.BindQueueAsync("q", "alternate");
        await channel.PublishAsync("x", "k", "before");
        await channel.ExpectEmptyAsync("q"); // the answer shows that the broker has routed the publish before the test sets the policy

        await PutAsync($"/policies/{host}/p", """{"pattern":"^x$","definition":{"alternate-exchange":"alternate"}}""");
        await channel.PublishAsync("x", "k", "with");
        Assert.That((await channel.GetAsync("q")).Text, Is.EqualTo("with"));

        await DeleteAsync($"/policies/{host}/p");
        await channel.PublishAsync("x", "k", "after");
        await channel.ExpectEmptyAsync("q");
    }

    [Test]
    public async Task The_alternate_of_the_declaration_outweighs_that_of_a_policy()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/policies/{host}/p", """{"pattern":"^x$","definition":{"alternate-exchange":"other"}}""");
        var channel = await OpenChannelAsync(host);
        await channel.DeclareExchangeAsync("alternate", "fanout");
        await channel.DeclareExchangeAsync("x", "direct", arguments: Table("alternate-exchange", FieldValue.FromString("alternate")));
        await channel.DeclareQueueAsync("q");
        await channel.BindQueueAsync("q", "alternate");

        await channel.PublishAsync("x", "k", "one");

        Assert.That((await channel.GetAsync("q")).Text, Is.EqualTo("one"));
    }

    [Test]
    public async Task A_policy_with_keys_of_another_queue_type_does_not_match()
    {
        string host = await NewVirtualHostAsync();
        await PutAsync($"/queues/{host}/q", new { });
        await PutAsync($"/policies/{host}/a", """{"pattern":"^q","definition":{"max-length":7},"priority":1}""");
        await PutAsync($"/policies/{host}/b", """{"pattern":"^q","definition":{"delivery-limit":7},"priority":2}""");

        await ExpectEffectiveAsync(host, "q", "a", null, """{"max-length":7}""");
    }

    /// <summary>Waits until the HTTP API shows these policies for the queue. RabbitMQ takes a few seconds to show a change.</summary>
    private static async Task ExpectEffectiveAsync(string host, string queue, string? policy, string? operatorPolicy, string definition)
    {
        string last = "";
        await Eventually.Holds(
            async () =>
            {
                last = (await GetAsync($"/queues/{host}/{queue}?columns=policy,operator_policy,effective_policy_definition")).Body;
                var json = JsonDocument.Parse(last).RootElement;
                return json.ValueKind == JsonValueKind.Object
                    && json.TryGetProperty("effective_policy_definition", out var effective)
                    && effective.GetRawText() == definition
                    && json.GetProperty("policy").GetString() == policy
                    && json.GetProperty("operator_policy").GetString() == operatorPolicy;
            },
            () => $"It is {last}",
            TimeSpan.FromMinutes(1));
    }
}
