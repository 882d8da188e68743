using System.Runtime.CompilerServices;

namespace Amqp.Tests.Architecture;

/// <summary>The source files from which the tests were built.</summary>
internal static class SourceTree
{
    /// <summary>The folder that holds all projects.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Returns all C# files of a folder and its subfolders.</summary>
    /// <param name="folder">Path of the folder, relative to <see cref="Root"/>.</param>
    public static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories);

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
