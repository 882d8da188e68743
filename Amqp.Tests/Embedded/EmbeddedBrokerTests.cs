using System.Net;
using AmqpBroker.Embedded;
using RabbitMQ.Client;

namespace Amqp.Tests.Embedded;

/// <summary>The package AmqpBroker.Embedded starts, configures and stops brokers, and returns their URIs.</summary>
public class EmbeddedBrokerTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_client_connects_with_the_connection_string()
    {
        await using EmbeddedBroker broker = await TestedBroker.StartAsync();

        await using IConnection connection = await new ConnectionFactory { Uri = new Uri(broker.ConnectionString) }.CreateConnectionAsync();

        Assert.That(connection.IsOpen);
        Assert.That(broker.Uri, Is.EqualTo(new Uri($"amqp://guest:guest@127.0.0.1:{broker.Port}/")));
    }

    [Test]
    public async Task A_login_and_a_virtual_host_of_the_settings_are_in_the_address()
    {
        EmbeddedBrokerOptions options = TestedBroker.Options;
        options.Settings["default_user"] = "jo/e";
        options.Settings["default_pass"] = "it's #1: 50% @ home";
        options.Settings["default_vhost"] = "shop / east";
        await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(options);

        await using IConnection connection = await new ConnectionFactory { Uri = broker.Uri }.CreateConnectionAsync();
        await broker.DeclareQueueAsync("q");

        Assert.That((broker.UserName, broker.Password), Is.EqualTo(("jo/e", "it's #1: 50% @ home")));
        Assert.That((await broker.ListQueuesAsync()).Select(queue => queue.Name), Is.EqualTo(new[] { "q" }));
    }

    [Test]
    public async Task The_HTTP_API_answers_at_its_address()
    {
        await using EmbeddedBroker broker = await TestedBroker.StartAsync();
        using var http = new HttpClient { BaseAddress = broker.ManagementUri };

        using HttpResponseMessage answer = await http.GetAsync("api/health/checks/ready-to-serve-clients");

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Brokers_have_ports_and_folders_of_their_own()
    {
        EmbeddedBroker[] brokers = await Task.WhenAll(TestedBroker.StartAsync(), TestedBroker.StartAsync());
        await using EmbeddedBroker one = brokers[0];
        await using EmbeddedBroker other = brokers[1];

        Assert.That(one.Port, Is.Not.EqualTo(other.Port));
        Assert.That(one.DataDirectory, Is.Not.EqualTo(other.DataDirectory));
    }

    [Test]
    public async Task A_wrong_setting_fails_the_start_and_the_exception_has_the_log()
    {
        EmbeddedBrokerOptions options = TestedBroker.Options;
        options.Settings["heartbaet"] = "1";

        EmbeddedBrokerException exception =
            (await Assert.ThrowsAsync<EmbeddedBrokerException>(() => EmbeddedBroker.StartAsync(options)))!;

        Assert.That(exception.Message, Does.StartWith("The broker ended with exit code 78 instead of starting. It printed:\namqpbroker: ")
            .And.EndsWith("unknown setting 'heartbaet'; did you mean 'heartbeat'?"));
        Assert.That(exception.Log, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Lines_of_the_broker_are_kept_and_reported()
    {
        var lines = new List<string>();
        EmbeddedBrokerOptions options = TestedBroker.Options;
        options.LineLogged = lines.Add;
        await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(options);
        await broker.StopAsync();

        Assert.That(broker.Log, Is.EqualTo(lines));
        Assert.That(lines, Has.One.StartsWith("Server startup complete"));
        Assert.That(lines[^1], Does.EndWith("Stopped"));
    }

    [Test]
    public async Task A_receiver_of_lines_that_throws_does_not_harm_the_process()
    {
        EmbeddedBrokerOptions options = TestedBroker.Options;
        options.LineLogged = _ => throw new InvalidOperationException();
        await using EmbeddedBroker broker = await EmbeddedBroker.StartAsync(options);

        Assert.That(broker.IsRunning);
    }

    [Test]
    public async Task A_temporary_folder_is_deleted_with_the_broker()
    {
        EmbeddedBroker broker = await TestedBroker.StartAsync();
        string folder = Path.GetDirectoryName(broker.DataDirectory)!;
        Assert.That(folder, Does.Exist);

        await broker.DisposeAsync();
        await broker.DisposeAsync();

        Assert.That(folder, Does.Not.Exist);
        Assert.That(broker.IsRunning, Is.False);
    }

    [Test]
    public async Task The_folder_of_a_process_that_was_killed_is_deleted_at_the_next_start()
    {
        string parent = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            string abandoned = Directory.CreateDirectory(Path.Combine(parent, "amqpbroker-embedded-1")).FullName;
            await File.WriteAllTextAsync(Path.Combine(abandoned, "owner"), "");
            EmbeddedBrokerOptions options = TestedBroker.Options;
            options.TemporaryFolder = parent;
            await using EmbeddedBroker one = await EmbeddedBroker.StartAsync(options);
            await using EmbeddedBroker other = await EmbeddedBroker.StartAsync(options);

            Assert.That(abandoned, Does.Not.Exist);
            Assert.That(one.DataDirectory, Does.Exist.And.StartWith(parent), "a folder in use stays");
        }
        finally
        {
            Directory.Delete(parent, recursive: true);
        }
    }

    [Test]
    public async Task A_named_data_directory_survives_the_broker()
    {
        string folder = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            EmbeddedBrokerOptions options = TestedBroker.Options;
            options.DataDirectory = folder;
            await using (EmbeddedBroker first = await EmbeddedBroker.StartAsync(options))
            {
                await first.DeclareQueueAsync("q");
                await first.PublishAsync("", "q", "kept", new Dictionary<string, object?> { ["delivery_mode"] = 2 });
            }

            await using EmbeddedBroker second = await EmbeddedBroker.StartAsync(options);
            Assert.That((await second.WaitForMessageAsync("q", _soon)).Text, Is.EqualTo("kept"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task A_broker_that_was_killed_restarts_on_its_port_with_what_was_confirmed()
    {
        await using EmbeddedBroker broker = await TestedBroker.StartAsync();
        await broker.DeclareQueueAsync("q");
        var factory = new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false };
        await using IConnection connection = await factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var persistent = new BasicProperties { Persistent = true };
        await channel.BasicPublishAsync("", "q", mandatory: false, persistent, "confirmed"u8.ToArray());
        int port = broker.Port, process = broker.ProcessId;

        await broker.KillAsync();
        Assert.That(broker.IsRunning, Is.False);
        await broker.RestartAsync();

        Assert.That((broker.Port, broker.IsRunning), Is.EqualTo((port, true)));
        Assert.That(broker.ProcessId, Is.Not.EqualTo(process));
        Assert.That((await broker.WaitForMessageAsync("q", _soon)).Text, Is.EqualTo("confirmed"));
    }

    [Test]
    public async Task A_broker_that_was_stopped_restarts()
    {
        await using EmbeddedBroker broker = await TestedBroker.StartAsync();
        await broker.DeclareQueueAsync("q");

        await broker.StopAsync();
        Assert.That(
            async () => await broker.GetQueueAsync("q"),
            Throws.TypeOf<EmbeddedBrokerException>().With.Message.Contains("does not answer").And.Message.Contains("Stopped"));
        await broker.RestartAsync();

        Assert.That(await broker.GetQueueAsync("q"), Is.Not.Null);
    }

    [Test]
    public async Task A_broker_keeps_no_other_broker_alive()
    {
        await using EmbeddedBroker one = await TestedBroker.StartAsync();
        await using EmbeddedBroker other = await TestedBroker.StartAsync(); // must not inherit the standard input of the first broker

        Assert.That(async () => await one.StopAsync(), Throws.Nothing);
    }

    [Test]
    public void A_cancelled_start_leaves_nothing()
    {
        string parent = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            EmbeddedBrokerOptions options = TestedBroker.Options;
            options.TemporaryFolder = parent;

            Assert.That(
                async () => await EmbeddedBroker.StartAsync(options, new CancellationToken(canceled: true)),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(Directory.EnumerateFileSystemEntries(parent), Is.Empty);
        }
        finally
        {
            Directory.Delete(parent, recursive: true);
        }
    }

    [Test]
    public async Task Brokers_that_start_and_stop_together_leave_each_others_folders_alone()
    {
        string parent = Directory.CreateTempSubdirectory("amqpbroker-tests-").FullName;
        try
        {
            EmbeddedBrokerOptions options = TestedBroker.Options;
            options.TemporaryFolder = parent;

            // A cancelled start makes and deletes a folder without the cost of a process.
            await Parallel.ForEachAsync(
                Enumerable.Range(0, 2_000),
                new ParallelOptions { MaxDegreeOfParallelism = 8 },
                (_, _) =>
                {
                    Assert.That(
                        () => EmbeddedBroker.StartAsync(options, new CancellationToken(canceled: true)),
                        Throws.InstanceOf<OperationCanceledException>());
                    return ValueTask.CompletedTask;
                });
            Assert.That(Directory.EnumerateFileSystemEntries(parent), Is.Empty);
        }
        finally
        {
            Directory.Delete(parent, recursive: true);
        }
    }

    [Test]
    public void A_start_that_takes_too_long_fails()
    {
        EmbeddedBrokerOptions options = TestedBroker.Options;
        options.StartTimeout = TimeSpan.FromMilliseconds(1);

        Assert.That(
            async () => await EmbeddedBroker.StartAsync(options),
            Throws.TypeOf<EmbeddedBrokerException>().With.Message.StartsWith("The broker was not ready within 0.001 s."));
    }

    [Test]
    public void A_program_that_does_not_exist_is_refused() =>
        Assert.That(
            async () => await EmbeddedBroker.StartAsync(new EmbeddedBrokerOptions { Program = "/nonexistent/amqpbroker" }),
            Throws.TypeOf<FileNotFoundException>().With.Message.Contains("/nonexistent/amqpbroker"));

    [Test]
    [Platform("Linux")]
    public void A_program_for_another_machine_is_refused_with_the_fix()
    {
        string program = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(program, [0x7F, (byte)'E', (byte)'L', (byte)'F', 0, 0]);

            Assert.That(
                async () => await EmbeddedBroker.StartAsync(new EmbeddedBrokerOptions { Program = program }),
                Throws.TypeOf<PlatformNotSupportedException>().With.Message.Contains("install the ASP.NET Core 10 runtime")
                    .And.Message.Contains($"{program} cannot be started"));
        }
        finally
        {
            File.Delete(program);
        }
    }
}
