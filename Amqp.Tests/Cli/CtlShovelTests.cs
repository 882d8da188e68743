using Amqp.Tests.Support;

namespace Amqp.Tests.Cli;

/// <summary><c>amqpbroker ctl</c> lists, restarts and deletes shovels as rabbitmqctl 3.10.8 does.</summary>
public sealed class CtlShovelTests : CliTests
{
    [SetUp]
    public async Task DefineShovel()
    {
        await PutAsync(
            $"/parameters/shovel/{Host}/s",
            new
            {
                value = new Dictionary<string, string>
                {
                    ["src-uri"] = $"amqp:///{Host}",
                    ["src-queue"] = "q",
                    ["dest-uri"] = $"amqp:///{Host}",
                    ["dest-queue"] = "d",
                },
            });
        await Eventually.Holds(
            async () => (await GetAsync($"/shovels/{Host}/s")).Json.GetProperty("state").GetString() == "running",
            () => "the shovel does not run");
    }

    [Test]
    public async Task The_status_has_the_columns_of_rabbitmqctl()
    {
        CliRun run = await CtlAsync("shovel_status", "--formatter", "json");

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Contain(
            $$"""{"destination":"amqp:///{{Host}}","destination_protocol":"amqp091","destination_queue":"d","last_changed":"""));
        Assert.That(run.Output, Does.Contain(
            $$"""
            "name":"s","source":"amqp:///{{Host}}","source_protocol":"amqp091","source_queue":"q","state":"running","termination_reason":"","type":"dynamic","vhost":"{{Host}}"}
            """));
    }

    [TestCase("restart_shovel", "Restarting dynamic Shovel s in virtual host {0} on node ref@localhost\n")]
    [TestCase("delete_shovel", "Deleting shovel s in vhost {0}\n")]
    public async Task A_shovel_is_restarted_and_deleted(string verb, string expected)
    {
        CliRun run = await CtlAsync(verb, "s");

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((0, string.Format(null, expected, Host))));
    }

    [TestCase("restart_shovel")]
    [TestCase("delete_shovel")]
    public async Task A_shovel_that_is_not_there_is_an_error(string verb)
    {
        CliRun run = await CtlAsync(verb, "none");

        Assert.That((run.ExitCode, run.Error), Is.EqualTo((69,
            $"Error:\nShovel with the given name was not found on the target node 'ref@localhost' and / or virtual host '{Host}'\n")));
    }
}
