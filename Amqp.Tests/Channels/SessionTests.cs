using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;
using Amqp.Server.Configuration;
using Amqp.Tests.Support;

namespace Amqp.Tests.Channels;

/// <summary>A consumer timeout of a queue replaces the consumer timeout of the broker.</summary>
public sealed class SessionTests
{
    private BareBroker _broker = null!;

    [OneTimeSetUp]
    public void Open() => _broker = new BareBroker();

    [OneTimeTearDown]
    public async Task CloseAsync() => await _broker.DisposeAsync();

    /// <summary>Parameters, in minutes: the broker's timeout, the queue's timeout, and the expected timeout. 0 means no timeout.</summary>
    [TestCase(0, 0, null)]
    [TestCase(30, 0, 30)]
    [TestCase(0, 5, 5)]
    [TestCase(30, 5, 5)]
    [TestCase(30, 60, 60)]
    public void A_queues_own_timeout_holds_for_it_shorter_or_longer(int brokers, int queues, int? expected)
    {
        var session = NewSession(brokers);
        var queue = queues == 0
            ? _broker.Declare($"q {brokers} {queues}")
            : _broker.Declare($"q {brokers} {queues}", ("x-consumer-timeout", queues * 60_000));
        session.WatchDeliveriesOf(queue);

        Assert.That((session.ConsumerTimeoutOf(queue), session.ConsumerTimeout), Is.EqualTo((expected * 60_000L, expected * 60_000L)));
    }

    [Test]
    public void The_shortest_of_all_queues_that_are_consumed_from_is_watched_for()
    {
        var session = NewSession(0);
        var watched = new List<long?> { session.ConsumerTimeout };
        foreach (int minutes in new[] { 0, 20, 10, 40 })
        {
            session.WatchDeliveriesOf(
                minutes == 0 ? _broker.Declare("watched") : _broker.Declare($"watched {minutes}", ("x-consumer-timeout", minutes)));
            watched.Add(session.ConsumerTimeout);
        }

        Assert.That(watched, Is.EqualTo(new long?[] { null, null, 20, 10, 10 }));
    }

    private BrokerClient NewSession(int timeout) => new(
        _broker.Broker.Sessions with
        {
            Options =
                new BrokerOptions { Limits = { ConsumerTimeout = timeout == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMinutes(timeout) } }
        },
        new DispatchRound())
    {
        User = new User("jo", PasswordHash.None, UserTags.None),
        VirtualHost = _broker.Host,
        Origin = new SessionOrigin("c", "", 0, "", 0, "", [], 0),
    };
}
