using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Configuration;
using Amqp.Tests.Configuration;
using Amqp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Tests.Hosting;

/// <summary>The broker imports definitions when it starts.</summary>
public class StartDefinitionTests
{
    private const string Definitions = """
        {"users":[{"name":"one","password":"secret","tags":"administrator"}],
         "vhosts":[{"name":"/"},{"name":"v"}],
         "permissions":[{"user":"one","vhost":"v","configure":".*","write":".*","read":".*"}],
         "queues":[{"name":"q","vhost":"v","durable":true,"auto_delete":false,"arguments":{}},
                   {"name":"s","vhost":"v","durable":true,"auto_delete":false,"arguments":{"x-queue-type":"stream"}}]}
        """;

    [TestCase("load_definitions")]
    [TestCase("definitions.local.path")]
    [TestCase("management.load_definitions")]
    public async Task Definitions_are_there_when_the_first_client_comes(string setting)
    {
        using var file = new TemporaryFile(Definitions);
        await using var broker = await BrokerInProcess.StartAsync($"{setting} = {file.Path}");

        await using var connection = await broker.Factory("one", "secret", "v").CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();

        Assert.That(async () => await channel.QueueDeclarePassiveAsync("q"), Throws.Nothing);
    }

    [Test]
    public async Task With_users_in_the_definitions_there_is_no_default_user()
    {
        using var file = new TemporaryFile(Definitions);
        await using var broker = await BrokerInProcess.StartAsync($"load_definitions = {file.Path}");

        Assert.That(broker.Broker.Users.All.Select(user => user.Name), Is.EqualTo(new[] { "one" }));
    }

    [Test]
    public async Task Beside_definitions_without_users_there_is_no_default_user_either_and_the_log_says_so()
    {
        using var file = new TemporaryFile("""{"vhosts":[{"name":"v"}]}""");
        await using var broker = await BrokerInProcess.StartAsync($"load_definitions = {file.Path}");

        Assert.That(broker.Broker.Users.All, Is.Empty);
        Assert.That(broker.Broker.VirtualHosts.All.Select(host => host.Name), Is.EqualTo(new[] { "v" }));
        Assert.That(broker.Log, Has.Some.StartsWith("Nobody can log in: "));
    }

    [Test]
    public async Task A_byte_order_mark_and_names_of_the_brokers_own_do_not_stop_the_start()
    {
        using var file = new TemporaryFile("\uFEFF" + """
            {"users":[{"name":"one","password":"secret","tags":""}],"vhosts":[{"name":"v"}],
             "exchanges":[{"name":"amq.rabbitmq.audit","vhost":"v","type":"topic","durable":true,"auto_delete":false,"internal":false,"arguments":{}}],
             "queues":[{"name":"amq.gen-abc","vhost":"v","durable":true,"auto_delete":false,"arguments":{}},{"name":"q","vhost":"v","durable":true}]}
            """);
        await using var broker = await BrokerInProcess.StartAsync($"load_definitions = {file.Path}");

        Assert.That(broker.Broker.VirtualHosts.Find("v")!.Queues.Select(queue => queue.Name), Is.EqualTo(new[] { "q" }));
        Assert.That(broker.Log, Has.Some.StartsWith($"Definitions in {file.Path}: left out queue 'amq.gen-abc' in vhost 'v': "));
        Assert.That(broker.Log, Has.Some.StartsWith($"Definitions in {file.Path}: left out exchange 'amq.rabbitmq.audit' in vhost 'v': "));
        Assert.That(broker.Log, Has.Some.EqualTo("The default user 'guest' is not created, because definitions are configured"));
    }

    [Test]
    public async Task What_is_left_out_is_in_the_log()
    {
        using var file = new TemporaryFile(Definitions);
        await using var broker = await BrokerInProcess.StartAsync($"load_definitions = {file.Path}");

        Assert.That(broker.Log, Has.Some.StartsWith($"Definitions in {file.Path}: left out queue 's' in vhost 'v': "));
    }

    [Test]
    public async Task The_files_of_a_folder_are_imported_in_order_of_their_names()
    {
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "2.json"), """{"queues":[{"name":"q","vhost":"v","durable":true}]}""");
            await File.WriteAllTextAsync(Path.Combine(folder, "1.json"), """{"vhosts":[{"name":"v"}]}""");
            await File.WriteAllTextAsync(Path.Combine(folder, "README"), "no definitions");
            await using var broker = await BrokerInProcess.StartAsync($"load_definitions = {folder}");

            Assert.That(broker.Broker.VirtualHosts.Find("v")?.FindQueue("q"), Is.Not.Null);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCase("{", "load_definitions: cannot import FILE: ")]
    [TestCase("[]", "load_definitions: cannot import FILE: its content is not a JSON object")]
    [TestCase(
        """{"vhosts":[{"name":"v"}],"queues":[{"name":"q","vhost":"v","durable":"true"}]}""",
        "load_definitions: cannot import FILE: queue 'q' in vhost 'v': durable must be true or false, not the text \"true\"")]
    [TestCase(
        """{"queues":[{"name":"q","vhost":"nowhere","durable":true}]}""", "load_definitions: cannot import FILE: no_such_vhost nowhere")]
    public void Bad_definitions_stop_the_start(string content, string reason)
    {
        using var file = new TemporaryFile(content);

        Assert.That(
            async () => await BrokerInProcess.StartAsync($"load_definitions = {file.Path}"),
            Throws.TypeOf<StartDefinitionsException>()
                .With.Message.StartsWith(reason.Replace("FILE", file.Path, StringComparison.Ordinal)));
    }

    [Test]
    public void A_missing_file_stops_the_start() => Assert.That(
        async () => await BrokerInProcess.StartAsync("load_definitions = /nowhere/definitions.json"),
        Throws.TypeOf<StartDefinitionsException>()
            .With.Message.EqualTo("load_definitions: there is no file or folder /nowhere/definitions.json"));

    [TestCase("false", HttpStatusCode.OK)]
    [TestCase("true", HttpStatusCode.NotFound)]
    public async Task Definitions_that_have_not_changed_are_skipped_where_asked_for(string isSkipped, HttpStatusCode expected)
    {
        using var file = new TemporaryFile(Definitions);
        using var config = new TemporaryFile($"load_definitions = {file.Path}\ndefinitions.skip_if_unchanged = {isSkipped}");
        await using BrokerProcess broker = await BrokerProcess.StartAsync(configFile: config.Path);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}/api/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("one:secret")));
        Assert.That((await http.DeleteAsync("queues/v/q")).StatusCode, Is.EqualTo(HttpStatusCode.NoContent));

        await broker.RestartAsync();

        var found = await http.GetAsync("queues/v/q");
        Assert.That(found.StatusCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task What_is_skipped_is_the_same_file_with_the_same_content_that_was_imported_to_its_end()
    {
        using var folder = new TemporaryFolder();
        string one = folder.Write("one.json", """{"vhosts":[{"name":"v"}]}"""),
            other = folder.Write("other.json", """{"vhosts":[{"name":"v"}]}""");
        await using var bare = new BareBroker();
        bool IsImported(string file)
        {
            bare.Broker.VirtualHosts.Delete("v");
            var options = new DefinitionOptions { Sources = [new DefinitionSource("load_definitions", file)], SkipIfUnchanged = true };
            new StartDefinitions(options, maxTableDepth: 100, NullLogger.Instance).Import(bare.Broker.Definitions);
            return bare.Broker.VirtualHosts.Find("v") is not null;
        }

        Assert.That(
            new[] { IsImported(one), IsImported(one), IsImported(other), IsImported(other) },
            Is.EqualTo(new[] { true, false, true, false }));
        folder.Write("one.json", """{"vhosts":[{"name":"v","description":"changed"}]}""");
        Assert.That(new[] { IsImported(one), IsImported(one), IsImported(other) }, Is.EqualTo(new[] { true, false, false }));
        folder.Write("one.json", """{"vhosts":[{"name":"v"},{"name":5}]}""");
        for (int time = 0; time < 2; time++)
            Assert.That(() => IsImported(one), Throws.TypeOf<StartDefinitionsException>(), "a failed import does not count as imported");
    }
}
