namespace Amqp.Server.Configuration;

/// <summary>Which configuration files are read: the one that is named, and those of RabbitMQ's <c>conf.d</c> behind it.</summary>
internal static class ConfigurationFiles
{
    private const string Pattern = "*.conf";
    private const string MainFile = "rabbitmq.conf";
    private const string FurtherFolder = "conf.d";

    /// <summary>What RabbitMQ reads besides, and the broker does not.</summary>
    private static readonly string[] _notRead = ["advanced.config", "enabled_plugins", "rabbitmq-env.conf"];

    /// <summary>The files, in the order in which they are read: of two lines for one key the later holds.</summary>
    /// <param name="named">The file or folder that the command line names; null: what the environment names.</param>
    /// <param name="variables">The environment.</param>
    public static IReadOnlyList<string> Find(string? named, IReadOnlyDictionary<string, string> variables)
    {
        string? main = named ?? FileFrom(variables);
        string[] first = main is null ? [] : Directory.Exists(main) ? In(main, Pattern) : [main];
        return [.. first, .. Further(main, variables)];
    }

    /// <summary>Files beside those that are read which RabbitMQ would read too.</summary>
    public static IReadOnlyList<string> NotRead(IReadOnlyList<string> files) =>
    [
        .. files.Select(file => Path.GetDirectoryName(file) ?? "").Distinct()
            .SelectMany(folder => _notRead.Select(name => Path.Combine(folder, name)))
            .Where(File.Exists),
    ];

    private static string? FileFrom(IReadOnlyDictionary<string, string> variables)
    {
        if (variables.TryGetValue(EnvironmentSettings.ConfigFile, out string? ours))
            return ours;
        // RabbitMQ's variable may leave out the extension.
        return variables.TryGetValue(RabbitMqEnvironment.ConfigFile, out string? file) && !File.Exists(file) && File.Exists(file + ".conf")
            ? file + ".conf"
            : file;
    }

    /// <summary>A folder, or a pattern like <c>/etc/rabbitmq/conf.d/*.conf</c>; unless it is said, the folder beside rabbitmq.conf.</summary>
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
