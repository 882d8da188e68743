using System.Text.Json;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cli.Api;

/// <summary>The file of profiles: brokers by name, so that a command need not say where and as whom.</summary>
internal static class Profiles
{
    private static readonly JsonDocumentOptions _lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Where the file is unless it is named: <c>amqpbroker/profiles.json</c> where the user's configuration is (XDG).</summary>
    public static string DefaultFile(IReadOnlyDictionary<string, string> environment)
    {
        string? folder = environment.TryGetValue("XDG_CONFIG_HOME", out string? given) && given.Length > 0 ? given
            : environment.TryGetValue("HOME", out string? home) && home.Length > 0 ? Path.Combine(home, ".config")
            : Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);
        return Path.Combine(folder, "amqpbroker", "profiles.json");
    }

    /// <summary>Looks a profile up.</summary>
    /// <param name="file">The file; null for the user's own, which need not be there.</param>
    /// <param name="name">The profile; null for the one that the file calls its default.</param>
    /// <param name="environment">Says where the user's own file is.</param>
    /// <param name="isNeeded">False when an address is known and no profile was asked for: then none is read.</param>
    /// <exception cref="CliException">It is not there, malformed, or open to others.</exception>
    public static LoginProfile Find(string? file, string? name, IReadOnlyDictionary<string, string> environment, bool isNeeded)
    {
        if (!isNeeded && file is null)
            return LoginProfile.None;
        string path = file ?? DefaultFile(environment);
        if (!File.Exists(path))
            return file is null && name is null ? LoginProfile.None
                : throw new CliException(ExitCode.Configuration, $"There is no file of profiles {path}. docs/command-line.md says how to write one");
        try
        {
            string text = File.ReadAllText(path);
            if (text.AsSpan().TrimStart() is not (['{' or '/', ..] or []))
                throw new CliException(ExitCode.Configuration, $"{path} is no file of profiles, which would be JSON. If it is a broker's configuration, name the broker instead, with --url");
            using JsonDocument document = JsonDocument.Parse(text, _lenient);
            return Find(path, document.RootElement, name);
        }
        catch (JsonException error)
        {
            throw new CliException(ExitCode.Configuration, $"{path}:{error.LineNumber + 1}: {error.Message}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Configuration, $"Cannot read {path}: {error.Message}");
        }
    }

    private static LoginProfile Find(string path, JsonElement root, string? name)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("profiles", out JsonElement profiles) || profiles.ValueKind != JsonValueKind.Object)
            throw new CliException(ExitCode.Configuration, $"{path}: expected an object with \"profiles\". docs/command-line.md shows one");
        if (profiles.EnumerateObject().Any(profile => profile.Value.ValueKind == JsonValueKind.Object && profile.Value.TryGetProperty("password", out _)))
            DemandPrivate(path);
        name ??= Text(path, root, "default");
        if (name is null)
            return LoginProfile.None;
        if (!profiles.TryGetProperty(name, out JsonElement found) || found.ValueKind != JsonValueKind.Object)
        {
            string? nearest = Spelling.Nearest(name, profiles.EnumerateObject().Select(profile => profile.Name));
            throw new CliException(ExitCode.Configuration, $"{path}: there is no profile '{name}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}");
        }
        foreach (JsonProperty field in found.EnumerateObject())
            if (field.Name is not ("url" or "user" or "password" or "vhost"))
                throw new CliException(ExitCode.Configuration, $"{path}: profile '{name}': unknown field '{field.Name}'; a profile has url, user, password and vhost");
        return new LoginProfile(Text(path, found, "url"), Text(path, found, "user"), Text(path, found, "password"), Text(path, found, "vhost"));
    }

    private static string? Text(string path, JsonElement holder, string field) =>
        !holder.TryGetProperty(field, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new CliException(ExitCode.Configuration, $"{path}: '{field}' must be a text");

    private static void DemandPrivate(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
            throw new CliException(ExitCode.Configuration, $"{path} holds passwords and others can read or write it. Close it with: chmod 600 {path}");
    }
}

/// <summary>What a profile says; null is what it does not mention.</summary>
internal sealed record LoginProfile(string? Url, string? User, string? Password, string? VirtualHost)
{
    public static LoginProfile None { get; } = new(null, null, null, null);
}
