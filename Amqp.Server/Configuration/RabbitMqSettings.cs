namespace Amqp.Server.Configuration;

/// <summary>The settings of RabbitMQ that have no effect on this broker, from the embedded table <c>RabbitMqSettings.txt</c>.</summary>
/// <remarks>Such a setting causes a warning. But if it restricts something in RabbitMQ, the broker does not start.</remarks>
internal static class RabbitMqSettings
{
    private const string Resource = "Amqp.Server.Configuration.RabbitMqSettings.txt";
    private static readonly Lazy<IReadOnlyList<Setting>> _withoutEffect = new(() => [.. Read()]);

    /// <summary>The settings from the table. The table is read on first access.</summary>
    public static IReadOnlyList<Setting> WithoutEffect => _withoutEffect.Value;

    private static IEnumerable<Setting> Read()
    {
        using var reader = new StreamReader(typeof(RabbitMqSettings).Assembly.GetManifestResourceStream(Resource)!);
        (bool restricts, string reason) = (false, "");
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("warn: ", StringComparison.Ordinal) || line.StartsWith("stop: ", StringComparison.Ordinal))
                (restricts, reason) = (line[0] == 's', line["warn: ".Length..]);
            else
                yield return ReadRow(line.Split(' '), restricts, reason);
        }
    }

    /// <summary>
    /// Reads a row of the form <c>key type</c> or <c>key type unless type</c>. Values of the type after <c>unless</c> cause only a warning.
    /// </summary>
    private static Setting ReadRow(string[] columns, bool restricts, string reason)
    {
        ValueKind<string> kind = RabbitMqKinds.Parse(columns[1]);
        var setting = Setting.WithoutEffect(columns[0], kind.Expected);
        if (columns is [_, _, "unless", var harmless])
            setting.Ignoring(RabbitMqKinds.Parse(harmless), reason);
        return restricts ? setting.Refusing(kind, reason) : setting.Ignoring(kind, reason);
    }
}
