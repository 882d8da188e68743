using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

/// <summary>Password rules and permissions apply to the HTTP API.</summary>
public sealed class HttpAccessTests
{
    [Test]
    public async Task A_password_that_the_rules_refuse_is_refused_with_their_words()
    {
        await using var broker = await BrokerInProcess.StartAsync(
            "credential_validator.validation_backend = rabbit_credential_validator_min_password_length",
            "credential_validator.min_length = 12");
        using var http = Client(broker, "guest", "guest");

        using var refused = await PutAsync(http, "users/alice", """{"password":"short","tags":""}""");
        using var taken = await PutAsync(http, "users/alice", """{"password":"long enough for it","tags":""}""");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await refused.Content.ReadAsStringAsync(), Does.Contain("minimum required password length is 12"));
        Assert.That(taken.StatusCode, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task What_a_user_may_not_declare_over_amqp_it_may_not_declare_over_http()
    {
        await using var broker = await BrokerInProcess.StartAsync();
        using var guest = Client(broker, "guest", "guest");
        using var user = await PutAsync(guest, "users/bob", """{"password":"secret","tags":"management"}""");
        using var permission = await PutAsync(guest, "permissions/%2F/bob", """{"configure":"^mine","write":".*","read":".*"}""");
        using var bob = Client(broker, "bob", "secret");

        using var mine = await PutAsync(bob, "queues/%2F/mine", "{}");
        using var other = await PutAsync(bob, "queues/%2F/other", "{}");

        Assert.That(
            (user.StatusCode, permission.StatusCode, mine.StatusCode),
            Is.EqualTo((HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Created)));
        Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    private static HttpClient Client(BrokerInProcess broker, string user, string password)
    {
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return client;
    }

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await client.PutAsync(new Uri(path, UriKind.Relative), content);
    }
}
