namespace Amqp.Server.Configuration;

/// <summary>Settings from environment variables: <c>AMQPBROKER_</c> and the key in upper case, its dots as underscores; and those of OpenTelemetry.</summary>
internal static class EnvironmentSettings
{
    public const string Prefix = "AMQPBROKER_";

    /// <summary>Names the configuration file; <see cref="RabbitMqEnvironment.ConfigFile"/> does too.</summary>
    public const string ConfigFile = Prefix + "CONFIG_FILE";

    /// <summary>Variables with our prefix that say which broker a command means; a broker does not care.</summary>
    public static IReadOnlyList<string> OfCommands { get; } = [Prefix + "URL", Prefix + "USER", Prefix + "PASSWORD", Prefix + "VHOST", Prefix + "PROFILE"];

    private static readonly Dictionary<string, string> _others = new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "opentelemetry.endpoint",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "opentelemetry.protocol",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "opentelemetry.headers",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "opentelemetry.interval",
    };

    /// <summary>What the variables set; those with our prefix that name nothing end up in the errors.</summary>
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
        // A plain key before a wildcard: AMQPBROKER_LOG_FILE_LEVEL is log.file.level and not log.$category.level.
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
