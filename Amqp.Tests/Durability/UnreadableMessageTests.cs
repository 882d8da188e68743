using System.Text;
using System.Text.RegularExpressions;
using Amqp.Tests.EndToEnd;
using Amqp.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Amqp.Tests.Durability;

/// <summary>
/// A message whose bytes on disk are damaged is lost. A message whose bytes cannot be read for a while stays in its queue.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class UnreadableMessageTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly List<IConnection> _connections = [];
    private BrokerProcess _broker = null!;

    /// <summary>Publishes three messages and restarts the broker. Afterwards the bytes of the messages are only on disk.</summary>
    [SetUp]
    public async Task StartAsync()
    {
        _broker = await BrokerProcess.StartAsync();
        await PublishAsync("kept", "first", "second", "third");
        await _broker.RestartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var connection in _connections)
            await connection.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    [Test]
    public async Task A_damaged_message_is_lost_to_the_log_and_basic_get_gives_those_around_it()
    {
        string segment = Damage("second");
        var channel = await OpenAsync();

        Assert.That(await TakeAllAsync(channel, "kept"), Is.EqualTo(["first", "third"]));
        await Eventually.Holds(
            () => Regex.IsMatch(_broker.Output, $@"\[error\] Message 2 of queue 'kept' is lost: {segment} at \d+ is damaged"),
            () => _broker.Output);
    }

    [Test]
    public async Task A_damaged_message_is_passed_over_for_consumers_too_and_does_not_come_back()
    {
        Damage("second");
        var log = await DeliveryLog.ConsumeAsync(await OpenAsync(), "kept", autoAck: true);

        Assert.That((await log.NextAsync(2)).Select(arrival => arrival.Text), Is.EqualTo(["first", "third"]));
        await _broker.RestartAsync();
        Assert.That(await TakeAllAsync(await OpenAsync(), "kept"), Is.Empty);
    }

    // Without the log file, the broker knows the message, but cannot read its bytes. Without the index, the broker does not know the
    // message.
    [TestCase("*.log")]
    [TestCase("*")]
    public async Task A_get_that_cannot_be_read_now_closes_that_connection_with_541_and_the_message_stays(string files)
    {
        var channel = await OpenAsync();
        using (Hide(files))
        {
            var error = await Assert.ThrowsAsync<OperationInterruptedException>(
                () => channel.BasicGetAsync("kept", autoAck: true).WaitAsync(_patience));

            Assert.That(error!.ShutdownReason!.ReplyCode, Is.EqualTo(541));
            Assert.That(
                error.ShutdownReason.ReplyText,
                Is.EqualTo("INTERNAL_ERROR - queue 'kept' in vhost '/' cannot be read from the disk now"));
        }

        Assert.That(await TakeAllAsync(await OpenAsync(), "kept"), Is.EqualTo(["first", "second", "third"]));
    }

    [TestCase("*.log")]
    [TestCase("*")]
    public async Task A_consumer_of_what_cannot_be_read_now_keeps_its_place_and_is_served_when_it_can(string files)
    {
        DeliveryLog log;
        using (Hide(files))
        {
            log = await DeliveryLog.ConsumeAsync(await OpenAsync(), "kept", autoAck: true);
            await Eventually.Holds(() => _broker.Output.Contains("Messages of queue 'kept' cannot be read"), () => _broker.Output);
        }

        Assert.That((await log.NextAsync(3)).Select(arrival => arrival.Text), Is.EqualTo(["first", "second", "third"]));
        await Eventually.Holds(
            () => _broker.Output.Contains("Messages of queue 'kept' can be read from the disk again"),
            () => _broker.Output);
    }

    [Test]
    public async Task What_cannot_be_read_is_said_once_and_not_at_each_try()
    {
        using (Hide("*.log"))
        {
            for (int attempt = 0; attempt < 3; attempt++)
            {
                var channel = await OpenAsync();
                await Assert.ThrowsAsync<OperationInterruptedException>(
                    () => channel.BasicGetAsync("kept", autoAck: true).WaitAsync(_patience));
            }
        }
        await TakeAllAsync(await OpenAsync(), "kept");
        await Eventually.Holds(() => _broker.Output.Contains("can be read from the disk again"), () => _broker.Output);

        Assert.That(_broker.Output.Split("Messages of queue 'kept' cannot be read"), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task A_queue_that_cannot_be_read_harms_no_other_queue_and_no_other_connection()
    {
        using (Hide("*"))
        {
            var stuck = await OpenAsync();
            var stuckLog = await DeliveryLog.ConsumeAsync(stuck, "kept", autoAck: true);
            await Eventually.Holds(() => _broker.Output.Contains("Messages of queue 'kept' cannot be read"), () => _broker.Output);

            await PublishAsync("other", "one", "two");
            await PublishAsync("kept", "fourth");

            Assert.That(await TakeAllAsync(stuck, "other"), Is.EqualTo(["one", "two"]));
            Assert.That(stuckLog.Waiting, Is.Zero, "the fourth message does not overtake an unreadable one");
        }
    }

    private async Task<IChannel> OpenAsync(bool confirms = false)
    {
        var connection = await new ConnectionFactory { Uri = _broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        _connections.Add(connection);
        return await connection.CreateChannelAsync(new CreateChannelOptions(confirms, confirms));
    }

    private async Task PublishAsync(string queue, params string[] texts)
    {
        var channel = await OpenAsync(confirms: true);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        foreach (string text in texts)
            await channel.BasicPublishAsync("", queue, true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(text))
                .AsTask()
                .WaitAsync(_patience);
    }

    private static async Task<IReadOnlyList<string>> TakeAllAsync(IChannel channel, string queue)
    {
        var texts = new List<string>();
        while (await channel.BasicGetAsync(queue, autoAck: true).WaitAsync(_patience) is { } message)
            texts.Add(Encoding.UTF8.GetString(message.Body.Span));
        return texts;
    }

    /// <summary>Changes a byte of a message in the file of its segment.</summary>
    /// <returns>Path of the segment's file.</returns>
    private string Damage(string text)
    {
        string segment = Directory.GetFiles(Path.Combine(_broker.DataDirectory, "segments"), "*.log").Single();
        using var file = new FileStream(segment, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        file.Position = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        file.WriteByte((byte)'!');
        return segment;
    }

    /// <summary>Hides the files of segments that match the pattern. The broker cannot find them until the result is disposed.</summary>
    private HiddenFiles Hide(string pattern) => new(Path.Combine(_broker.DataDirectory, "segments"), pattern);

    private sealed class HiddenFiles : IDisposable
    {
        private readonly string _directory;
        private readonly string _hidden;

        public HiddenFiles(string directory, string pattern)
        {
            (_directory, _hidden) = (directory, Directory.CreateDirectory(Path.Combine(directory, "hidden")).FullName);
            foreach (string file in Directory.GetFiles(directory, pattern))
                File.Move(file, Path.Combine(_hidden, Path.GetFileName(file)));
        }

        public void Dispose()
        {
            foreach (string file in Directory.GetFiles(_hidden))
                File.Move(file, Path.Combine(_directory, Path.GetFileName(file)));
        }
    }
}
