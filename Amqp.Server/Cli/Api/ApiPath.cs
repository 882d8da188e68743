namespace Amqp.Server.Cli.Api;

/// <summary>Addresses of the HTTP API: names may hold anything, slashes too.</summary>
internal static class ApiPath
{
    /// <summary>Joins parts, each encoded.</summary>
    /// <exception cref="CliException">One is empty, which no address can say.</exception>
    public static string Of(params ReadOnlySpan<string> parts)
    {
        string[] encoded = new string[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            encoded[i] = parts[i].Length == 0 ? throw new CliException(ExitCode.Usage, "A name is missing: it is empty") : Uri.EscapeDataString(parts[i]);
        return string.Join('/', encoded);
    }

    /// <summary>A list of a resource: in one virtual host, or in all when that is null.</summary>
    public static string List(string resource, string? virtualHost) => virtualHost is null ? resource : Of(resource, virtualHost);

    /// <summary>How an address calls an exchange: the default one has no name.</summary>
    public static string Exchange(string name) => name.Length == 0 ? "amq.default" : name;
}
