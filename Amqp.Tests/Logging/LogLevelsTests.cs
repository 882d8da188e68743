using Amqp.Server.Channels;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Server.Hosting;
using Amqp.Server.Hosting.Proxy;
using Amqp.Server.Hosting.Tls;
using Amqp.Server.Logging;
using Amqp.Server.Management.Http;
using Microsoft.Extensions.Logging;
using MessageBroker = Amqp.Server.Broker.MessageBroker;
using Queue = Amqp.Server.Broker.Queues.Queue;

namespace Amqp.Tests.Logging;

/// <summary>At each log level, the broker logs the right events in each log category.</summary>
public class LogLevelsTests
{
    [TestCase(typeof(AmqpConnection), LogCategory.Connection)]
    [TestCase(typeof(AmqpChannel), LogCategory.Channel)]
    [TestCase(typeof(Queue), LogCategory.Queue)]
    [TestCase(typeof(ManagementApi), LogCategory.Management)]
    [TestCase(typeof(MessageBroker), LogCategory.Default)]
    [TestCase(typeof(TlsCertificates), LogCategory.Connection)]
    [TestCase(typeof(ProxiedConnections), LogCategory.Connection)]
    [TestCase(typeof(BrokerLifetime), LogCategory.Default)]
    public void A_logger_is_of_the_category_that_its_folder_belongs_to(Type type, object category) =>
        Assert.That(LogCategories.Of(type.FullName!), Is.EqualTo(category));

    [Test]
    public void A_category_without_a_level_follows_the_output()
    {
        var options = new LogOptions { Level = LogLevel.Error, ConsoleLevel = LogLevel.Warning };
        options.CategoryLevels["connection"] = LogLevel.Debug;
        var levels = new LogLevels(options);

        Assert.That((levels.Of(LogCategory.Connection), levels.Of(LogCategory.Queue)), Is.EqualTo((LogLevel.Debug, LogLevel.Warning)));
        Assert.That(levels.IsEnabled(LogCategory.Queue, LogLevel.Warning), Is.True);
        Assert.That(levels.IsEnabled(LogCategory.Queue, LogLevel.Information), Is.False);
    }

    [Test]
    public void Nothing_is_logged_where_there_is_no_output()
    {
        var options = new LogOptions { Console = false };
        options.CategoryLevels["connection"] = LogLevel.Debug;

        Assert.That(new LogLevels(options).IsEnabled(LogCategory.Connection, LogLevel.Critical), Is.False);
    }

    [Test]
    public void A_change_holds_for_its_category_or_for_all()
    {
        var levels = new LogLevels(new LogOptions());

        levels.Set(LogCategory.Channel, LogLevel.None);
        Assert.That((levels.Of(LogCategory.Channel), levels.Of(LogCategory.Queue)), Is.EqualTo((LogLevel.None, LogLevel.Information)));

        levels.Set(null, LogLevel.Error);
        Assert.That(LogCategories.All.Select(levels.Of), Is.All.EqualTo(LogLevel.Error));
    }

    [TestCase("default", LogCategory.Default)]
    [TestCase("connection", LogCategory.Connection)]
    [TestCase("channel", LogCategory.Channel)]
    [TestCase("queue", LogCategory.Queue)]
    [TestCase("management", LogCategory.Management)]
    [TestCase("Queue", null)]
    [TestCase("nothing", null)]
    public void A_category_is_found_by_its_name(string name, object? category) =>
        Assert.That(LogCategories.Find(name), Is.EqualTo(category));

    [Test]
    public void An_event_without_a_level_is_never_logged() =>
        Assert.That(new LogLevels(new LogOptions { Level = LogLevel.Trace }).IsEnabled(LogCategory.Queue, LogLevel.None), Is.False);
}
