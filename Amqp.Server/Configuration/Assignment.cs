namespace Amqp.Server.Configuration;

/// <summary>An assignment of a value to a key, in a file, an environment variable or a command-line option.</summary>
/// <param name="Segments">The parts of the key between the dots. An escaped dot does not separate parts.</param>
/// <param name="Value">The value, without quotes, comments and surrounding blanks.</param>
/// <param name="Source">Place in which the value was written.</param>
internal sealed record Assignment(IReadOnlyList<string> Segments, string Value, SettingSource Source)
{
    /// <summary>The key with its parts joined by dots.</summary>
    public string Key => string.Join('.', Segments);

    /// <summary>Creates an assignment. Every dot in the key separates two parts.</summary>
    public static Assignment Of(string key, string value, SettingSource source) => new(key.Split('.'), value, source);
}

/// <summary>Source of a value. If two sources set the same setting, the source with the greater strength wins.</summary>
/// <param name="Name">Name of the source in messages, such as <c>broker.conf:12</c>, <c>AMQPBROKER_HEARTBEAT</c> or <c>--port</c>.</param>
/// <param name="Strength">One of the constants of this type.</param>
/// <param name="Line">Number of the line in a file, from 1; 0 for other sources.</param>
/// <param name="FileNumber">Index of the file among the configuration files, from 0.</param>
internal readonly record struct SettingSource(string Name, int Strength, int Line = 0, int FileNumber = 0)
{
    public const int File = 1;
    public const int OthersEnvironment = 2;
    public const int Environment = 3;
    public const int CommandLine = 4;
}

/// <summary>An error in a setting, or a warning that a setting has no effect.</summary>
/// <param name="Source">Source of the setting.</param>
/// <param name="Text">The message in one line, without the source.</param>
internal sealed record SettingRemark(SettingSource Source, string Text)
{
    /// <summary>
    /// Returns each remark with its source. Remarks about files come first, sorted by line. Remarks about the environment and the command
    /// line follow.
    /// </summary>
    public static IReadOnlyList<string> InOrder(IEnumerable<SettingRemark> remarks) =>
        [.. remarks.OrderBy(remark => remark.Source.Strength)
            .ThenBy(remark => remark.Source.FileNumber)
            .ThenBy(remark => remark.Source.Line)
            .Select(remark => $"{remark.Source.Name}: {remark.Text}")];
}
