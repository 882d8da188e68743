using System.Text.RegularExpressions;

namespace Amqp.Tests.Architecture;

/// <summary>The folders of Amqp.Protocol. All of them belong to a single namespace.</summary>
internal static partial class ProtocolFolders
{
    public const string Project = "Amqp.Protocol";

    private static readonly string _root = Path.Combine(SourceTree.Root, Project);

    /// <summary>Maps the full name of each type to the folder of the file that declares the type.</summary>
    public static IReadOnlyDictionary<string, string> ByType { get; } = SourceTree.FilesOf(Project)
        .SelectMany(
            file => Declaration().Matches(File.ReadAllText(file)),
            (file, type) => (Name: $"{Project}.{type.Groups["name"].Value}", Folder: FolderOf(file)))
        .Distinct().ToDictionary(type => type.Name, type => type.Folder);

    private static string FolderOf(string file) => Path.GetRelativePath(_root, Path.GetDirectoryName(file)!);

    [GeneratedRegex(
        @"^(?:public|internal) (?:(?:static|sealed|abstract|readonly|ref|unsafe|partial) )*(?:record struct|record|class|struct|interface|enum|delegate [\w<>]+) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
