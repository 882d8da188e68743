using System.Text;
using Amqp.Server.Connections;
using Amqp.Tests.Support;

namespace Amqp.Tests.Security;

/// <summary>If the setting <c>auth_mechanisms</c> is present, the broker offers only the login mechanisms that it names.</summary>
public class MechanismTests
{
    [TestCase("auth_mechanisms.1 = PLAIN", "PLAIN")]
    [TestCase("auth_mechanisms.1 = EXTERNAL\nauth_mechanisms.2 = AMQPLAIN", "AMQPLAIN")]
    [TestCase("auth_mechanisms.1 = ANONYMOUS", "")]
    [TestCase("# none named", "PLAIN AMQPLAIN")]
    public async Task Only_the_mechanisms_that_are_named_are_offered(string settings, string offered)
    {
        await using var broker = await BrokerInProcess.StartAsync(settings.Split('\n'));
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));

        var start = await client.StartAsync();

        Assert.That(Encoding.ASCII.GetString(start.Mechanisms), Is.EqualTo(offered));
    }

    /// <summary>
    /// A PLAIN response has three parts: an identity, the user name and the password. Like RabbitMQ, the broker ignores the identity.
    /// </summary>
    [TestCase("\0jo\0secret", "jo", "secret")]
    [TestCase("someone\0jo\0secret", "jo", "secret")]
    [TestCase("\0jo\0", "jo", "")]
    public void Plain_has_the_name_and_the_password_behind_two_zeros(string response, string user, string password) =>
        Assert.That(SaslMechanisms.Read("PLAIN", Encoding.UTF8.GetBytes(response)), Is.EqualTo((user, password)));

    [Test]
    public async Task A_mechanism_that_is_not_named_lets_nobody_in()
    {
        await using var broker = await BrokerInProcess.StartAsync("auth_mechanisms.1 = AMQPLAIN");
        await using var client = await RawClient.DialAsync(new Uri($"amqp://127.0.0.1:{broker.Port}"));
        await client.StartAsync();

        await client.LogInAsync(response: "\0guest\0guest"u8.ToArray());

        await client.ExpectEndAsync();
    }
}
