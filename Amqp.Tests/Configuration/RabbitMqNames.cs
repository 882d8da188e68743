using System.Runtime.CompilerServices;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>
/// All settings that RabbitMQ 3.8 to 4.3 knows, with values that it takes, from <c>RabbitMqSettings.tsv</c> beside this file.
/// </summary>
internal static class RabbitMqNames
{
    /// <summary>RabbitMQ's names, with <c>$something</c> where a part is one's own.</summary>
    public static IReadOnlyList<(string Name, string[] Values)> All { get; } =
        [.. File.ReadAllLines(Path.Combine(Folder(), "RabbitMqSettings.tsv"))
            .Select(line => line.Split('\t'))
            .Select(columns => (columns[0], ReadValues(columns[1])))];

    /// <summary>A key for a name: a number where RabbitMQ counts, else a letter.</summary>
    public static string KeyOf(string name) => string.Join('.', name.Split('.').Select(part => part switch
    {
        "$num" or "$number" or "$index" => "1",
        _ when part.StartsWith('$') => "x",
        _ => part,
    }));

    /// <summary>The row that a name leads to.</summary>
    public static Setting SettingOf(string name) =>
        SettingTable.Find(KeyOf(name).Split('.'), out _) ?? throw new AssertionException($"{name} is not known");

    public static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;

    // Separated by spaces; one with spaces is in quotes and stands alone.
    private static string[] ReadValues(string column) => column.StartsWith('\'') ? [column] : column.Split(' ');
}
