namespace Amqp.Server.Configuration;

/// <summary>Reads settings from environment variables: <c>AMQPBROKER_LOG_CONSOLE_LEVEL</c> sets the key <c>log.console.level</c>.</summary>
/// <remarks>Also reads some variables of OpenTelemetry.</remarks>
internal static class EnvironmentSettings
{
    public const string Prefix = "AMQPBROKER_";

    /// <summary>Variable that names the configuration file; takes precedence over <see cref="RabbitMqEnvironment.ConfigFile"/>.</summary>
    public const string ConfigFile = Prefix + "CONFIG_FILE";

    /// <summary>Variable that names the data directory; takes precedence over <see cref="RabbitMqEnvironment.DataFolders"/>.</summary>
    public const string DataFolder = Prefix + "DATA_DIR";

    /// <summary>Variables with the address and the login for the command-line tools. The broker ignores these variables.</summary>
    public static IReadOnlyList<string> OfCommands { get; } =
        [Prefix + "URL", Prefix + "USER", Prefix + "PASSWORD", Prefix + "VHOST", Prefix + "PROFILE"];

    private static readonly Dictionary<string, string> _others = new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "opentelemetry.endpoint",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "opentelemetry.protocol",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "opentelemetry.headers",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "opentelemetry.interval",
    };

    /// <summary>Returns the settings from the variables. A variable that has this broker's prefix but no known name is an error.</summary>
    public static IReadOnlyList<Assignment> Read(IReadOnlyDictionary<string, string> variables, ICollection<SettingRemark> errors)
    {
        var assignments = new List<Assignment>();
        foreach ((string variable, string value) in variables.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (_others.TryGetValue(variable, out string? key))
                assignments.Add(Assignment.Of(key, value, new SettingSource(variable, SettingSource.OthersEnvironment)));
            else if (!variable.StartsWith(Prefix, StringComparison.Ordinal) || variable == ConfigFile || OfCommands.Contains(variable))
                continue;
            else if (SegmentsOf(variable) is { } segments)
                assignments.Add(new Assignment(segments, value, new SettingSource(variable, SettingSource.Environment)));
            else
                errors.Add(new(new SettingSource(variable, SettingSource.Environment), Unknown(variable)));
        }

        return assignments;
    }

    private static string[]? SegmentsOf(string variable)
    {
        // Keys without a wildcard are tried first: AMQPBROKER_LOG_FILE_LEVEL means log.file.level, not log.$category.level.
        foreach (Setting setting in SettingTable.All.OrderBy(setting => setting.Key.HasWildcard))
        {
            if (setting.Key.MatchesVariable(variable, out string[] segments))
                return segments;
        }

        return null;
    }

    private static string Unknown(string variable)
    {
        IEnumerable<string> known = SettingTable.All.Where(setting => !setting.Key.HasWildcard).Select(setting => setting.Key.Variable);
        string? nearest = Spelling.Nearest(variable, known.Append(ConfigFile));
        return nearest is null ? "no such setting" : $"no such setting; did you mean '{nearest}'?";
    }
}
