using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Broker.Sessions;
using Amqp.Tests.Support;

namespace Amqp.Tests.Broker;

/// <summary>The broker limits the numbers of connections and channels. Connections and channels that have ended do not count.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ClientCountsTests : IAsyncDisposable
{
    private readonly BareBroker _broker = new();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Test]
    public void A_virtual_host_has_as_many_connections_as_its_limit_says([Values(0, 1, 3)] int most)
    {
        _broker.Broker.Parameters.Put(
            "vhost-limits", "/", "limits", FieldValue.FromTable(FieldTable.Empty.With("max-connections", FieldValue.FromInt64(most))));

        Assert.That(AdmitAll("guest"), Has.Count.EqualTo(most));
    }

    [TestCase("limits", true)]
    [TestCase("another name", false, Description = "RabbitMQ keeps it and does not look at it")]
    public void A_limit_of_a_virtual_host_holds_until_it_is_cleared_and_under_its_own_name_only(string name, bool holds)
    {
        _broker.Broker.Parameters.Put("vhost-limits", "/", name, FieldValue.FromTable(
            FieldTable.Empty.With("max-connections", FieldValue.FromInt64(2)).With("max-queues", FieldValue.FromInt64(1))));
        Assert.That(_broker.Host.Limits, Is.EqualTo(holds ? new VirtualHostLimits(2, 1) : VirtualHostLimits.None));

        _broker.Broker.Parameters.Remove("vhost-limits", "/", name);

        Assert.That(_broker.Host.Limits, Is.EqualTo(VirtualHostLimits.None));
        Assert.That(AdmitAll("guest"), Has.Count.EqualTo(100));
    }

    [Test]
    public void Of_a_users_limits_one_may_be_cleared_or_changed_and_the_other_holds()
    {
        var limits = _broker.Broker.UserLimits;
        limits.Set("guest", UserLimits.MaxChannels, FieldValue.FromInt64(3));
        limits.Set("guest", UserLimits.MaxConnections, FieldValue.FromInt64(2));
        limits.Set("guest", UserLimits.MaxConnections, FieldValue.FromInt64(4));
        limits.Set("another", UserLimits.MaxConnections, FieldValue.FromInt64(1));
        var admitted = AdmitAll("guest");
        Assert.That((admitted.Count, OpenAll(admitted[0])), Is.EqualTo((4, 3)));
        admitted.ForEach(admission => admission.Dispose());

        limits.Clear("guest", UserLimits.MaxConnections);

        admitted = AdmitAll("guest");
        Assert.That((admitted.Count, OpenAll(admitted[0])), Is.EqualTo((100, 3)));
        limits.Clear("guest", UserLimits.MaxChannels);
        Assert.That(OpenAll(admitted[0]), Is.EqualTo(100));
        Assert.That(limits.All.Select(entry => entry.User), Is.EqualTo(["another"]));
    }

    [Test]
    public void A_user_has_as_many_connections_as_their_limit_says_and_one_that_ended_twice_counts_once()
    {
        _broker.Broker.UserLimits.Set("guest", UserLimits.MaxConnections, FieldValue.FromInt64(2));
        var admitted = AdmitAll("guest");
        Assert.That(admitted, Has.Count.EqualTo(2));
        Assert.That(() => _broker.Broker.Clients.Admit("another", _broker.Host).Dispose(), Throws.Nothing, "the limit is for one user");

        admitted[0].Dispose();
        admitted[0].Dispose();

        Assert.That(AdmitAll("guest"), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_user_has_as_many_channels_as_their_limit_says_whatever_became_of_those_before(
        [Values("closed", "ended", "closed after the end")] string end)
    {
        _broker.Broker.UserLimits.Set("guest", UserLimits.MaxChannels, FieldValue.FromInt64(3));
        var clients = _broker.Broker.Clients;
        var (first, second) = (clients.Admit("guest", _broker.Host), clients.Admit("guest", _broker.Host));
        first.OpenChannel();
        first.OpenChannel();
        Assert.That(OpenAll(second), Is.EqualTo(1));

        if (end == "closed")
            first.CloseChannel();
        else
            first.Dispose();
        if (end == "closed after the end")
            first.CloseChannel();

        Assert.That(OpenAll(second), Is.EqualTo(end == "closed" ? 1 : 2));
    }

    [Test]
    public void The_broker_has_as_many_channels_as_its_limit_says_whosever_they_are([Values] bool isEnded)
    {
        var clients = new ClientCounts(_broker.Broker.UserLimits, channelLimit: 3);
        var (one, other) = (clients.Admit("guest", _broker.Host), clients.Admit("another", _broker.Host));
        one.OpenChannel();
        one.OpenChannel();
        Assert.That(OpenAll(other), Is.EqualTo(1));

        if (isEnded)
            one.Dispose();
        else
            one.CloseChannel();

        Assert.That(OpenAll(other), Is.EqualTo(isEnded ? 2 : 1));
    }

    /// <summary>
    /// The broker checks a new connection against two limits. A connection that the second check refuses does not count for the first
    /// limit.
    /// </summary>
    [Test]
    public void Who_is_refused_counts_nowhere()
    {
        _broker.Broker.Parameters.Put(
            "vhost-limits", "/", "limits", FieldValue.FromTable(FieldTable.Empty.With("max-connections", FieldValue.FromInt64(3))));
        _broker.Broker.UserLimits.Set("guest", UserLimits.MaxConnections, FieldValue.FromInt64(1));
        Assert.That(AdmitAll("guest"), Has.Count.EqualTo(1));

        for (int i = 0; i < 5; i++)
            Assert.That(AdmitAll("guest"), Is.Empty);

        Assert.That(AdmitAll("another"), Has.Count.EqualTo(2));
    }

    [Test]
    public void A_channel_that_is_refused_for_its_users_limit_does_not_count_for_the_brokers()
    {
        var clients = new ClientCounts(_broker.Broker.UserLimits, channelLimit: 4);
        _broker.Broker.UserLimits.Set("guest", UserLimits.MaxChannels, FieldValue.FromInt64(1));
        var admission = clients.Admit("guest", _broker.Host);
        Assert.That(OpenAll(admission), Is.EqualTo(1));

        for (int i = 0; i < 5; i++)
            Assert.That(OpenAll(admission), Is.Zero);

        Assert.That(OpenAll(clients.Admit("another", _broker.Host)), Is.EqualTo(3));
    }

    private List<ClientCounts.Admission> AdmitAll(string user)
    {
        var admitted = new List<ClientCounts.Admission>();
        try
        {
            while (admitted.Count < 100)
                admitted.Add(_broker.Broker.Clients.Admit(user, _broker.Host));
        }
        catch (BrokerException refused) when (refused.Error == BrokerError.NotAllowed)
        {
            // The loop ends when the limit is reached.
        }
        return admitted;
    }

    private static int OpenAll(ClientCounts.Admission admission)
    {
        int opened = 0;
        try
        {
            for (; opened < 100; opened++)
                admission.OpenChannel();
        }
        catch (BrokerException refused) when (refused.Error == BrokerError.NotAllowed)
        {
            // The loop ends when the limit is reached.
        }
        return opened;
    }
}
