using System.Runtime.CompilerServices;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>The settings of RabbitMQ 3.8 to 4.3, each with some valid values, read from <c>RabbitMqSettings.tsv</c>.</summary>
internal static class RabbitMqNames
{
    /// <summary>
    /// Names of RabbitMQ's settings, with valid values. In a name, <c>$something</c> is a part that the operator chooses.
    /// </summary>
    public static IReadOnlyList<(string Name, string[] Values)> All { get; } =
        [.. File.ReadAllLines(Path.Combine(Folder(), "RabbitMqSettings.tsv"))
            .Select(line => line.Split('\t'))
            .Select(columns => (columns[0], ReadValues(columns[1])))];

    /// <summary>
    /// Replaces the placeholders in the name, which stand for parts that the operator chooses: numbers by <c>1</c>, others by <c>x</c>.
    /// </summary>
    public static string KeyOf(string name) => string.Join('.', name.Split('.').Select(part => part switch
    {
        "$num" or "$number" or "$index" => "1",
        _ when part.StartsWith('$') => "x",
        _ => part,
    }));

    /// <summary>Returns the row of <see cref="SettingTable"/> for the name of a setting.</summary>
    public static Setting SettingOf(string name) =>
        SettingTable.Find(KeyOf(name).Split('.'), out _) ?? throw new AssertionException($"{name} is not known");

    public static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;

    // Values are separated by spaces. A value with spaces is in quotes, and is the only value of its column.
    private static string[] ReadValues(string column) => column.StartsWith('\'') ? [column] : column.Split(' ');
}
