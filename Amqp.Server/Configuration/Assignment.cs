namespace Amqp.Server.Configuration;

/// <summary>One "key = value" as someone gave it.</summary>
/// <param name="Segments">The key's parts between its dots; an escaped dot belongs to its part.</param>
/// <param name="Value">The value without quotes, comments and surrounding blanks.</param>
/// <param name="Source">Where it was given.</param>
internal sealed record Assignment(IReadOnlyList<string> Segments, string Value, SettingSource Source)
{
    /// <summary>The key as one text.</summary>
    public string Key => string.Join('.', Segments);

    /// <summary>An assignment of a key that is written without escapes.</summary>
    public static Assignment Of(string key, string value, SettingSource source) => new(key.Split('.'), value, source);
}

/// <summary>Where a value was given, for messages, and what it outweighs: of two values for one setting the stronger holds.</summary>
/// <param name="Name">As a reader finds it: <c>broker.conf:12</c>, <c>AMQPBROKER_HEARTBEAT</c>, <c>--port</c>.</param>
/// <param name="Strength">One of the constants of this type.</param>
/// <param name="Line">The line in the file, else 0.</param>
/// <param name="FileNumber">Of several files the place of this one, from 0.</param>
internal readonly record struct SettingSource(string Name, int Strength, int Line = 0, int FileNumber = 0)
{
    public const int File = 1;
    public const int OthersEnvironment = 2;
    public const int Environment = 3;
    public const int CommandLine = 4;
}

/// <summary>What is wrong with a setting, or was set to no avail.</summary>
/// <param name="Source">Where it was given.</param>
/// <param name="Text">A line for the reader.</param>
internal readonly record struct SettingRemark(SettingSource Source, string Text)
{
    /// <summary>The texts in the order in which a reader goes through the sources.</summary>
    public static IReadOnlyList<string> InOrder(IEnumerable<SettingRemark> remarks) =>
        [.. remarks.OrderBy(remark => remark.Source.Strength).ThenBy(remark => remark.Source.FileNumber).ThenBy(remark => remark.Source.Line).Select(remark => $"{remark.Source.Name}: {remark.Text}")];
}
