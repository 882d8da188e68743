namespace Amqp.Server.Configuration;

/// <summary>Definitions that are imported at the start.</summary>
public sealed class DefinitionOptions
{
    /// <summary>Files and folders of definitions, in the order of import.</summary>
    public IReadOnlyList<DefinitionSource> Sources { get; set; } = [];

    /// <summary>True to skip a file that has not changed since its last import.</summary>
    public bool SkipIfUnchanged { get; set; }
}

/// <summary>File or folder of definitions.</summary>
/// <param name="Setting">Name of the setting that has the path.</param>
/// <param name="Path">A file, or a folder of <c>.json</c> files.</param>
public sealed record DefinitionSource(string Setting, string Path);
