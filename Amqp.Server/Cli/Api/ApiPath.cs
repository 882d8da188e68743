namespace Amqp.Server.Cli.Api;

/// <summary>Builds paths of the HTTP API. Encodes names, because a name may contain any character, even a slash.</summary>
internal static class ApiPath
{
    /// <summary>Path of the health check that needs no login.</summary>
    public const string ReadyToServe = "health/checks/ready-to-serve-clients";

    /// <summary>Encodes the parts and joins them with slashes.</summary>
    /// <exception cref="CliException">A part is empty.</exception>
    public static string Of(params ReadOnlySpan<string> parts)
    {
        string[] encoded = new string[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            encoded[i] = parts[i].Length == 0 ? throw new CliException(ExitCode.Usage, "A name is empty") : Uri.EscapeDataString(parts[i]);
        return string.Join('/', encoded);
    }

    /// <summary>Returns the path that lists the resources of a virtual host, or of all virtual hosts if the name is null.</summary>
    public static string List(string resource, string? virtualHost) => virtualHost is null ? resource : Of(resource, virtualHost);

    /// <summary>
    /// Returns the name of an exchange for a path. The default exchange, whose name is empty, is <c>amq.default</c> in paths.
    /// </summary>
    public static string Exchange(string name) => name.Length == 0 ? "amq.default" : name;
}
