using System.Text.Json;
using Amqp.Server.Configuration;

namespace Amqp.Server.Cli.Api;

/// <summary>Reads the profile file. Each profile has a name, and holds the address of a broker and a login.</summary>
internal static class Profiles
{
    private static readonly JsonDocumentOptions _lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Returns the default path: <c>amqpbroker/profiles.json</c> in the user's configuration folder (XDG).</summary>
    public static string DefaultFile(IReadOnlyDictionary<string, string> environment)
    {
        string? folder = environment.TryGetValue("XDG_CONFIG_HOME", out string? given) && given.Length > 0 ? given
            : environment.TryGetValue("HOME", out string? home) && home.Length > 0 ? Path.Combine(home, ".config")
            : Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);
        return Path.Combine(folder, "amqpbroker", "profiles.json");
    }

    /// <summary>Finds a profile.</summary>
    /// <param name="file">Path of the profile file; null for the user's own file, which need not exist.</param>
    /// <param name="name">Name of the profile; null for the default profile that the file names.</param>
    /// <param name="environment">Environment variables. They determine the path of the user's own file.</param>
    /// <param name="isNeeded">False if the address is already known. The user's own file is then not read.</param>
    /// <exception cref="CliException">
    /// The file or the profile does not exist, the file is malformed, or other users can read or write the passwords in it.
    /// </exception>
    public static LoginProfile Find(string? file, string? name, IReadOnlyDictionary<string, string> environment, bool isNeeded)
    {
        if (!isNeeded && file is null)
            return LoginProfile.None;
        string path = file ?? DefaultFile(environment);
        if (!File.Exists(path))
            return file is null && name is null ? LoginProfile.None
                : throw new CliException(
                    ExitCode.Configuration, $"The profile file {path} does not exist. docs/command-line.md describes its format");
        try
        {
            string text = File.ReadAllText(path);
            if (text.AsSpan().TrimStart() is not (['{' or '/', ..] or []))
                throw new CliException(
                    ExitCode.Configuration,
                    $"{path} is not a profile file, which is JSON. If it is a broker's configuration, name the broker with --url instead");
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
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("profiles", out JsonElement profiles)
            || profiles.ValueKind != JsonValueKind.Object)
            throw new CliException(ExitCode.Configuration, $"{path}: expected an object with \"profiles\". docs/command-line.md shows one");
        if (profiles.EnumerateObject()
            .Any(profile => profile.Value.ValueKind == JsonValueKind.Object && profile.Value.TryGetProperty("password", out _)))
            DemandPrivate(path);
        name ??= Text(path, root, "default");
        if (name is null)
            return LoginProfile.None;
        if (!profiles.TryGetProperty(name, out JsonElement found) || found.ValueKind != JsonValueKind.Object)
        {
            string? nearest = Spelling.Nearest(name, profiles.EnumerateObject().Select(profile => profile.Name));
            throw new CliException(
                ExitCode.Configuration, $"{path}: there is no profile '{name}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}");
        }
        foreach (JsonProperty field in found.EnumerateObject())
            if (field.Name is not ("url" or "user" or "password" or "vhost"))
                throw new CliException(
                    ExitCode.Configuration,
                    $"{path}: profile '{name}': unknown field '{field.Name}'; a profile has url, user, password and vhost");
        return new LoginProfile(
            Text(path, found, "url"), Text(path, found, "user"), Text(path, found, "password"), Text(path, found, "vhost"));
    }

    private static string? Text(string path, JsonElement holder, string field) =>
        !holder.TryGetProperty(field, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new CliException(ExitCode.Configuration, $"{path}: '{field}' must be a text");

    private static void DemandPrivate(string path)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & others) != 0)
            throw new CliException(
                ExitCode.Configuration, $"{path} holds passwords and others can read or write it. Close it with: chmod 600 {path}");
    }
}

/// <summary>A profile from the profile file. A value that is not set is null.</summary>
internal sealed record LoginProfile(string? Url, string? User, string? Password, string? VirtualHost)
{
    public static LoginProfile None { get; } = new(null, null, null, null);
}
