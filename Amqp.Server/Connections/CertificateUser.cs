using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Amqp.Server.Configuration;

namespace Amqp.Server.Connections;

/// <summary>Reads the user name for the SASL mechanism EXTERNAL from a certificate, by RabbitMQ's rules.</summary>
internal static class CertificateUser
{
    private const string CommonName = "2.5.4.3";
    private const string SubjectAlternativeName = "2.5.29.17";

    /// <summary>Names of the attributes in distinguished names, from RFC 4514 and from RabbitMQ.</summary>
    private static readonly Dictionary<string, string> _attributes = new()
    {
        [CommonName] = "CN",
        ["2.5.4.4"] = "SN",
        ["2.5.4.5"] = "SERIALNUMBER",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.9"] = "STREET",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["2.5.4.12"] = "TITLE",
        ["2.5.4.42"] = "GIVENNAME",
        ["2.5.4.43"] = "INITIALS",
        ["2.5.4.44"] = "GENERATIONQUALIFIER",
        ["2.5.4.46"] = "DNQUALIFIER",
        ["2.5.4.65"] = "PSEUDONYM",
        ["1.2.840.113549.1.9.1"] = "EMAILADDRESS",
        ["0.9.2342.19200300.100.1.1"] = "UID",
        ["0.9.2342.19200300.100.1.25"] = "DC",
    };

    /// <summary>Returns the user name from the configured part of the certificate; null if that part does not exist.</summary>
    public static string? NameIn(X509Certificate2 certificate, TlsOptions options)
    {
        try
        {
            return options.LoginFrom switch
            {
                CertificateName.CommonName => JoinedCommonNames(certificate),
                CertificateName.AlternativeName =>
                    AlternativeNames(certificate, options.AlternativeNameType).ElementAtOrDefault(options.AlternativeNameIndex),
                _ => DistinguishedName(certificate),
            };
        }
        catch (Exception error) when (error is AsnContentException or CryptographicException or InvalidOperationException)
        {
            return null; // unreadable: a part of the name has several values, or the encoding is malformed
        }
    }

    private static string DistinguishedName(X509Certificate2 certificate) => string.Join(
        ',',
        certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: true).Select(part =>
        {
            string type = part.GetSingleElementType().Value!;
            return $"{_attributes.GetValueOrDefault(type, type)}={Escape(part.GetSingleElementValue() ?? "")}";
        }));

    private static string? JoinedCommonNames(X509Certificate2 certificate)
    {
        string?[] names =
        [
            .. certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false)
                .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
                .Select(part => part.GetSingleElementValue()),
        ];
        return names.Length == 0 ? null : string.Join(',', names);
    }

    private static List<string> AlternativeNames(X509Certificate2 certificate, AlternativeNameType type)
    {
        var found = new List<string>();
        if (certificate.Extensions[SubjectAlternativeName] is not { } extension)
            return found;
        var tag = new Asn1Tag(
            TagClass.ContextSpecific, type switch { AlternativeNameType.Email => 1, AlternativeNameType.Dns => 2, _ => 6 });
        var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            if (names.PeekTag().HasSameClassAndValue(tag))
                found.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
            else
                names.ReadEncodedValue();
        }
        return found;
    }

    /// <summary>Escapes a value of a distinguished name (RFC 4514, 2.4).</summary>
    private static string Escape(string value)
    {
        var text = new StringBuilder();
        for (int i = 0; i < value.Length; i++)
        {
            bool isAtAnEnd = value[i] == ' ' && (i == 0 || i == value.Length - 1);
            if (isAtAnEnd || (i == 0 && value[i] == '#') || ",+\"\\<>;".Contains(value[i], StringComparison.Ordinal))
                text.Append('\\');
            text.Append(value[i]);
        }
        return text.ToString();
    }
}
