namespace Amqp.Server.Configuration;

/// <summary>One "key = value" of a file, an environment variable or the command line.</summary>
/// <param name="Segments">Parts of the key between its dots. An escaped dot does not separate parts.</param>
/// <param name="Value">Value without quotes, comments and surrounding blanks.</param>
/// <param name="Source">Place in which the value was written.</param>
internal sealed record Assignment(IReadOnlyList<string> Segments, string Value, SettingSource Source)
{
    /// <summary>The key with its parts joined by dots.</summary>
    public string Key => string.Join('.', Segments);

    /// <summary>Creates an assignment from a key in which no dot is escaped.</summary>
    public static Assignment Of(string key, string value, SettingSource source) => new(key.Split('.'), value, source);
}

/// <summary>Place in which a value was written. Of two values for a setting, the value with the greater strength applies.</summary>
/// <param name="Name">Name for messages: <c>broker.conf:12</c>, <c>AMQPBROKER_HEARTBEAT</c>, <c>--port</c>.</param>
/// <param name="Strength">One of the constants of this type.</param>
/// <param name="Line">Number of the line in a file, from 1; 0 for other sources.</param>
/// <param name="FileNumber">Position of the file among several files, from 0.</param>
internal readonly record struct SettingSource(string Name, int Strength, int Line = 0, int FileNumber = 0)
{
    public const int File = 1;
    public const int OthersEnvironment = 2;
    public const int Environment = 3;
    public const int CommandLine = 4;
}

/// <summary>Error in a setting, or warning about a setting without effect.</summary>
/// <param name="Source">Place in which the setting was written.</param>
/// <param name="Text">Message of one line, without the source.</param>
internal readonly record struct SettingRemark(SettingSource Source, string Text)
{
    /// <summary>Returns source and text of each remark, sorted: files by line, then the environment, then the command line.</summary>
    public static IReadOnlyList<string> InOrder(IEnumerable<SettingRemark> remarks) =>
        [.. remarks.OrderBy(remark => remark.Source.Strength)
            .ThenBy(remark => remark.Source.FileNumber)
            .ThenBy(remark => remark.Source.Line)
            .Select(remark => $"{remark.Source.Name}: {remark.Text}")];
}
