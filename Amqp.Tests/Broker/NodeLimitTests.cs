using System.Net;
using System.Text.Json;
using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Queues.Rules;
using Amqp.Server.Broker.VirtualHosts;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>A broker has limits that apply to all of its clients together.</summary>
public class NodeLimitTests
{
    // this broker limits message size and virtual hosts, but neither the number of channels nor the frame size
    private BrokerInProcess _unlimited = null!;

    [OneTimeSetUp]
    public async Task StartAsync() =>
        _unlimited = await BrokerInProcess.StartAsync("channel_max = 0", "frame_max = 0", "max_message_size = 150000", "vhost_max = 0");

    [OneTimeTearDown]
    public async Task StopAsync() => await _unlimited.DisposeAsync();

    [Test]
    public async Task One_connection_too_many_is_refused()
    {
        await using var broker = await BrokerInProcess.StartAsync("connection_max = 1");
        Assert.That(await IsBelowConnectionLimitAsync(broker), Is.EqualTo(HttpStatusCode.OK));
        await using var first = await DialAsync(broker);
        await first.OpenAsync();
        Assert.That(await IsBelowConnectionLimitAsync(broker), Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        await using var second = await DialAsync(broker);
        await second.LogInAndExpectTuneAsync();
        await second.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));

        await second.SendAsync(0, new ConnectionOpen("/"));

        await second.ExpectCloseAsync(
            ReplyCode.NotAllowed, "NOT_ALLOWED - connection refused: node connection limit (1) is reached", ConnectionOpen.Id);
    }

    [Test]
    public async Task One_queue_too_many_is_refused()
    {
        await using var broker = await BrokerInProcess.StartAsync("cluster_queue_limit = 2");
        await using var client = await DialAsync(broker);
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        broker.Broker.VirtualHosts.Put("another", VirtualHostDescription.None)
            .Topology.DeclareQueue("counts too", false, QueueFlags.None, FieldTable.Empty, this);
        await channel.DeclareExclusiveQueueAsync("a");

        await channel.SendAsync(new QueueDeclare("b", false, false, true, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - cannot declare queue 'b': queue limit in cluster (2) is reached",
            QueueDeclare.Id);
    }

    [Test]
    public async Task One_channel_too_many_is_refused_until_another_is_closed()
    {
        await using var broker = await BrokerInProcess.StartAsync("channel_max_per_node = 2");
        await using var first = await DialAsync(broker);
        await first.OpenAsync();
        await first.OpenChannelAsync(1);
        await using (var gone = await DialAsync(broker))
        {
            await gone.OpenAsync();
            await gone.OpenChannelAsync(1);
        }
        await using var second = await DialAsync(broker);
        await second.OpenAsync();
        await Eventually.Holds(
            () => broker.Broker.VirtualHosts.Find("/")!.Statistics.ChannelCount == 1,
            () => "the channel of the closed connection still counts");
        await second.OpenChannelAsync(1);

        await second.SendAsync(2, new ChannelOpen());

        var close = await second.ExpectAsync<ConnectionClose>(0);
        Assert.That(close.ReplyCode, Is.EqualTo((ushort)530));
        Assert.That(
            close.ReplyText,
            Does.Match(@"^NOT_ALLOWED - number of channels opened on node '.+' has reached the maximum allowed limit of \(2\)$"));
    }

    [Test]
    public async Task One_exchange_too_many_is_refused()
    {
        await using var broker = await BrokerInProcess.StartAsync("cluster_exchange_limit = 12");
        int room = 12 - broker.Broker.VirtualHosts.All.Sum(host => host.Exchanges.Count());
        await using var client = await DialAsync(broker);
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        for (int at = 0; at < room; at++)
            await channel.DeclareExchangeAsync($"e{at}", "direct");

        await channel.SendAsync(new ExchangeDeclare("more", "direct", false, false, false, false, false, FieldTable.Empty));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - cannot declare exchange 'more': exchange limit in cluster (12) is reached",
            ExchangeDeclare.Id);
    }

    [TestCase(0, 0, ushort.MaxValue, int.MaxValue)]
    [TestCase(7, 200_000, 7, 200_000)]
    [TestCase(ushort.MaxValue, int.MaxValue, ushort.MaxValue, int.MaxValue)]
    public async Task Where_channels_and_frames_have_no_limit_a_client_has_the_one_that_it_asks_for(
        int channelMax, int frameMax, int channels, int frames)
    {
        var broker = _unlimited;
        await using var client = await DialAsync(broker);
        var tune = await client.LogInAndExpectTuneAsync();
        Assert.That((tune.ChannelMax, tune.FrameMax), Is.EqualTo(((ushort)0, 0u)));
        await client.SendAsync(0, new ConnectionTuneOk((ushort)channelMax, (uint)frameMax, 0));
        await client.SendAsync(0, new ConnectionOpen("/"));
        await client.ExpectAsync<ConnectionOpenOk>(0);
        var channel = await client.OpenChannelAsync(ushort.MaxValue);
        await client.OpenChannelAsync(1);

        var connection = broker.Connections.All.Single(each => each.Client is not null && each.Load.Channels > 0);
        Assert.That((connection.ChannelMax, connection.FrameMax), Is.EqualTo((channels, frames)));
        Assert.That(connection.Channels.Select(each => each.Number), Is.EqualTo([1, ushort.MaxValue]));
        await channel.DeclareExclusiveQueueAsync("q");
        await channel.PublishAsync("", "q", new string('x', 150_000));
        Assert.That((await channel.GetAsync("q")).Content.BodyFrames, Is.EqualTo(1));
    }

    [Test]
    public async Task A_connection_without_a_bound_for_frames_is_shown_with_0()
    {
        await using var client = await DialAsync(_unlimited);
        await client.OpenAsync(frameMax: 0, properties: FieldTable.Empty.With("connection_name", FieldValue.FromString("without a bound")));
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));

        using var connections = JsonDocument.Parse(
            await http.GetStringAsync($"http://127.0.0.1:{_unlimited.ManagementPort}/api/connections"));

        var shown = connections.RootElement.EnumerateArray()
            .Single(connection => connection.TryGetProperty("user_provided_name", out var name) && name.GetString() == "without a bound");
        Assert.That(shown.GetProperty("frame_max").GetInt64(), Is.Zero);
    }

    [Test]
    public async Task A_message_may_be_as_large_as_the_broker_takes_and_no_larger()
    {
        await using var client = await DialAsync(_unlimited);
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExclusiveQueueAsync("q");
        await channel.PublishAsync("", "q", new string('x', 150_000));
        Assert.That((await channel.GetAsync("q")).Text, Has.Length.EqualTo(150_000));

        await channel.PublishAsync("", "q", new string('x', 150_001));

        await channel.ExpectCloseAsync(
            ReplyCode.PreconditionFailed,
            "PRECONDITION_FAILED - message size 150001 is larger than configured max size 150000",
            BasicPublish.Id);
    }

    [Test]
    public void The_first_virtual_host_is_made_whatever_the_limit()
    {
        Assert.That(_unlimited.Broker.VirtualHosts.All.Select(host => host.Name), Is.EqualTo(["/"]));
        Assert.That(
            () => _unlimited.Broker.VirtualHosts.Put("a", VirtualHostDescription.None),
            Throws.TypeOf<BrokerException>().With.Message.EqualTo("cannot create vhost 'a': vhost limit of 0 is reached"));
    }

    [Test]
    public async Task One_virtual_host_too_many_is_refused_and_one_that_is_there_is_not()
    {
        await using var broker = await BrokerInProcess.StartAsync("vhost_max = 2");
        broker.Broker.VirtualHosts.Put("a", VirtualHostDescription.None);

        Assert.That(
            () => broker.Broker.VirtualHosts.Put("b", VirtualHostDescription.None),
            Throws.TypeOf<BrokerException>().With.Message.EqualTo("cannot create vhost 'b': vhost limit of 2 is reached"));
        Assert.That(() => broker.Broker.VirtualHosts.Put("a", VirtualHostDescription.None), Throws.Nothing);
    }

    [Test]
    public async Task New_virtual_hosts_begin_with_the_limits_and_operator_policies_that_are_configured()
    {
        await using var broker = await BrokerInProcess.StartAsync(
            "default_limits.vhosts.small.pattern = ^small", "default_limits.vhosts.small.max_queues = 3",
            "default_limits.vhosts.all.max_connections = 7",
            "default_policies.operator.bound.vhost_pattern = ^small",
            "default_policies.operator.bound.queue_pattern = ^q",
            "default_policies.operator.bound.max_length = 5",
            "default_policies.operator.bound.message_ttl = 1m",
            "default_policies.operator.bound.max_length_bytes = 2Ki");

        var small = broker.Broker.VirtualHosts.Put("small.1", VirtualHostDescription.None);
        var other = broker.Broker.VirtualHosts.Put("other", VirtualHostDescription.None);

        Assert.That(small.Limits, Is.EqualTo(new VirtualHostLimits(null, 3)));
        Assert.That(other.Limits, Is.EqualTo(new VirtualHostLimits(7, null)));
        var policy = small.Policies.Find(PolicyKind.Operator, "bound")!;
        Assert.That((policy.Pattern, policy.ApplyTo), Is.EqualTo(("^q", "queues")));
        Assert.That(
            policy.Definition.Select(entry => $"{entry.Key}={entry.Value.AsInteger()}"),
            Is.EqualTo(new[] { "max-length=5", "max-length-bytes=2048", "message-ttl=60000" }));
        Assert.That(other.Policies.All(PolicyKind.Operator), Is.Empty);
    }

    [TestCase("operator-policies", """{"pattern":"","definition":{"max-length":1}}""")]
    [TestCase("parameters/operator_policy", """{"value":{"pattern":"","definition":{"max-length":1}}}""")]
    public async Task Operator_policies_may_be_closed_to_changes_over_HTTP(string address, string policy)
    {
        await using var broker = await BrokerInProcess.StartAsync("management.restrictions.operator_policy_changes.disabled = true");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/") };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));

        var put = await http.PutAsync($"{address}/%2F/p", new StringContent(policy));
        var delete = await http.DeleteAsync($"{address}/%2F/p");

        Assert.That((put.StatusCode, delete.StatusCode), Is.EqualTo((HttpStatusCode.MethodNotAllowed, HttpStatusCode.MethodNotAllowed)));
        Assert.That((await http.GetAsync($"{address}/%2F")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await http.GetStringAsync("overview"), Does.Contain("\"is_op_policy_updating_enabled\":false"));
    }

    [Test]
    public async Task A_delivery_stays_unacknowledged_no_longer_than_the_broker_allows()
    {
        await using var broker = await BrokerInProcess.StartAsync("consumer_timeout = 200");
        await using var client = await DialAsync(broker);
        await client.OpenAsync();
        var channel = await client.OpenChannelAsync();
        await channel.DeclareExclusiveQueueAsync("q");
        await channel.ConsumeAsync("q", "c");
        await channel.PublishAsync("", "q", "a");
        await channel.ExpectDeliveryAsync();

        var close = await channel.ExpectAsync<ChannelClose>();

        Assert.That(
            close.ReplyText,
            Does.StartWith("PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 200 ms."));
        Assert.That(broker.Log, Has.One.EndsWith(": consumer 'c' of queue 'q' on channel 1 has not acknowledged a delivery in time"));
    }

    /// <summary>Returns the HTTP status of the health check for the connection limit.</summary>
    private static async Task<HttpStatusCode> IsBelowConnectionLimitAsync(BrokerInProcess broker)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("guest:guest"u8));
        using var answer = await http.GetAsync($"http://127.0.0.1:{broker.ManagementPort}/api/health/checks/below-node-connection-limit");
        return answer.StatusCode;
    }

    private static Task<RawClient> DialAsync(BrokerInProcess broker) => RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
}
