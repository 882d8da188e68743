using Amqp.Server.Client;

namespace Amqp.Tests.Client;

public sealed class AmqpUriTests
{
    [TestCase("amqp://", "", 5672, null, null, null)]
    [TestCase("amqp:///v%2F1", "", 5672, null, null, "v/1")]
    [TestCase("amqp://u:p%2F@/v", "", 5672, "u", "p/", "v")]
    [TestCase("amqp://u:p@", "", 5672, "u", "p", null)]
    [TestCase("amqp://host", "host", 5672, null, null, null)]
    [TestCase("amqp://host/", "host", 5672, null, null, null)]
    [TestCase("amqp://host:5/%2f", "host", 5, null, null, "/")]
    [TestCase("amqps://host", "host", 5671, null, null, null)]
    [TestCase("amqp://u:p%40@[::1]:7/v", "::1", 7, "u", "p@", "v")]
    public void An_address_has_its_parts(string text, string host, int port, string? user, string? password, string? virtualHost)
    {
        var uri = AmqpUri.Parse(text);

        Assert.That((uri.Host, uri.Port, uri.User, uri.Password, uri.VirtualHost), Is.EqualTo((host, port, user, password, virtualHost)));
    }

    [TestCase("amqp://", "amqp://")]
    [TestCase("amqp:///%2f", "amqp:///%2f")]
    [TestCase("amqp://u:secret@/v?heartbeat=5", "amqp:///v")]
    [TestCase("amqp://u:secret@host", "amqp://host")]
    [TestCase("amqp://u:secret@host:1/v%2F?heartbeat=5", "amqp://host:1/v%2F")]
    [TestCase("amqps://u:secret@[::1]:7?verify=verify_none", "amqps://[::1]:7")]
    public void An_address_is_shown_without_user_password_and_parameters(string text, string shown) =>
        Assert.That(AmqpUri.Parse(text).ToString(), Is.EqualTo(shown));

    [TestCase("", "{unable_to_parse_uri,no_scheme}")]
    [TestCase("foo", "{unable_to_parse_uri,no_scheme}")]
    [TestCase("http://host", "{unexpected_uri_scheme,\"http\"}")]
    [TestCase("amqp://host:65536", "{port_out_of_range,65536}")]
    [TestCase("amqp://host:99999999999999999999", "{unable_to_parse_uri,invalid}")]
    [TestCase("amqp://ho st", "{unable_to_parse_uri,invalid}")]
    [TestCase("amqp://host?heartbeat=-1", "{invalid_parameter,\"heartbeat\"}")]
    [TestCase("amqp://host?heartbeat=65536", "{invalid_parameter,\"heartbeat\"}")]
    [TestCase("amqp://host?connection_timeout=0", "{invalid_parameter,\"connection_timeout\"}")]
    [TestCase("amqps://host?verify=maybe", "{invalid_parameter,\"verify\"}")]
    [TestCase("amqp://host?colour=red", "{unknown_parameter,\"colour\"}")]
    public void An_invalid_address_is_refused_with_a_reason(string text, string expected)
    {
        Assert.That(AmqpUri.TryParse(text, out _, out string reason), Is.False);
        Assert.That(reason, Is.EqualTo(expected));
    }
}
