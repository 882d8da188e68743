using System.Net;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>The broker listens on the addresses and ports that its settings describe.</summary>
public class ListenerTests
{
    [Test]
    public void By_default_the_broker_listens_on_loopback_addresses_only()
    {
        BrokerOptions options = new();

        Assert.That(
            options.Listeners.Concat(options.Management.Listeners),
            Has.All.Matches<IPEndPoint>(endPoint => IPAddress.IsLoopback(endPoint!.Address)));
        Assert.That(options.Listeners[0], Is.EqualTo(IPEndPoint.Parse("127.0.0.1:5672")));
        Assert.That(options.Management.Listeners[0], Is.EqualTo(IPEndPoint.Parse("127.0.0.1:15672")));
    }

    [TestCase("bind = 10.0.0.1", "10.0.0.1:5672")]
    [TestCase("bind = 10.0.0.1, 10.0.0.2", "10.0.0.1:5672 10.0.0.2:5672")]
    [TestCase("bind = 10.0.0.1\nlisteners.tcp.default = 5673", "10.0.0.1:5673")]
    [TestCase("listeners.tcp.default = 10.0.0.1:5673", "10.0.0.1:5673")]
    [TestCase("listeners.tcp.1 = 10.0.0.1:1\nlisteners.tcp.2 = [fe80::1]:2", "10.0.0.1:1 [fe80::1]:2")]
    [TestCase("bind = 10.0.0.1\nlisteners.tcp.1 = 1\nlisteners.tcp.2 = 10.0.0.1:1", "10.0.0.1:1")]
    [TestCase("bind = 10.0.0.1\nlisteners.tcp.default = 10.0.0.2:1", "10.0.0.2:1")]
    [TestCase("bind = 10.0.0.1, 10.0.0.2, 10.0.0.1", "10.0.0.1:5672 10.0.0.2:5672")]
    [TestCase("bind = 10.0.0.1\nlisteners.tcp.1 = 1\nlisteners.tcp.1 = 2", "10.0.0.1:2")]
    public void Listeners_without_an_address_listen_on_those_of_bind(string text, string expected) =>
        Assert.That(string.Join(' ', ConfigurationOf.File(text).Options.Listeners), Is.EqualTo(expected));

    [Test]
    public void Bind_holds_for_the_HTTP_API_too() =>
        Assert.That(
            ConfigurationOf.Line("bind = 10.0.0.1").Options.Management.Listeners,
            Is.EqualTo(new[] { IPEndPoint.Parse("10.0.0.1:15672") }));

    [Test]
    public void A_stronger_bind_replaces_the_address_of_a_listener() =>
        Assert.That(
            ConfigurationOf.File("listeners.tcp.default = 10.0.0.1:1", ("AMQPBROKER_BIND", "10.0.0.2")).Options.Listeners,
            Is.EqualTo(new[] { IPEndPoint.Parse("10.0.0.2:1") }));

    [Test]
    public void A_star_is_every_address()
    {
        IPAddress address = ConfigurationOf.Line("bind = *").Options.Listeners.Single().Address;

        Assert.That(address, Is.EqualTo(IPAddress.IPv6Any).Or.EqualTo(IPAddress.Any));
    }

    [TestCase("management.listener.port = 1\nmanagement.listener.ip = 10.0.0.1", "10.0.0.1:1", "")]
    [TestCase("management.listener.port = 1\nmanagement.tcp.port = 2\nmanagement.tcp.ip = 10.0.0.1", "10.0.0.1:2", "")]
    [TestCase("management.listener.ssl = true\nmanagement.listener.ip = 10.0.0.1\nmanagement.listener.port = 1", "", "10.0.0.1:1")]
    [TestCase("management.listener.ssl = true\nmanagement.listener.ip = 10.0.0.1", "", "10.0.0.1:15672")]
    [TestCase(
        "management.listener.ssl = true\nmanagement.listener.ip = 10.0.0.1\nmanagement.listener.port = "
            + "1\nmanagement.ssl.port = 2\nmanagement.ssl.ip = 10.0.0.2",
        "", "10.0.0.2:2")]
    [TestCase("management.listener.ip = 10.0.0.1\nmanagement.tcp.ip = 10.0.0.2", "10.0.0.2:15672", "")]
    [TestCase(
        "bind = 10.0.0.3\nmanagement.listener.ssl = true\nmanagement.listener.port = 1\nmanagement.tcp.port = 2", "10.0.0.3:2",
        "10.0.0.3:1")]
    public void The_names_that_RabbitMQ_3_7_had_for_the_HTTP_API_stand_for_those_of_today(string text, string http, string https)
    {
        BrokerOptions options = ConfigurationOf.File(text).Options;

        Assert.That(
            (string.Join(' ', options.Management.Listeners), string.Join(' ', options.Management.Tls.Listeners)),
            Is.EqualTo((http, https)));
    }

    [TestCase("prometheus.tcp.listener = 10.0.0.1:1", "10.0.0.1:1", "")]
    [TestCase("prometheus.tcp.listener = none", "", "")]
    [TestCase("prometheus.ssl.port = 1\nprometheus.ssl.ip = 10.0.0.1", "", "10.0.0.1:1")]
    [TestCase("prometheus.ssl.port = 1\nprometheus.ssl.ip = 10.0.0.1\nprometheus.tcp.listener = 10.0.0.2:2", "10.0.0.2:2", "10.0.0.1:1")]
    public void Prometheus_is_answered_with_and_without_TLS_as_it_is_said(string text, string http, string https)
    {
        BrokerOptions options = ConfigurationOf.File(text).Options;

        Assert.That(
            (string.Join(' ', options.Statistics.MetricsListeners), string.Join(' ', options.Statistics.MetricsTls.Listeners)),
            Is.EqualTo((http, https)));
    }

    // The default metrics port is the port of the HTTP API plus 20. Two brokers with different API ports get different metrics ports.
    [TestCase("heartbeat = 1", "127.0.0.1:15692")]
    [TestCase("management.tcp.port = 1000", "127.0.0.1:1020")]
    [TestCase("management.tcp.port = 65515", "127.0.0.1:65535")]
    [TestCase("management.tcp.port = 65516", "")]
    [TestCase("management.tcp.port = 0", "127.0.0.1:0")]
    [TestCase("management.ssl.port = 1000", "127.0.0.1:1020")]
    [TestCase("management.tcp.port = 1000\nmanagement.ssl.port = 2000", "127.0.0.1:1020")]
    [TestCase("management.tcp.port = 1000\nprometheus.tcp.port = 3000", "127.0.0.1:3000")]
    [TestCase("management.tcp.ip = 10.0.0.1", "127.0.0.1:15692")]
    [TestCase("prometheus.tcp.ip = 10.0.0.1", "10.0.0.1:15692")]
    [TestCase("prometheus.ssl.port = 1", "")]
    [TestCase("prometheus.ssl.port = 1\nprometheus.tcp.ip = 10.0.0.1", "10.0.0.1:15692")]
    public void Prometheus_is_answered_beside_the_HTTP_API(string text, string expected) =>
        Assert.That(
            string.Join(' ', ConfigurationOf.File($"bind = 127.0.0.1\n{text}").Options.Statistics.MetricsListeners),
            Is.EqualTo(expected));

    [TestCase("management.tcp.ip = 10.0.0.1", "HTTP")]
    [TestCase("management.ssl.port = 1\nmanagement.ssl.ip = 10.0.0.1", "HTTPS")]
    [TestCase("prometheus.tcp.ip = 10.0.0.1", "metrics")]
    [TestCase("prometheus.ssl.port = 1\nprometheus.ssl.ip = 10.0.0.1", "metrics over TLS")]
    [TestCase("listeners.ssl.default = 10.0.0.1:1", "AMQPS")]
    public void A_bind_of_the_same_file_leaves_a_listeners_own_address_and_a_stronger_one_does_not(string text, string listener)
    {
        string AddressOf(string bind, params (string, string)[] variables)
        {
            BrokerOptions options = ConfigurationOf.File($"{text}\n{bind}", variables).Options;
            return (listener switch
            {
                "HTTP" => options.Management.Listeners,
                "HTTPS" => options.Management.Tls.Listeners,
                "metrics" => options.Statistics.MetricsListeners,
                "metrics over TLS" => options.Statistics.MetricsTls.Listeners,
                _ => options.Tls.Listeners,
            }).Single().Address.ToString();
        }

        Assert.That(AddressOf("bind = 10.0.0.2"), Is.EqualTo("10.0.0.1"));
        Assert.That(AddressOf("", ("AMQPBROKER_BIND", "10.0.0.2")), Is.EqualTo("10.0.0.2"));
    }

    [TestCase("unix:/run/broker.sock:0")]
    [TestCase("local:/run/broker.sock:0")]
    public void A_listener_may_be_a_Unix_socket(string value) =>
        Assert.That(ConfigurationOf.Line($"listeners.tcp.1 = {value}").Options.Connections.UnixSocketPath, Is.EqualTo("/run/broker.sock"));

    [TestCase("unix:run.sock:0")]
    [TestCase("unix:/run/broker.sock")]
    [TestCase("unix:/run/broker.sock:1")]
    [TestCase("unix:")]
    public void A_path_of_a_Unix_socket_is_absolute_and_has_the_port_0(string value) =>
        Assert.That(ConfigurationOf.Line($"listeners.tcp.1 = {value}").Errors, Has.Count.EqualTo(1));
}
