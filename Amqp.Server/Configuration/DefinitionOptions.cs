namespace Amqp.Server.Configuration;

/// <summary>Options for the definitions that the broker imports when it starts.</summary>
public sealed class DefinitionOptions
{
    /// <summary>Files and folders with definitions, in the order of import.</summary>
    public IReadOnlyList<DefinitionSource> Sources { get; set; } = [];

    /// <summary>True to skip a file that has not changed since its last import.</summary>
    public bool SkipIfUnchanged { get; set; }
}

/// <summary>A file or folder with definitions.</summary>
/// <param name="Setting">Name of the setting that specifies the path.</param>
/// <param name="Path">A file, or a folder of <c>.json</c> files.</param>
public sealed record DefinitionSource(string Setting, string Path);
