using System.Net;
using System.Net.Sockets;
using Amqp.Tests.Configuration;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Tests.Hosting;

/// <summary>The broker's process starts and stops, or fails to start.</summary>
public class StartAndStopTests
{
    [Test]
    public async Task The_startup_line_names_the_ports_that_were_bound()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();

        foreach (int port in new[] { broker.Port, broker.ManagementPort })
        {
            using var client = new TcpClient();
            Assert.That(async () => await client.ConnectAsync(IPAddress.Loopback, port), Throws.Nothing);
        }
    }

    [Test]
    public async Task SIGTERM_ends_the_broker_with_exit_code_0()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();

        Assert.That(await broker.StopAsync(), Is.Zero);
    }

    [Test]
    public async Task SIGTERM_closes_connections_with_320()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        await using IConnection connection = await new ConnectionFactory { Uri = broker.Uri, AutomaticRecoveryEnabled = false }
            .CreateConnectionAsync();
        var closed = new TaskCompletionSource<ShutdownEventArgs>();
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            closed.TrySetResult(reason);
            return Task.CompletedTask;
        };

        await broker.StopAsync();

        ShutdownEventArgs reason = await closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That((reason.ReplyCode, reason.ReplyText), Is.EqualTo(
            ((ushort)320, "CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'")));
    }

    [Test]
    public async Task The_readiness_check_answers_ok()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{broker.ManagementPort}") };

        Assert.That(await client.GetStringAsync("/api/health/checks/ready-to-serve-clients"), Is.EqualTo("""{"status":"ok"}"""));
    }

    [Test]
    public async Task A_second_broker_on_the_same_data_folder_does_not_start()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();

        Assert.That(
            async () => await BrokerProcess.StartAsync(broker.DataDirectory),
            Throws.InvalidOperationException.With.Message.Contains("ended with 1 ")
                .And.Message.Contains("in use by another broker")
                .And.Message.Not.Contains("   at "));
    }

    [Test]
    public async Task A_broker_starts_on_the_data_folder_of_one_that_was_killed()
    {
        await using BrokerProcess broker = await BrokerProcess.StartAsync();
        broker.Kill();

        await broker.RestartAsync();

        Assert.That(await broker.StopAsync(), Is.Zero);
    }

    [Test]
    public void A_broker_whose_port_is_taken_does_not_start()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var config = new TemporaryFile($"listeners.tcp.taken = {taken.LocalEndpoint}");

        Assert.That(
            async () => await BrokerProcess.StartAsync(configFile: config.Path),
            Throws.InvalidOperationException.With.Message.Contains("ended with 1 ")
                .And.Message.Contains($"amqpbroker: Cannot listen on {taken.LocalEndpoint}: the port is in use.")
                .And.Message.Not.Contains("   at "));
    }

    [Test]
    public void A_broker_whose_configuration_is_wrong_does_not_start()
    {
        using var config = new TemporaryFile("heartbaet = 1\nframe_max = 1");

        Assert.That(
            async () => await BrokerProcess.StartAsync(configFile: config.Path),
            Throws.InvalidOperationException.With.Message.Contains("ended with 78 ")
                .And.Message.Contains($"amqpbroker: {config.Path}:1: unknown setting 'heartbaet'; did you mean 'heartbeat'?")
                .And.Message.Contains($"amqpbroker: {config.Path}:2: frame_max: '1' will not do"));
    }

    [TestCase("{", "open JSON object")]
    [TestCase("""{"queues":[{"name":"q","vhost":"nowhere","durable":true}]}""", "no_such_vhost")]
    public void A_broker_whose_definitions_cannot_be_imported_does_not_start(string content, string reason)
    {
        using var definitions = new TemporaryFile(content);
        using var config = new TemporaryFile($"load_definitions = {definitions.Path}");

        Assert.That(
            async () => await BrokerProcess.StartAsync(configFile: config.Path),
            Throws.InvalidOperationException.With.Message.Contains("ended with 78 ")
                .And.Message.Contains($"load_definitions: cannot import {definitions.Path}: ")
                .And.Message.Contains(reason)
                .And.Message.Not.Contains("   at "));
    }

    [Test]
    public async Task Settings_without_effect_are_logged_as_warnings()
    {
        using var config = new TemporaryFile("net_ticktime = 60");
        await using BrokerProcess broker = await BrokerProcess.StartAsync(configFile: config.Path);

        await broker.StopAsync();

        Assert.That(
            broker.Output,
            Does.Contain($"[warning] {config.Path}:1: net_ticktime has no effect: the settings cluster.* configure a cluster"));
    }
}
