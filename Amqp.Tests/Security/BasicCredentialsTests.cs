using System.Text;
using Amqp.Server.Management.Http;

namespace Amqp.Tests.Security;

/// <summary>The user and the password are read from an Authorization header.</summary>
public sealed class BasicCredentialsTests
{
    [TestCase("jo:secret", "jo", "secret")]
    [TestCase("jo:a:b:", "jo", "a:b:")]
    [TestCase("jo:", "jo", "")]
    [TestCase(":secret", "", "secret")]
    [TestCase("jö: p ", "jö", " p ")]
    public void A_name_ends_at_the_first_colon_and_all_the_rest_is_the_password(string sent, string name, string password)
    {
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(sent));

        foreach (string scheme in new[] { "Basic", "basic", "BASIC" })
            Assert.That(BasicCredentials.Read($"{scheme} {encoded} "), Is.EqualTo((name, password)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("Basic ")]
    [TestCase("Basic am8=")] // decodes to jo, without a password
    [TestCase("Basic jo:secret")]
    [TestCase("Bearer am86c2VjcmV0")]
    [TestCase("am86c2VjcmV0")]
    public void Whatever_else_it_says_is_no_login(string? header) => Assert.That(BasicCredentials.Read(header), Is.Null);
}
