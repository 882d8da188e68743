namespace Amqp.Server.Configuration;

/// <summary>Merges all sources of settings. Precedence: command line, environment, files, defaults.</summary>
internal sealed class BrokerConfiguration
{
    private readonly List<SettingRemark> _errors = [];
    private readonly List<SettingRemark> _warnings = [];
    private readonly List<string> _foundErrors = [];
    private readonly List<string> _foundWarnings = [];
    private readonly Dictionary<(Setting, string Name), (Assignment Assignment, object Value)> _effective = [];
    private readonly List<(Assignment Assignment, ForeignValue Value)> _restricting = [];

    private BrokerConfiguration()
    {
    }

    /// <summary>The configuration files that were read; empty if no file was named.</summary>
    public IReadOnlyList<string> Files { get; private init; } = [];

    /// <summary>The merged options. Valid only if <see cref="Errors"/> is empty.</summary>
    public BrokerOptions Options { get; } = new();

    /// <summary>All errors. Each is one line with the source, the key and the expected value.</summary>
    public IReadOnlyList<string> Errors => [.. SettingRemark.InOrder(_errors), .. _foundErrors];

    /// <summary>Warnings about settings that have no effect, and about faults that do not prevent the start. Each is one line.</summary>
    public IReadOnlyList<string> Warnings => [.. SettingRemark.InOrder(_warnings), .. _foundWarnings];

    /// <summary>Settings that differ from their default, in the order of <see cref="SettingTable"/>. Passwords are masked.</summary>
    public IEnumerable<(string Key, string Value, string Source)> Changes =>
        from setting in SettingTable.Effective
        from entry in _effective
        where entry.Key.Item1 == setting && !setting.IsDefault(entry.Value.Value)
        select (
            entry.Value.Assignment.Key, setting.IsSecret ? "********" : entry.Value.Assignment.Value, entry.Value.Assignment.Source.Name);

    /// <summary>Reads the files, the environment and the command line. Adds invalid settings to <see cref="Errors"/>.</summary>
    /// <param name="file">
    /// Configuration file or folder named on the command line; null to use the one that the environment names, if any.
    /// </param>
    /// <param name="commandLine">Settings from the command line.</param>
    /// <param name="variables">Environment variables by name.</param>
    public static BrokerConfiguration Load(string? file, IEnumerable<Assignment> commandLine, IReadOnlyDictionary<string, string> variables)
    {
        var configuration = new BrokerConfiguration { Files = ConfigurationFiles.Find(file, variables) };
        IReadOnlyList<Assignment> ofFiles =
            [.. configuration.Files.SelectMany((path, number) => configuration.ReadFile(path, number, variables))];
        bool fileHasListeners = ofFiles.Any(assignment => assignment.Segments is ["listeners", "tcp", ..]);
        configuration.Take(ofFiles);
        configuration.Take(RabbitMqEnvironment.Read(variables, fileHasListeners, configuration._errors, configuration._warnings));
        configuration.Take(EnvironmentSettings.Read(variables, configuration._errors));
        configuration.Take(commandLine);
        if (ConfigurationFiles.NotRead(configuration.Files) is { Count: > 0 } notRead)
            configuration.AddWarning($"{string.Join(", ", notRead)}: not read; only files in the format of rabbitmq.conf are");
        configuration.Apply();
        return configuration;
    }

    /// <summary>Adds an error about an object that a setting refers to, such as a file. The text starts with the setting's name.</summary>
    public void AddError(string text) => _foundErrors.Add(text);

    /// <summary>Adds a warning about an object that a setting refers to, such as a certificate that expires soon.</summary>
    public void AddWarning(string text) => _foundWarnings.Add(text);

    private IReadOnlyList<Assignment> ReadFile(string path, int number, IReadOnlyDictionary<string, string> variables)
    {
        try
        {
            var file = new ConfigurationFile(path, variables.GetValueOrDefault, number).Read(File.ReadAllText(path));
            _errors.AddRange(file.Errors);
            return file.Assignments;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            _errors.Add(new(new SettingSource(path, SettingSource.File), $"cannot read the configuration file: {exception.Message}"));
            return [];
        }
    }

    // The sources are read from the weakest to the strongest, so a value from a stronger source replaces earlier ones.
    private void Take(IEnumerable<Assignment> assignments)
    {
        foreach (Assignment assignment in assignments.OrderBy(assignment => assignment.Source.Strength))
        {
            if (SettingTable.Find(assignment.Segments, out string name) is not { } setting)
                _errors.Add(new(assignment.Source, Unknown(assignment)));
            else if (setting.Read(assignment.Value) is { } value)
                _effective[(setting, name)] = (assignment, value);
            else if (!setting.IsForeign(assignment.Value, out ForeignValue? foreign))
                _errors.Add(new(assignment.Source, $"{assignment.Key}: {Quoted(setting, assignment)}expected {setting.Expected}"));
            else if (foreign.Restricts)
                _restricting.Add((assignment, foreign));
            else
                _warnings.Add(new(assignment.Source, WithoutEffect(setting, assignment, foreign)));
        }
    }

    private static string WithoutEffect(Setting setting, Assignment assignment, ForeignValue foreign) =>
        $"{assignment.Key}{(setting.HasEffect && !setting.IsSecret ? $" = {assignment.Value}" : "")} has no effect: {foreign.Reason}";

    private static string Quoted(Setting setting, Assignment assignment) =>
        setting.IsSecret ? "" : $"'{assignment.Value}' will not do; ";

    private static string Unknown(Assignment assignment)
    {
        string? nearest = Spelling.Nearest(
            assignment.Key, SettingTable.All.Select(setting => setting.Key.WithNameFrom(assignment.Segments)));
        string unknown = $"unknown setting '{assignment.Key}'";
        return nearest is null ? unknown : $"{unknown}; did you mean '{nearest}'?";
    }

    private void Apply()
    {
        var target = new SettingTarget(Options);
        // Different settings may change the same option. The strongest source is applied last, so its value remains.
        foreach (((Setting setting, string name), (Assignment assignment, object value)) in _effective.OrderBy(
            entry => entry.Value.Assignment.Source.Strength))
            setting.Apply(target, value, new Occurrence(name, assignment.Source.Strength));
        foreach ((Assignment assignment, ForeignValue value) in _restricting)
            Restrict(assignment, value, target.IsAcceptedIneffective(assignment.Key));
        target.Complete();
    }

    private void Restrict(Assignment assignment, ForeignValue value, bool isAccepted)
    {
        string text = WithoutEffect(SettingTable.Find(assignment.Segments, out _)!, assignment, value);
        if (isAccepted)
            _warnings.Add(new(assignment.Source, text));
        else
            _errors.Add(new(
                assignment.Source,
                $"{text}; RabbitMQ restricts something by this setting, so remove it, or set "
                    + $"accept_ineffective.{assignment.Key} = true to start with a warning"));
    }
}
