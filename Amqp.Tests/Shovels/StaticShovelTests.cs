using System.Text;
using Amqp.Tests.Configuration;
using Amqp.Tests.Support;
using RabbitMQ.Client;

namespace Amqp.Tests.Shovels;

/// <summary>Shovels that the configuration defines.</summary>
public sealed class StaticShovelTests
{
    [Test]
    public async Task A_static_shovel_moves_messages_from_the_start_of_the_broker()
    {
        await using var pair = await ShovelPair.StartAsync(there => $$"""
            shovels.s.definition = {"src-uri": "{{there}}", "src-queue": "source", "dest-uri": "amqp://guest:guest@", "dest-queue": "target"}
            """);
        var (here, there) = (await pair.OpenAsync(pair.Here), await pair.OpenAsync(pair.There));
        await pair.WaitForStateAsync("running");

        await there.BasicPublishAsync("", "source", false, Encoding.UTF8.GetBytes("hello"));

        Assert.That(await ShovelPair.TakeAsync(here, "target", 1), Is.EqualTo(new[] { "hello" }));
    }

    [Test]
    public async Task A_static_shovel_belongs_to_no_virtual_host_and_stays()
    {
        await using var pair = await ShovelPair.StartAsync(there => $$"""
            shovels.s.definition = {"src-uri": "{{there}}", "src-queue": "source", "dest-uri": "amqp://", "dest-queue": "target"}
            """);
        await pair.WaitForStateAsync("running");

        var shovel = (await pair.StatusAsync()).EnumerateArray().Single();
        Assert.That(
            (shovel.GetProperty("name").GetString(), shovel.GetProperty("type").GetString(), shovel.TryGetProperty("vhost", out _)),
            Is.EqualTo(("s", "static", false)));
        foreach (string path in (string[])["shovels/vhost/%2F/s", "shovels/vhost/%2F/s/restart"])
            Assert.That((int)(await pair.SendAsync(HttpMethod.Delete, path, null)).StatusCode, Is.EqualTo(404), path);
    }

    [TestCase("{}", "Must specify 'src-exchange' or 'src-queue'")]
    [TestCase("""{"src-uri": "http://h:secret@host", "src-queue": "q", "dest-uri": "amqp://"}""", "unexpected_uri_scheme")]
    [TestCase("""{"src-uri": "amqp://", "src-queue": "q", "dest-uri": "amqp://", "src-delete-after": 5}""", "src-delete-after")]
    public void An_invalid_static_shovel_stops_the_start(string definition, string reason)
    {
        using var config = new TemporaryFile($"shovels.orders.definition = {definition}");

        Assert.That(
            async () => await BrokerProcess.StartAsync(configFile: config.Path),
            Throws.InvalidOperationException.With.Message.Contains("ended with 78 ")
                .And.Message.Contains("shovels.orders.definition")
                .And.Message.Contains(reason)
                .And.Message.Not.Contains("secret")
                .And.Message.Not.Contains("   at "));
    }

    [Test]
    public void A_static_shovel_that_is_no_object_is_refused()
    {
        using var config = new TemporaryFile("shovels.orders.definition = amqp://u:secret@host");

        Assert.That(
            async () => await BrokerProcess.StartAsync(configFile: config.Path),
            Throws.InvalidOperationException.With.Message.Contains("ended with 78 ")
                .And.Message.Contains("expected a JSON object on one line")
                .And.Message.Not.Contains("secret"));
    }
}
