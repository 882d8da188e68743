using System.Net.Http.Headers;
using System.Text;
using Amqp.Tests.Support;

namespace Amqp.Tests.Durability;

public class PolicyDurabilityTests
{
    private static readonly string[] _kept =
    [
        "policies/%2F/p", "operator-policies/%2F/o", "parameters/vhost-limits/%2F/limits", "global-parameters/g", "user-limits/guest", "vhosts/other?columns=description,default_queue_type",
    ];

    [Test]
    public async Task Policies_parameters_and_limits_are_there_after_a_kill()
    {
        await using var broker = await BrokerProcess.StartAsync();
        using var http = Client(broker);
        await PutAsync(http, "queues/%2F/q", """{"durable":true}""");
        await PutAsync(http, "policies/%2F/p", """{"pattern":"^q","definition":{"max-length":7,"overflow":"reject-publish"},"priority":-3}""");
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
