using Amqp.Server.Bench;

namespace Amqp.Tests.Bench;

public sealed class BrokerAddressTests
{
    [TestCase("amqp://localhost", "localhost", 5672, "guest", "guest", "/")]
    [TestCase("amqp://guest:guest@localhost:5672/", "localhost", 5672, "guest", "guest", "/")]
    [TestCase("amqp://u:p@10.0.0.1:99/%2F", "10.0.0.1", 99, "u", "p", "/")]
    [TestCase("amqp://u%40x:p%3Aw@broker/orders%2Feu", "broker", 5672, "u@x", "p:w", "orders/eu")]
    [TestCase("amqp://[::1]:1/v", "::1", 1, "guest", "guest", "v")]
    public void A_uri_says_where_and_who(string uri, string host, int port, string user, string password, string virtualHost)
    {
        Assert.That(BrokerAddress.TryParse(uri, out BrokerAddress? address), Is.True);
        Assert.That(address, Is.EqualTo(new BrokerAddress(host, port, user, password, virtualHost)));
    }

    [TestCase("")]
    [TestCase("localhost:5672")]
    [TestCase("http://localhost/")]
    [TestCase("amqps://localhost/")]
    public void Anything_else_is_none(string uri) =>
        Assert.That(BrokerAddress.TryParse(uri, out _), Is.False);
}
