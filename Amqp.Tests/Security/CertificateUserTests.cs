using System.Security.Cryptography.X509Certificates;
using Amqp.Server.Configuration;
using Amqp.Server.Connections;
using Amqp.Tests.Tls;

namespace Amqp.Tests.Security;

/// <summary>The broker reads the same user name from a client's certificate as RabbitMQ.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class CertificateUserTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    [TestCase("CN=jo", ExpectedResult = "CN=jo")]
    [TestCase("C=DE, O=Acme, OU=Ops, CN=jo", ExpectedResult = "CN=jo,OU=Ops,O=Acme,C=DE")]
    [TestCase("DC=org, DC=example, CN=jo", ExpectedResult = "CN=jo,DC=example,DC=org")]
    [TestCase("CN=\"a, b\"", ExpectedResult = "CN=a\\, b")]
    [TestCase("CN=#jo", ExpectedResult = "CN=\\#jo")]
    [TestCase("CN=a#b c", ExpectedResult = "CN=a#b c")]
    [TestCase("CN=\" jo \"", ExpectedResult = "CN=\\ jo\\ ")]
    [TestCase("CN=\"a+b;c<d>e\\f\"", ExpectedResult = "CN=a\\+b\\;c\\<d\\>e\\\\f")]
    [TestCase("CN=jö", ExpectedResult = "CN=jö")]
    public string? A_distinguished_name_is_written_as_in_RFC_4514(string subject) =>
        CertificateUser.NameIn(_authority.Issue(subject), new TlsOptions());

    [Test]
    public void An_attribute_goes_by_its_short_name_or_else_by_its_number()
    {
        (string Number, string Name)[] attributes =
        [
            ("2.5.4.3", "CN"), ("2.5.4.4", "SN"), ("2.5.4.5", "SERIALNUMBER"), ("2.5.4.6", "C"), ("2.5.4.7", "L"), ("2.5.4.8", "ST"),
            ("2.5.4.9", "STREET"), ("2.5.4.10", "O"),
            ("2.5.4.11", "OU"),
            ("2.5.4.12", "TITLE"),
            ("2.5.4.42", "GIVENNAME"),
            ("2.5.4.43", "INITIALS"),
            ("2.5.4.44", "GENERATIONQUALIFIER"),
            ("2.5.4.46", "DNQUALIFIER"),
            ("2.5.4.65", "PSEUDONYM"),
            ("1.2.840.113549.1.9.1", "EMAILADDRESS"),
            ("0.9.2342.19200300.100.1.1", "UID"),
            ("0.9.2342.19200300.100.1.25", "DC"),
            ("1.2.3.4", "1.2.3.4"),
        ];
        string subject = string.Join(", ", attributes.Reverse().Select(attribute => $"OID.{attribute.Number}=xx"));

        string? name = CertificateUser.NameIn(_authority.Issue(subject), new TlsOptions());

        Assert.That(name, Is.EqualTo(string.Join(',', attributes.Select(attribute => $"{attribute.Name}=xx"))));
    }

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

        return CertificateUser.NameIn(
            certificate,
            new TlsOptions { LoginFrom = CertificateName.AlternativeName, AlternativeNameType = type, AlternativeNameIndex = index });
    }

    public void Dispose() => _authority.Dispose();
}
