using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Configuration;
using Amqp.Server.Security;
using Amqp.Tests.Tls;

namespace Amqp.Tests.Security;

/// <summary>The names are those that RabbitMQ finds.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CertificateUserTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    [TestCase("CN=jo", ExpectedResult = "CN=jo")]
    [TestCase("C=DE, O=Acme, OU=Ops, CN=jo", ExpectedResult = "CN=jo,OU=Ops,O=Acme,C=DE")]
    [TestCase("DC=org, DC=example, CN=jo", ExpectedResult = "CN=jo,DC=example,DC=org")]
    [TestCase("CN=\"a, b\"", ExpectedResult = "CN=a\\, b")]
    [TestCase("CN=#jo", ExpectedResult = "CN=\\#jo")]
    [TestCase("CN=jö", ExpectedResult = "CN=jö")]
    public string? A_distinguished_name_is_written_as_in_RFC_4514(string subject) =>
        CertificateUser.NameIn(_authority.Issue(subject), new TlsOptions());

    [TestCase("O=Acme, CN=jo", ExpectedResult = "jo")]
    [TestCase("CN=a, CN=b", ExpectedResult = "a,b")]
    [TestCase("O=Acme", ExpectedResult = null)]
    public string? Common_names_are_joined(string subject) =>
        CertificateUser.NameIn(_authority.Issue(subject), new TlsOptions { LoginFrom = CertificateName.CommonName });

    [TestCase(AlternativeNameType.Dns, 0, ExpectedResult = "a.example.org")]
    [TestCase(AlternativeNameType.Dns, 1, ExpectedResult = "b.example.org")]
    [TestCase(AlternativeNameType.Dns, 2, ExpectedResult = null)]
    [TestCase(AlternativeNameType.Email, 0, ExpectedResult = "jo@example.org")]
    [TestCase(AlternativeNameType.Uri, 0, ExpectedResult = "urn:jo")]
    public string? An_alternative_name_is_found_by_its_type_and_place(AlternativeNameType type, int index)
    {
        var certificate = _authority.Issue("CN=jo", request =>
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("a.example.org");
            names.AddEmailAddress("jo@example.org");
            names.AddUri(new Uri("urn:jo"));
            names.AddDnsName("b.example.org");
            request.CertificateExtensions.Add(names.Build());
        });

        return CertificateUser.NameIn(certificate, new TlsOptions { LoginFrom = CertificateName.AlternativeName, AlternativeNameType = type, AlternativeNameIndex = index });
    }

    public void Dispose() => _authority.Dispose();
}
