namespace Amqp.Server.Configuration;

/// <summary>Finds the configuration files: the file or folder named by the user, then the files of RabbitMQ's <c>conf.d</c>.</summary>
internal static class ConfigurationFiles
{
    private const string Pattern = "*.conf";
    private const string MainFile = "rabbitmq.conf";
    private const string FurtherFolder = "conf.d";

    /// <summary>Names of files that RabbitMQ reads from the folder of its configuration file, but this broker does not read.</summary>
    private static readonly string[] _notRead = ["advanced.config", "enabled_plugins", "rabbitmq-env.conf"];

    /// <summary>Returns the configuration files in reading order. If a key occurs twice, its last value applies.</summary>
    /// <param name="named">File or folder named on the command line; null if none is named.</param>
    /// <param name="variables">Environment variables by name.</param>
    public static IReadOnlyList<string> Find(string? named, IReadOnlyDictionary<string, string> variables)
    {
        string? main = named ?? FileFrom(variables);
        string[] first = main is null ? [] : Directory.Exists(main) ? In(main, Pattern) : [main];
        return [.. first, .. Further(main, variables)];
    }

    /// <summary>
    /// Returns the existing files that RabbitMQ would read from the folders of these configuration files, but this broker does not read.
    /// </summary>
    public static IReadOnlyList<string> NotRead(IReadOnlyList<string> files) =>
    [
        .. files.Select(file => Path.GetDirectoryName(file) ?? "")
            .Select(folder => Path.GetFileName(folder) == FurtherFolder ? Path.GetDirectoryName(folder) ?? "" : folder)
            .Distinct()
            .SelectMany(folder => _notRead.Select(name => Path.Combine(folder, name)))
            .Where(File.Exists),
    ];

    private static string? FileFrom(IReadOnlyDictionary<string, string> variables)
    {
        if (variables.TryGetValue(EnvironmentSettings.ConfigFile, out string? ours))
            return ours;
        // As in RabbitMQ, the variable may name the file without its extension.
        return variables.TryGetValue(RabbitMqEnvironment.ConfigFile, out string? file) && !File.Exists(file) && File.Exists(file + ".conf")
            ? file + ".conf"
            : file;
    }

    /// <summary>
    /// Returns the files that match RABBITMQ_CONFIG_FILES, or the files in the folder <c>conf.d</c> next to rabbitmq.conf.
    /// </summary>
    private static string[] Further(string? main, IReadOnlyDictionary<string, string> variables)
    {
        string? further = variables.GetValueOrDefault(RabbitMqEnvironment.ConfigFiles)
            ?? (Path.GetFileName(main) == MainFile ? Path.Combine(Path.GetDirectoryName(main) ?? "", FurtherFolder) : null);
        if (string.IsNullOrEmpty(further))
            return [];
        return Directory.Exists(further) ? In(further, Pattern) : In(Path.GetDirectoryName(further) ?? "", Path.GetFileName(further));
    }

    private static string[] In(string folder, string pattern)
    {
        if (!Directory.Exists(folder.Length == 0 ? "." : folder))
            return [];
        string[] files = Directory.GetFiles(folder.Length == 0 ? "." : folder, pattern);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}
