using System.Text;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.EndToEnd;

/// <summary>
/// For some time, a broker process cannot read files of its log. The tests check the broker during this time and afterwards.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class UnreadableLogTests
{
    private BrokerProcess _broker = null!;
    private IConnection _connection = null!;
    private string[] _files = null!;

    [SetUp]
    public async Task Leave_messages_on_the_disk_only()
    {
        _broker = await BrokerProcess.StartAsync();
        await using (var connection = await ConnectAsync())
        {
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
            await channel.QueueDeclareAsync("kept", durable: true, exclusive: false, autoDelete: false);
            foreach (string text in (string[])["first", "second"])
                await channel.BasicPublishAsync(
                    "", "kept", mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text));
        }
        await _broker.RestartAsync();
        _connection = await ConnectAsync();
        _files = Directory.GetFiles(Path.Combine(_broker.DataDirectory, "segments"));
        foreach (string file in _files)
            File.Move(file, file + ".away");
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Test]
    public async Task A_get_is_refused_with_internal_error_and_works_when_the_files_are_back()
    {
        await using var channel = await _connection.CreateChannelAsync();
        OperationInterruptedException? refused = await Assert.ThrowsAsync<OperationInterruptedException>(
            async () => await channel.BasicGetAsync("kept", autoAck: true));
        Assert.That(refused!.ShutdownReason!.ReplyCode, Is.EqualTo(541));
        Assert.That(refused.ShutdownReason.ReplyText, Does.Contain("kept"));

        GiveBack();
        await using var connection = await ConnectAsync();
        await using var next = await connection.CreateChannelAsync();
        Assert.That(Encoding.UTF8.GetString((await next.BasicGetAsync("kept", autoAck: true))!.Body.Span), Is.EqualTo("first"));
    }

    [Test]
    public async Task A_consumer_waits_and_gets_its_messages_when_the_files_are_back()
    {
        await using var channel = await _connection.CreateChannelAsync();
        var log = await DeliveryLog.ConsumeAsync(channel, "kept", autoAck: true);
        await Eventually.Holds(
            () => _broker.Output.Contains("cannot be read from the disk now", StringComparison.Ordinal),
            () => "the broker did not try to read");

        GiveBack();

        Assert.That((await log.NextAsync()).Text, Is.EqualTo("first"));
        Assert.That((await log.NextAsync()).Text, Is.EqualTo("second"));
    }

    private void GiveBack()
    {
        foreach (string file in _files)
            File.Move(file + ".away", file, overwrite: true);
    }

    private Task<IConnection> ConnectAsync() =>
        new ConnectionFactory { Uri = _broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
}
