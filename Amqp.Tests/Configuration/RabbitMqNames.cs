using System.Runtime.CompilerServices;
using Amqp.Server.Configuration;

namespace Amqp.Tests.Configuration;

/// <summary>
/// All settings of RabbitMQ 3.8 to 4.3, each with some valid values. They are read from <c>RabbitMqSettings.tsv</c> in the folder of this
/// file.
/// </summary>
internal static class RabbitMqNames
{
    /// <summary>RabbitMQ's names and their values. <c>$something</c> in a name is a part that the operator chooses.</summary>
    public static IReadOnlyList<(string Name, string[] Values)> All { get; } =
        [.. File.ReadAllLines(Path.Combine(Folder(), "RabbitMqSettings.tsv"))
            .Select(line => line.Split('\t'))
            .Select(columns => (columns[0], ReadValues(columns[1])))];

    /// <summary>
    /// Returns a key for a name: parts that the operator chooses are replaced by <c>1</c> if they must be numbers, otherwise by <c>x</c>.
    /// </summary>
    public static string KeyOf(string name) => string.Join('.', name.Split('.').Select(part => part switch
    {
        "$num" or "$number" or "$index" => "1",
        _ when part.StartsWith('$') => "x",
        _ => part,
    }));

    /// <summary>Returns the row of <see cref="SettingTable"/> for a name.</summary>
    public static Setting SettingOf(string name) =>
        SettingTable.Find(KeyOf(name).Split('.'), out _) ?? throw new AssertionException($"{name} is not known");

    public static string Folder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;

    // Values are separated by spaces. A value with spaces is in quotes, and is the only value of its column.
    private static string[] ReadValues(string column) => column.StartsWith('\'') ? [column] : column.Split(' ');
}
