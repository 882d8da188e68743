using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;

namespace Amqp.Tests.Security;

public class PasswordHashTests
{
    private static readonly string[] _algorithms =
        ["rabbit_password_hashing_sha256", "rabbit_password_hashing_sha512", "rabbit_password_hashing_md5"];

    [Test]
    public void RabbitMq_s_own_example_is_understood()
    {
        Assert.That(PasswordHash.TryParse("kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR", HashingAlgorithm.Sha256, out var hash));

        Assert.That(hash!.Verify("test12"));
        Assert.That(hash.Verify("test13"), Is.False);
    }

    [Test]
    public void A_password_is_right_for_its_own_hash_only([ValueSource(nameof(_algorithms))] string algorithm)
    {
        var hash = PasswordHash.Create("pässword", HashingAlgorithms.Find(algorithm)!.Value);

        Assert.That((hash.Verify("pässword"), hash.Verify("passwort"), hash.Verify("")), Is.EqualTo((true, false, false)));
    }

    [Test]
    public void A_hash_survives_being_written_down([ValueSource(nameof(_algorithms))] string algorithm)
    {
        var written = PasswordHash.Create("secret", HashingAlgorithms.Find(algorithm)!.Value);

        Assert.That(PasswordHash.TryParse(written.ToString(), written.Algorithm, out var hash));
        Assert.That(hash!.Verify("secret"));
        Assert.That(written.Algorithm.Name(), Is.EqualTo(algorithm));
    }

    [Test]
    public void Two_hashes_of_a_password_differ_by_their_salt()
    {
        string[] hashes = [PasswordHash.Create("secret").ToString(), PasswordHash.Create("secret").ToString()];

        Assert.That(hashes, Is.Unique);
    }

    [TestCase("")]
    [TestCase("AQ==")]
    [TestCase("AQIDBA==")]
    public void Nothing_is_right_for_a_hash_that_is_none(string base64)
    {
        PasswordHash.TryParse(base64, HashingAlgorithm.Sha256, out var hash);

        Assert.That((hash!.Verify(""), hash.Verify("secret")), Is.EqualTo((false, false)));
    }

    [Test]
    public void What_is_not_base64_is_no_hash() =>
        Assert.That(PasswordHash.TryParse("no base64!", HashingAlgorithm.Sha256, out _), Is.False);
}
