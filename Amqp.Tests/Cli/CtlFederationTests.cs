using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary><c>amqpbroker ctl</c> lists and restarts federation links as rabbitmqctl 3.10.8 does.</summary>
public sealed class CtlFederationTests : CliTests
{
    private string _id = "";

    [SetUp]
    public async Task DefineLinks()
    {
        await PutAsync($"/queues/{Host}/q", new { });
        await PutAsync($"/parameters/federation-upstream/{Host}/u", new { value = new { uri = "amqp://", queue = "r" } });
        await PutAsync($"/parameters/federation-upstream/{Host}/v", new { value = new { uri = "amqp://127.0.0.1:1" } });
        await PutAsync(
            $"/policies/{Host}/p",
            new { pattern = "^q$", definition = new Dictionary<string, string> { ["federation-upstream-set"] = "all" } });
        await Eventually.Holds(
            async () => (await GetAsync($"/federation-links/{Host}")).Column("status").SequenceEqual(["running", "error"]),
            () => "the links are in other states");
        _id = (await GetAsync($"/federation-links/{Host}")).Column("id").First()!;
    }

    [Test]
    public async Task The_status_is_a_list_of_Erlangs_maps()
    {
        CliRun run = await CtlAsync("federation_status");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.Output, Does.StartWith("Listing federation links on node ref@localhost...\n[#{consumer_tag => <<"));
        Assert.That(run.Output, Does.Contain("#{consumer_tag => <<\"federation-link-u\">>,error => <<>>,exchange => <<>>,\n   id => <<\""));
        Assert.That(run.Output, Does.Contain("status => running,type => queue"));
        Assert.That(run.Output.Split('\n').Max(line => line.Length), Is.LessThan(100));
    }

    [Test]
    public async Task The_status_as_JSON_has_the_fields_of_rabbitmqctl()
    {
        CliRun run = await CtlAsync("federation_status", "--formatter", "json");

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Contain(
            $$"""{"consumer_tag":"federation-link-u","error":"","exchange":"","id":"{{_id}}","last_changed":"""));
        Assert.That(run.Output, Does.Contain(
            $$"""
            "queue":"q","status":"running","type":"queue","upstream":"u","upstream_exchange":"","upstream_queue":"r","uri":"amqp://","vhost":"{{Host}}"}
            """));
    }

    [Test]
    public async Task The_links_that_are_down_can_be_listed_alone()
    {
        CliRun run = await CtlAsync("federation_status", "--only-down");

        Assert.That(run.Output, Does.StartWith("Listing federation links which are down on node ref@localhost...\n["));
        Assert.That(run.Output, Does.Contain("Connection refused").And.Not.Contain("status => running"));
    }

    [Test]
    public async Task A_link_is_restarted()
    {
        CliRun run = await CtlAsync("restart_federation_link", _id);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, $"Restarting federation link {_id} on node ref@localhost\n")));
    }

    [Test]
    public async Task A_link_that_is_not_there_is_an_error()
    {
        CliRun run = await CtlAsync("restart_federation_link", "none");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((69, "Error:\nLink with the given ID was not found\n")));
    }
}
