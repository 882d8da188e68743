using Amqp.Server.Broker.Access;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Security;

public class PasswordRulesTests
{
    [TestCase("rabbit_credential_validator_accept_everything", "", ExpectedResult = null)]
    [TestCase("rabbit_credential_validator_min_password_length", "1234567", ExpectedResult = "minimum required password length is 8")]
    [TestCase("rabbit_credential_validator_min_password_length", "12345678", ExpectedResult = null)]
    [TestCase("rabbit_credential_validator_min_password_length", "äöüß", ExpectedResult = null)]
    [TestCase(
        "rabbit_credential_validator_password_regexp", "letters",
        ExpectedResult = "provided password does not match the validator regular expression")]
    [TestCase("rabbit_credential_validator_password_regexp", "l3tters", ExpectedResult = null)]
    public string? A_password_is_refused_in_RabbitMq_s_words(string validation, string password) =>
        new PasswordRules(new PasswordOptions { Validation = validation, MinLength = 8, Pattern = "[0-9]" }).RefusalOf(password);

    [Test]
    public void A_password_is_hashed_as_configured() => Assert.That(
        new PasswordRules(new PasswordOptions { Hashing = "rabbit_password_hashing_sha512" })
            .Hash("secret").Algorithm == HashingAlgorithm.Sha512);
}
