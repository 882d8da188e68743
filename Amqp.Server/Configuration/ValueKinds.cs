using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Text.RegularExpressions;

namespace Amqp.Server.Configuration;

/// <summary>The types of values that settings may have.</summary>
internal static class ValueKinds
{
    private const string EncryptedPrefix = "encrypted:";

    public static readonly ValueKind<bool> Boolean = new("true or false", (string text, out bool value) =>
        (value = text == "true") || text == "false");

    public static readonly ValueKind<string> Text = new("text", (string text, [MaybeNullWhen(false)] out string value) =>
        (value = text) is not null);

    /// <summary>A password in plain text.</summary>
    public static readonly ValueKind<string> Secret = new("text", (string text, [MaybeNullWhen(false)] out string value) =>
        !(value = text).StartsWith(EncryptedPrefix, StringComparison.Ordinal));

    /// <summary>A password that <c>rabbitmqctl encode</c> has encrypted.</summary>
    public static readonly ValueKind<string> Encrypted = new(
        $"text that starts with {EncryptedPrefix}", (string text, [MaybeNullWhen(false)] out string value) =>
            (value = text).StartsWith(EncryptedPrefix, StringComparison.Ordinal));

    public static readonly ValueKind<string> Name = new("text of 1 to 255 bytes", (string text, [MaybeNullWhen(false)] out string value) =>
        System.Text.Encoding.UTF8.GetByteCount(value = text) is > 0 and <= 255);

    public static readonly ValueKind<string> Version = new("a version like 1.2.3", (string text, [MaybeNullWhen(false)] out string value) =>
        (value = text).Split('.') is { Length: 3 } parts
            && parts.All(part => ushort.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _)));

    public static readonly ValueKind<double> Fraction = new("a number from 0.0 to 1.0", (string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value is >= 0 and <= 1);

    public static readonly ValueKind<double> Factor = new("a number, 0.0 or more", (string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && double.IsFinite(value));

    public static readonly ValueKind<double> PositiveFactor = new("a number above 0.0", (string text, out double value) =>
        Factor.TryRead(text, out value) && value > 0);

    // RabbitMQ has the levels of syslog. Several of them map to one level of .NET.
    public static readonly ValueKind<LogLevel> Level = new(
        "debug, info, notice, warning, error, critical, alert, emergency or none", (string text, out LogLevel value) =>
            (int)(value = text switch
            {
                "debug" => LogLevel.Debug,
                "info" => LogLevel.Information,
                "notice" or "warning" => LogLevel.Warning,
                "error" => LogLevel.Error,
                "critical" or "alert" or "emergency" => LogLevel.Critical,
                "none" => LogLevel.None,
                _ => (LogLevel)(-1),
            }) >= 0);

    public static readonly ValueKind<string> Pattern = new("a regular expression", (string text, [MaybeNullWhen(false)] out string value) =>
    {
        value = text;
        try
        {
            _ = new Regex(text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    });

    /// <summary>A path prefix. As in RabbitMQ, a slash is added at the start and slashes at the end are removed. May be empty.</summary>
    public static readonly ValueKind<string> PathPrefix = new(
        "a path like /rabbit", (string text, [MaybeNullWhen(false)] out string value) =>
        {
            value = text.Trim('/');
            value = value.Length == 0 ? "" : $"/{value}";
            return value.All(character => char.IsAsciiLetterOrDigit(character) || "/-._~".Contains(character));
        });

    public static readonly ValueKind<IReadOnlyList<string>> Words = new(
        "words separated by commas", (string text, [MaybeNullWhen(false)] out IReadOnlyList<string> value) =>
            (value = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) is not null);

    public static readonly ValueKind<SslProtocols> TlsVersion = new(
        "tlsv1.2 or tlsv1.3, as older versions are not safe", (string text, out SslProtocols value) =>
            (value = text switch { "tlsv1.2" => SslProtocols.Tls12, "tlsv1.3" => SslProtocols.Tls13, _ => SslProtocols.None })
                != SslProtocols.None);

    public static readonly ValueKind<CertificateName> CertificateNames = new(
        "distinguished_name, common_name or subject_alternative_name", (string text, out CertificateName value) =>
            (int)(value = text switch
            {
                "distinguished_name" => CertificateName.DistinguishedName,
                "common_name" => CertificateName.CommonName,
                "subject_alternative_name" or "subject_alt_name" => CertificateName.AlternativeName,
                _ => (CertificateName)(-1),
            }) >= 0);

    public static readonly ValueKind<AlternativeNameType> AlternativeNames = new(
        "dns, email or uri", (string text, out AlternativeNameType value) =>
            (int)(value = text switch
            {
                "dns" => AlternativeNameType.Dns,
                "email" => AlternativeNameType.Email,
                "uri" => AlternativeNameType.Uri,
                _ => (AlternativeNameType)(-1),
            }) >= 0);

    public static readonly ValueKind<Uri> HttpAddress = new(
        "an address like http://localhost:4318", (string text, [MaybeNullWhen(false)] out Uri value) =>
            Uri.TryCreate(text, UriKind.Absolute, out value) && (value.Scheme == Uri.UriSchemeHttp || value.Scheme == Uri.UriSchemeHttps));

    public static readonly ValueKind<IPAddress> Address = new("an IP address", (string text, [MaybeNullWhen(false)] out IPAddress value) =>
        ListenAddresses.TryParseAddress(text, out value));

    public static readonly ValueKind<IReadOnlyList<IPAddress>> Addresses = new(
        "IP addresses separated by commas, or * for every address", ListenAddresses.TryParseList);

    public static readonly ValueKind<IReadOnlyList<IPNetwork>> Networks = new(
        "networks like 10.0.0.0/8 separated by commas", (string text, [MaybeNullWhen(false)] out IReadOnlyList<IPNetwork> value) =>
        {
            var networks = new List<IPNetwork>();
            value = networks;
            foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
            {
                if (!IPNetwork.TryParse(part, out var network))
                    return false;
                networks.Add(network);
            }

            return true;
        });

    public static readonly ValueKind<ListenAddress> Listener = new("a port, address:port or [IPv6 address]:port", ListenAddresses.TryParse);

    /// <summary>A listener that is no Unix socket. Without an address, it is every address.</summary>
    public static readonly ValueKind<IPEndPoint> TcpListener = new(
        "a port, address:port or [IPv6 address]:port", (string text, [MaybeNullWhen(false)] out IPEndPoint value) =>
        {
            bool isRead = ListenAddresses.TryParse(text, out ListenAddress listener) && listener.UnixPath is null;
            value = isRead ? new IPEndPoint(listener.Address ?? IPAddress.IPv6Any, listener.Port) : null;
            return isRead;
        });

    /// <summary>
    /// A duration: milliseconds, or numbers with units as in RabbitMQ's configuration files, such as <c>1d12h</c> or <c>90s</c>.
    /// </summary>
    public static readonly ValueKind<long> Duration = new("milliseconds, or a time like 1d12h, 90s or 500ms", DurationText.TryParse);

    /// <summary>A whole number, 1 or more, for values in policies.</summary>
    public static readonly ValueKind<long> PositiveNumber = new("a whole number, 1 or more", (string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= 1);

    /// <summary>A number of bytes, 0 or more, for values in policies.</summary>
    public static readonly ValueKind<long> PolicySize = Bytes(0, long.MaxValue);

    public static ValueKind<int> Integer(int min, int max) => new(Range("a whole number", min, max), (string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max);

    public static ValueKind<long> Bytes(long min, long max) =>
        new(Range("bytes", min, max) + " (units: kB, MB, GB, KiB, MiB, GiB)", (string text, out long value) =>
            ByteSize.TryParse(text, out value) && value >= min && value <= max);

    /// <summary>
    /// A number of bytes. As in RabbitMQ's settings of type bytesize, units are powers of 1,024: even <c>kB</c> means 1,024 bytes.
    /// </summary>
    public static ValueKind<int> BinarySize(int min, int max) =>
        new(Range("a whole number", min, max) + ", or with a unit KB, MB or GB of 1024", (string text, out int value) =>
        {
            bool read = ByteSize.TryParse(text.EndsWith('B') || text.EndsWith('b') ? text[..^1] : text, out long bytes)
                && bytes >= min
                && bytes <= max;
            value = read ? (int)bytes : 0;
            return read;
        });

    /// <summary>A duration in milliseconds, as in RabbitMQ's timeouts.</summary>
    public static ValueKind<TimeSpan> Milliseconds(int min, int max) =>
        new(Range("milliseconds", min, max), (string text, out TimeSpan value) =>
        {
            bool read = Integer(min, max).TryRead(text, out int milliseconds);
            value = TimeSpan.FromMilliseconds(milliseconds);
            return read;
        });

    public static ValueKind<string> OneOf(params string[] words) => new(
        words.Length == 1 ? words[0] : string.Join(", ", words[..^1]) + " or " + words[^1],
        (string text, [MaybeNullWhen(false)] out string value) => words.Contains(value = text));

    private static string Range(string what, long min, long max) => max switch
    {
        int.MaxValue or long.MaxValue => $"{what}, {min} or more",
        _ => $"{what} from {min} to {max}",
    };
}
