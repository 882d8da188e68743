using System.Runtime.CompilerServices;

namespace Amqp.Tests.Architecture;

/// <summary>The sources that the tests were built from.</summary>
internal static class SourceTree
{
    /// <summary>The folder that holds all projects.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All C# files in a folder and below it.</summary>
    /// <param name="folder">Its path from the root.</param>
    public static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories);

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
