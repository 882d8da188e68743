using System.Diagnostics.CodeAnalysis;

namespace Amqp.Server.Bench;

/// <summary>Address of a broker, and the user and password to log in with.</summary>
internal sealed record BrokerAddress(string Host, int Port, string User, string Password, string VirtualHost)
{
    private const int DefaultPort = 5672;

    /// <summary>A broker on this machine, with user and password <c>guest</c>.</summary>
    public static BrokerAddress Local { get; } = new("localhost", DefaultPort, "guest", "guest", "/");

    /// <summary>Parses <c>amqp://user:password@host:port/vhost</c>. The defaults are guest, guest, 5672 and <c>/</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out BrokerAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme != "amqp" || uri.Host.Length == 0)
            return false;
        string[] login = uri.UserInfo.Split(':', 2);
        string path = uri.AbsolutePath.TrimStart('/');
        address = new BrokerAddress(
            uri.DnsSafeHost,
            uri.Port > 0 ? uri.Port : DefaultPort,
            login[0].Length > 0 ? Uri.UnescapeDataString(login[0]) : "guest",
            login.Length > 1 ? Uri.UnescapeDataString(login[1]) : "guest",
            path.Length > 0 ? Uri.UnescapeDataString(path) : "/");
        return true;
    }

    /// <summary>Returns host and port, without user and password.</summary>
    public override string ToString() => $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}
