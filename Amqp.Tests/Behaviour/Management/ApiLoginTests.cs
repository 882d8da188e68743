using System.Net.Http.Headers;

namespace Amqp.Tests.Behaviour.Management;

public class ApiLoginTests : ApiTests
{
    [TestCase("", "")]
    [TestCase("guest:wrong", """{"error":"not_authorized","reason":"Login failed"}""")]
    [TestCase("nobody:guest", """{"error":"not_authorized","reason":"Login failed"}""")]
    public async Task Who_cannot_log_in_is_asked_to(string login, string body)
    {
        var answer = await GetAsync("/overview", login);

        Assert.That((answer.Code, answer.Body), Is.EqualTo((401, body)));
        Assert.That(answer.Message.Headers.WwwAuthenticate, Is.EqualTo(new[] { AuthenticationHeaderValue.Parse("Basic realm=\"RabbitMQ Management\"") }));
    }

    [Test]
    public async Task Who_has_no_tag_is_refused()
    {
        string user = await NewUserAsync("");

        var answer = await GetAsync("/whoami", $"{user}:secret");

        Assert.That(answer.Code, Is.EqualTo(401));
        Assert.That(answer.Reason, Does.StartWith("Not"));
    }

    [TestCase("/nodes", "Not monitor user")]
    [TestCase("/users", "Not administrator user")]
    [TestCase("/permissions", "Not administrator user")]
    [TestCase("/definitions", "Not administrator user")]
    [TestCase("/queues/%2F", "User not authorised to access virtual host")]
    [TestCase("/parameters", "User not authorised to access object")]
    public async Task The_tag_management_does_not_open_everything(string path, string reason)
    {
        string user = await NewUserAsync("management");

        var answer = await GetAsync(path, $"{user}:secret");

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((401, reason)));
    }

    [Test]
    public async Task Lists_hold_what_the_user_may_see()
    {
        string mine = await NewVirtualHostAsync(), other = await NewVirtualHostAsync(), user = await NewUserAsync("management", mine);
        await PutAsync($"/queues/{mine}/q", new { });
        await PutAsync($"/queues/{other}/q", new { });

        Assert.That((await GetAsync("/vhosts", $"{user}:secret")).Column("name"), Is.EqualTo(new[] { mine }));
        Assert.That((await GetAsync("/queues", $"{user}:secret")).Column("vhost"), Is.EqualTo(new[] { mine }));
    }

    [Test]
    public async Task A_policymaker_makes_policies_and_a_manager_does_not()
    {
        string host = await NewVirtualHostAsync(), maker = await NewUserAsync("policymaker", host), manager = await NewUserAsync("management", host);
        var policy = new { pattern = "^x", definition = new { expires = 5 } };

        Assert.That((await PutAsync($"/policies/{host}/p", policy, $"{manager}:secret")).Code, Is.EqualTo(401));
        Assert.That((await PutAsync($"/policies/{host}/p", policy, $"{maker}:secret")).Code, Is.EqualTo(201));
    }
}
