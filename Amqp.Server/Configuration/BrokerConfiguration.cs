namespace Amqp.Server.Configuration;

/// <summary>Everything that sets anything, put together: command line over environment over file over default.</summary>
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

    /// <summary>The files read; empty when none was named.</summary>
    public IReadOnlyList<string> Files { get; private init; } = [];

    /// <summary>The outcome; of use only without <see cref="Errors"/>.</summary>
    public BrokerOptions Options { get; } = new();

    /// <summary>Everything that is wrong, a line each: where, which key, what was expected.</summary>
    public IReadOnlyList<string> Errors => [.. SettingRemark.InOrder(_errors), .. _foundErrors];

    /// <summary>What was set to no avail, a line each.</summary>
    public IReadOnlyList<string> Warnings => [.. SettingRemark.InOrder(_warnings), .. _foundWarnings];

    /// <summary>Settings that are not at their default, in the order of the table.</summary>
    public IEnumerable<(string Key, string Value, string Source)> Changes =>
        from setting in SettingTable.Effective
        from entry in _effective
        where entry.Key.Item1 == setting && !setting.IsDefault(entry.Value.Value)
        select (entry.Value.Assignment.Key, setting.IsSecret ? "********" : entry.Value.Assignment.Value, entry.Value.Assignment.Source.Name);

    /// <summary>Reads the file, the environment and the command line. Never throws for what they hold: see <see cref="Errors"/>.</summary>
    /// <param name="file">The file that the command line names, or null.</param>
    /// <param name="commandLine">Settings from the command line.</param>
    /// <param name="variables">The environment.</param>
    public static BrokerConfiguration Load(string? file, IEnumerable<Assignment> commandLine, IReadOnlyDictionary<string, string> variables)
    {
        var configuration = new BrokerConfiguration { Files = ConfigurationFiles.Find(file, variables) };
        IReadOnlyList<Assignment> ofFiles = [.. configuration.Files.SelectMany((path, number) => configuration.ReadFile(path, number, variables))];
        bool fileHasListeners = ofFiles.Any(assignment => assignment.Segments is ["listeners", "tcp", ..]);
        configuration.Take(ofFiles);
        configuration.Take(RabbitMqEnvironment.Read(variables, fileHasListeners, configuration._errors, configuration._warnings));
        configuration.Take(EnvironmentSettings.Read(variables, configuration._errors));
        configuration.Take(commandLine);
        if (ConfigurationFiles.NotRead(configuration.Files) is { Count: > 0 } notRead)
            configuration.AddWarning($"{string.Join(", ", notRead)}: not read; only settings of rabbitmq.conf's form are");
        configuration.Apply();
        return configuration;
    }

    /// <summary>Adds what is wrong with something that the settings name: the setting's name, and what it is.</summary>
    public void AddError(string text) => _foundErrors.Add(text);

    /// <summary>Adds what its owner should know of something that the settings name.</summary>
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

    // Called from the weakest source to the strongest, so the last value of a setting holds.
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
        string? nearest = Spelling.Nearest(assignment.Key, SettingTable.All.Select(setting => setting.Key.Likened(assignment.Segments)));
        string unknown = $"unknown setting '{assignment.Key}'";
        return nearest is null ? unknown : $"{unknown}; did you mean '{nearest}'?";
    }

    private void Apply()
    {
        var target = new SettingTarget(Options);
        // In the order of the sources: where two settings say the same thing, the stronger source has the last word.
        foreach (((Setting setting, string name), (Assignment assignment, object value)) in _effective.OrderBy(entry => entry.Value.Assignment.Source.Strength))
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
            _errors.Add(new(assignment.Source, $"{text}; as it would restrict something, remove it, or set accept_ineffective.{assignment.Key} = true to start all the same"));
    }
}
