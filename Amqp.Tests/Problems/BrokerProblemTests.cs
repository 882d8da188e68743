using System.Net;
using Amqp.Server.Broker.Access;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Problems;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Problems;

/// <summary>The problems of policies, links and the node are found, and each user sees only some of them.</summary>
public sealed class BrokerProblemTests : ProblemTests
{
    [Test]
    public async Task A_policy_that_matches_nothing()
    {
        await DeclareAsync("q");
        await PutAsync("/policies/%2F/p", """{"pattern":"^none","definition":{"max-length":5},"apply-to":"queues"}""");

        var found = await FindAsync("policy_without_match");

        Assert.That(Head(found), Is.EqualTo("info / policy p"));
        Assert.That(TextOf(found, "text"), Is.EqualTo("Policy 'p' has no effect: its pattern '^none' matches no queue of its type."));
    }

    [Test]
    public async Task A_policy_that_another_one_overrides_everywhere()
    {
        await DeclareAsync("q");
        await PutAsync("/policies/%2F/low", """{"pattern":"^q","definition":{"max-length":5},"apply-to":"queues"}""");
        await PutAsync("/policies/%2F/high", """{"pattern":".*","definition":{"max-length":7},"apply-to":"queues","priority":1}""");

        var found = await FindAsync("policy_overridden");

        Assert.That(Head(found), Is.EqualTo("info / policy low"));
        Assert.That(TextOf(found, "text"), Does.Contain("for example 'high' with a higher priority."));
    }

    [Test]
    public async Task A_policy_that_applies_to_an_object_is_no_problem()
    {
        await DeclareAsync("q");
        await PutAsync("/policies/%2F/p", """{"pattern":"^q$","definition":{"max-length":5},"apply-to":"all"}""");
        await PutAsync("/policies/%2F/x", """{"pattern":"^amq.topic$","definition":{"alternate-exchange":"amq.fanout"}}""");

        Assert.That(await GetAsync(), Is.Empty);
    }

    [Test]
    public async Task A_shovel_that_cannot_connect()
    {
        int port = FreePorts.Next();
        await PutAsync(
            "/parameters/shovel/%2F/s",
            $$$"""{"value":{"src-uri":"amqp://127.0.0.1:{{{port}}}","src-queue":"a","dest-uri":"amqp://","dest-queue":"b"}}""");

        var found = await FindAsync("shovel_down");

        Assert.That(Head(found), Is.EqualTo("warning / shovel s"));
        Assert.That(TextOf(found, "text"), Does.StartWith("Shovel 's' moves no messages: "));
    }

    [Test]
    public async Task A_federation_link_that_cannot_connect()
    {
        await Channel.ExchangeDeclareAsync("x", "fanout", true);
        await PutAsync("/parameters/federation-upstream/%2F/up", $$$"""{"value":{"uri":"amqp://127.0.0.1:{{{FreePorts.Next()}}}"}}""");
        await PutAsync("/policies/%2F/p", """{"pattern":"^x$","definition":{"federation-upstream":"up"},"apply-to":"exchanges"}""");

        var found = await FindAsync("federation_link_down");

        Assert.That(Head(found), Is.EqualTo("warning / exchange x"));
        Assert.That(TextOf(found, "text"), Does.StartWith("The federation link from upstream 'up' to exchange 'x' is down: "));
    }

    [Test]
    public async Task A_user_sees_the_problems_of_own_virtual_hosts_only()
    {
        await DeclareAsync("q");
        await PublishAsync("q", 1);
        await PutAsync("/vhosts/other", "{}");
        foreach (string tag in new[] { "management", "monitoring" })
            await PutAsync($"/users/{tag}", $$"""{"password":"secret","tags":"{{tag}}"}""");
        foreach (string user in new[] { "own", "nothing" })
            await PutAsync($"/users/{user}", """{"password":"secret","tags":"management"}""");
        await PutAsync("/permissions/%2F/own", """{"configure":"","write":"","read":""}""");
        await PutAsync("/permissions/other/management", """{"configure":"","write":"","read":""}""");
        await FindAsync("queue_without_consumers");
        await Broker.HttpAsync("PUT", "/settings/maintenance", """{"enabled":true}""");

        await Eventually.Holds(async () => await KindsAsync("monitoring") == "maintenance queue_without_consumers", () => "not both");
        Assert.That(await KindsAsync("own"), Is.EqualTo("queue_without_consumers"));
        Assert.That(await KindsAsync("management"), Is.Empty);
        Assert.That(await KindsAsync("nothing"), Is.Empty);
        Assert.That((await Broker.HttpAsync("GET", "/problems?vhost=%2F", login: "nothing:secret")).Code, Is.EqualTo(401));
        Assert.That((await Broker.HttpAsync("GET", "/problems?vhost=none")).Code, Is.EqualTo(404));
        Assert.That(
            (await GetAsync(query: "?vhost=other")).Select(problem => TextOf(problem, "kind")), Is.EqualTo(new[] { "maintenance" }));
    }

    [TestCase("0.0.0.0", false, true)]
    [TestCase("127.0.0.1", false, false)]
    [TestCase("0.0.0.0", true, false)]
    public void The_user_guest_with_its_default_password(string address, bool isLocal, bool isProblem)
    {
        var options = new BrokerOptions();
        options.Access.LoopbackUsers = isLocal ? ["guest"] : [];
        var listener = new NodeListener(NodeListener.Amqp, new IPEndPoint(IPAddress.Parse(address), 5672));
        var logins = new LoginProblems(Broker.Broker.Broker.Users, options, () => [listener]);

        Assert.That(logins.Find().Any(), Is.EqualTo(isProblem));
    }

    [Test]
    public void The_user_guest_with_another_password_is_no_problem()
    {
        var users = Broker.Broker.Broker.Users;
        users.Put(new User("guest", PasswordHash.Create("other"), users.Find("guest")!.Tags));
        var options = new BrokerOptions();
        options.Access.LoopbackUsers = [];

        Assert.That(
            new LoginProblems(users, options, () => [new NodeListener(NodeListener.Amqp, new IPEndPoint(IPAddress.Any, 5672))]).Find(),
            Is.Empty);
    }

    private async Task<string> KindsAsync(string user) =>
        string.Join(' ', (await GetAsync($"{user}:secret")).Select(problem => TextOf(problem, "kind")));

    private async Task PutAsync(string path, string body)
    {
        var (code, answer) = await Broker.HttpAsync("PUT", path, body);
        Assert.That(code, Is.AnyOf(201, 204), answer);
    }
}
