namespace Amqp.Server.Configuration;

/// <summary>Definitions that are imported at the start.</summary>
public sealed class DefinitionOptions
{
    /// <summary>Where they are, in the order in which they are imported.</summary>
    public IReadOnlyList<DefinitionSource> Sources { get; set; } = [];

    /// <summary>Whether definitions that were imported already are not imported again.</summary>
    public bool SkipIfUnchanged { get; set; }
}

/// <summary>Where definitions are.</summary>
/// <param name="Setting">The setting that says so.</param>
/// <param name="Path">A file, or a folder of files that end in <c>.json</c>.</param>
public sealed record DefinitionSource(string Setting, string Path);
