using System.Text;

namespace Amqp.Server.Management.Http;

/// <summary>Name and password of HTTP's Basic login (RFC 7617).</summary>
internal static class BasicCredentials
{
    private const string Scheme = "Basic ";

    /// <summary>Reads the header <c>Authorization</c>. Returns null if the header is missing, malformed or of another scheme.</summary>
    public static (string Name, string Password)? Read(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        byte[] octets = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization[Scheme.Length..].Trim(), octets, out int length))
            return null;
        string[] parts = Encoding.UTF8.GetString(octets.AsSpan(0, length)).Split(':', 2);
        return parts.Length == 2 ? (parts[0], parts[1]) : null;
    }
}
