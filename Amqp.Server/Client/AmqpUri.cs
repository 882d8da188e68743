using System.Collections.Specialized;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Amqp.Server.Client;

/// <summary>
/// The address of a broker in RabbitMQ's format: <c>amqp://user:password@host:port/vhost?parameter=value</c>, or <c>amqps://</c> for TLS.
/// </summary>
/// <remarks>Its text contains neither user names nor passwords, so that it can be logged and shown.</remarks>
internal sealed class AmqpUri
{
    private static readonly string[] _parameters =
    [
        "cacertfile", "certfile", "keyfile", "password", "verify", "fail_if_no_peer_cert", "depth", "server_name_indication",
        "auth_mechanism", "heartbeat", "connection_timeout", "channel_max", "frame_max",
    ];

    private string _path; // as it was written

    private AmqpUri(Uri uri, string userInfo, string text)
    {
        IsTls = uri.Scheme == "amqps";
        Host = uri.DnsSafeHost;
        Port = uri.Port > 0 ? uri.Port : IsTls ? 5671 : 5672;
        HasPort = uri.Port > 0;
        string[] login = userInfo.Split(':', 2);
        User = login[0].Length > 0 ? Uri.UnescapeDataString(login[0]) : null;
        Password = login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null;
        _path = PathOf(text);
        VirtualHost = _path.Length > 1 ? Uri.UnescapeDataString(_path[1..]) : null;
        Tls = IsTls ? new ClientTls() : null;
    }

    /// <summary>True if the connection is encrypted.</summary>
    public bool IsTls { get; }

    /// <summary>Name or address of the host; empty for this broker.</summary>
    public string Host { get; }

    /// <summary>The TCP port. The default is 5672, or 5671 with TLS.</summary>
    public int Port { get; }

    /// <summary>The user to log in as; null for the default user, or for none if the address means this broker.</summary>
    public string? User { get; private set; }

    public string? Password { get; private set; }

    /// <summary>The virtual host; null for the default one.</summary>
    public string? VirtualHost { get; private set; }

    /// <summary>The certificates of the connection; null without TLS.</summary>
    public ClientTls? Tls { get; private set; }

    /// <summary>The requested heartbeat in seconds; 0 for none; null to accept the other broker's.</summary>
    public int? Heartbeat { get; private set; }

    /// <summary>Longest time to connect and log in.</summary>
    public TimeSpan ConnectionTimeout { get; private set; } = TimeSpan.FromSeconds(60);

    /// <summary>True to log in by the certificate, with the mechanism EXTERNAL.</summary>
    public bool IsExternal { get; private set; }

    /// <summary>True if the address names no host, and so means this broker.</summary>
    public bool IsLocal => Host.Length == 0;

    /// <summary>Scheme, host and port, without user, virtual host and parameters.</summary>
    public string Endpoint => $"{(IsTls ? "amqps" : "amqp")}://{BracketedHost}:{Port.ToString(CultureInfo.InvariantCulture)}";

    private bool HasPort { get; }

    private string BracketedHost => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;

    /// <summary>Parses an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="uri">The address; null if it is invalid.</param>
    /// <param name="reason">The reason in RabbitMQ's notation, without the address itself; empty if the address is valid.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AmqpUri? uri, out string reason)
    {
        (uri, reason) = (null, "");
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return Refuse("{unable_to_parse_uri,no_scheme}", out reason);
        if (text[..scheme] is not ("amqp" or "amqps"))
            return Refuse($"{{unexpected_uri_scheme,\"{text[..scheme]}\"}}", out reason);
        if (PortOf(text[(scheme + 3)..]) is > ushort.MaxValue and var port)
            return Refuse($"{{port_out_of_range,{port}}}", out reason);
        if (!TryRead(text, out var parts, out string userInfo))
            return Refuse("{unable_to_parse_uri,invalid}", out reason);
        var parsed = new AmqpUri(parts, userInfo, text);
        if (parsed.ReadParameters(System.Web.HttpUtility.ParseQueryString(parts.Query)) is { } wrong)
            return Refuse(wrong, out reason);
        uri = parsed;
        return true;
    }

    /// <summary>Parses an address that was checked before.</summary>
    /// <exception cref="FormatException">The address is invalid.</exception>
    public static AmqpUri Parse(string text) =>
        TryParse(text, out var uri, out string reason) ? uri : throw new FormatException($"not a valid URI: {reason}");

    /// <summary>Returns the address of a virtual host of the same broker.</summary>
    public AmqpUri WithVirtualHost(string name)
    {
        var uri = (AmqpUri)MemberwiseClone();
        (uri.VirtualHost, uri._path) = (name, $"/{Uri.EscapeDataString(name)}");
        return uri;
    }

    /// <summary>Returns the same address with another login.</summary>
    public AmqpUri WithLogin(string user, string password)
    {
        var uri = (AmqpUri)MemberwiseClone();
        (uri.User, uri.Password) = (user, password);
        return uri;
    }

    /// <summary>Returns the address without user, password and parameters, as RabbitMQ shows it.</summary>
    public override string ToString() =>
        $"{(IsTls ? "amqps" : "amqp")}://{BracketedHost}{(HasPort ? $":{Port.ToString(CultureInfo.InvariantCulture)}" : "")}{_path}";

    private static bool Refuse(string why, out string reason)
    {
        reason = why;
        return false;
    }

    /// <summary>Reads an address. .NET accepts an address without a host only if it has no login, so the login is read apart.</summary>
    private static bool TryRead(string text, [NotNullWhen(true)] out Uri? uri, out string userInfo)
    {
        const string NoHost = "amqp:///";
        string rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        string authority = AuthorityOf(rest);
        bool isLocal = authority.Length == 0 || authority[^1] == '@';
        bool isRead = Uri.TryCreate(isLocal ? NoHost + rest[authority.Length..].TrimStart('/') : text, UriKind.Absolute, out uri);
        userInfo = isLocal ? authority.TrimEnd('@') : uri?.UserInfo ?? "";
        return isRead && uri is not null;
    }

    private static string AuthorityOf(string rest) => rest.Split('/', '?', '#')[0];

    private static string PathOf(string text)
    {
        string rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..].Split('?', '#')[0];
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : rest[slash..];
    }

    private static long? PortOf(string rest)
    {
        string authority = AuthorityOf(rest);
        int colon = authority.LastIndexOf(':');
        return colon >= 0 && long.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long port)
            ? port : null;
    }

    /// <returns>The reason for a refusal; null if all parameters are valid.</returns>
    private string? ReadParameters(NameValueCollection query)
    {
        foreach (string? name in query.AllKeys)
        {
            if (name is null || !_parameters.Contains(name))
                return $"{{unknown_parameter,\"{name}\"}}";
            if (!TrySet(name, query[name] ?? ""))
                return $"{{invalid_parameter,\"{name}\"}}";
        }
        return null;
    }

    private bool TrySet(string name, string value)
    {
        switch (name)
        {
            case "heartbeat":
                Heartbeat = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? seconds : -1;
                return Heartbeat is >= 0 and <= ushort.MaxValue;
            case "connection_timeout":
                bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds);
                ConnectionTimeout = isNumber && milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : ConnectionTimeout;
                return isNumber && milliseconds > 0;
            case "auth_mechanism":
                IsExternal = value is "external";
                return value is "external" or "plain" or "amqplain";
            case "verify":
                Tls = Tls is null ? null : Tls with { Verifies = value == "verify_peer" };
                return value is "verify_peer" or "verify_none";
            case "cacertfile":
                Tls = Tls is null ? null : Tls with { AuthorityFile = value };
                return true;
            case "certfile":
                Tls = Tls is null ? null : Tls with { CertificateFile = value };
                return true;
            case "keyfile":
                Tls = Tls is null ? null : Tls with { KeyFile = value };
                return true;
            case "password":
                Tls = Tls is null ? null : Tls with { KeyPassword = value };
                return true;
            case "server_name_indication":
                Tls = Tls is null ? null : Tls with { ServerName = value == "disable" ? "" : value };
                return true;
            default:
                return true; // accepted, as in RabbitMQ; the defaults serve
        }
    }
}
