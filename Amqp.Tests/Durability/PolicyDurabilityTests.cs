using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Amqp.Protocol;
using Amqp.Tests.Support;

namespace Amqp.Tests.Durability;

public class PolicyDurabilityTests
{
    private static readonly string[] _kept =
    [
        "policies/%2F/p", "operator-policies/%2F/o", "parameters/vhost-limits/%2F/limits", "global-parameters/g", "user-limits/guest",
        "vhosts/other?columns=description,default_queue_type",
    ];

    [Test]
    public async Task Policies_parameters_and_limits_are_there_after_a_kill()
    {
        await using var broker = await BrokerProcess.StartAsync();
        using var http = Client(broker);
        await PutAsync(http, "queues/%2F/q", """{"durable":true}""");
        await PutAsync(
            http, "policies/%2F/p", """{"pattern":"^q","definition":{"max-length":7,"overflow":"reject-publish"},"priority":-3}""");
        await PutAsync(http, "operator-policies/%2F/o", """{"pattern":"^q","definition":{"max-length":5}}""");
        await PutAsync(http, "vhost-limits/%2F/max-queues", """{"value":9}""");
        await PutAsync(http, "global-parameters/g", """{"value":{"a":[1,"x",null,1.5,true]}}""");
        await PutAsync(http, "user-limits/guest/max-channels", """{"value":99}""");
        await PutAsync(http, "vhosts/other", """{"description":"d","default_queue_type":"quorum"}""");
        string[] before = await Task.WhenAll(_kept.Select(path => http.GetStringAsync(path)));

        broker.Kill();
        await broker.RestartAsync();

        using var again = Client(broker);
        Assert.That(await Task.WhenAll(_kept.Select(path => again.GetStringAsync(path))), Is.EqualTo(before));
        Assert.That(
            await again.GetStringAsync("queues/%2F/q?columns=effective_policy_definition"),
            Is.EqualTo("""{"effective_policy_definition":{"max-length":5,"overflow":"reject-publish"}}"""));
    }

    [Test]
    public async Task They_hold_as_before_a_kill()
    {
        await using var broker = await BrokerProcess.StartAsync();
        using var http = Client(broker);
        await PutAsync(http, "queues/%2F/q", """{"durable":true}""");
        foreach (string kind in (string[])["policies", "operator-policies"])
        {
            // Policy b has the highest priority, so it applies. Its name is neither the first nor the last, so the test notices if policies
            // are chosen by name.
            await PutAsync(http, $"{kind}/%2F/a", """{"pattern":"","definition":{"expires":100000},"priority":1}""");
            await PutAsync(http, $"{kind}/%2F/b", """{"pattern":"","definition":{"expires":200000},"priority":9}""");
            await PutAsync(http, $"{kind}/%2F/c", """{"pattern":"","definition":{"expires":300000},"priority":2}""");
        }
        await PutAsync(http, "vhosts/full", "{}");
        await PutAsync(http, "permissions/full/guest", """{"configure":".*","write":".*","read":".*"}""");
        await PutAsync(http, "vhost-limits/full/max-queues", """{"value":0}""");
        await PutAsync(http, "vhost-limits/full/max-connections", """{"value":0}""");
        await PutAsync(http, "users/few", """{"password":"few","tags":""}""");
        await PutAsync(http, "permissions/%2F/few", """{"configure":".*","write":".*","read":".*"}""");
        await PutAsync(http, "user-limits/few/max-connections", """{"value":0}""");

        broker.Kill();
        await broker.RestartAsync();

        using var again = Client(broker);
        Assert.Multiple(async () =>
        {
            Assert.That(
                await again.GetStringAsync("queues/%2F/q?columns=policy,operator_policy"),
                Is.EqualTo("""{"policy":"b","operator_policy":"b"}"""));
            Assert.That(
                (await again.PutAsync("queues/full/q", new StringContent("{}"))).StatusCode,
                Is.EqualTo(HttpStatusCode.BadRequest),
                "the max-queues limit of the virtual host");
            await DemandRefusedAsync(
                broker, "full", "guest", "NOT_ALLOWED - access to vhost 'full' refused for user 'guest': connection limit (0) is reached");
            await DemandRefusedAsync(
                broker, "/", "few", "NOT_ALLOWED - connection refused for user 'few': user connection limit (0) is reached");
        });
    }

    private static async Task DemandRefusedAsync(BrokerProcess broker, string virtualHost, string user, string text)
    {
        await using var client = await RawClient.DialAsync(broker.Uri);
        await client.StartAsync();
        await client.LogInAsync(response: Encoding.UTF8.GetBytes($"\0{user}\0{user}"));
        await client.ExpectAsync<ConnectionTune>(0);
        await client.SendAsync(0, new ConnectionTuneOk(2047, 131_072, 0));
        await client.SendAsync(0, new ConnectionOpen(virtualHost));
        await client.ExpectCloseAsync(ReplyCode.NotAllowed, text, ConnectionOpen.Id);
    }

    private static HttpClient Client(BrokerProcess broker)
    {
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("guest:guest"u8));
        return http;
    }

    private static async Task PutAsync(HttpClient http, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        (await http.PutAsync(path, content)).EnsureSuccessStatusCode();
    }
}
