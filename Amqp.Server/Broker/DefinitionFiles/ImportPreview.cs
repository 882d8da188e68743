namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>The effect that an import would have.</summary>
/// <param name="Added">Objects that the import would add.</param>
/// <param name="Changed">Objects that the import would change.</param>
/// <param name="Same">Number of objects that exist with the same properties.</param>
/// <param name="Refused">Definitions that the import would leave out, with the reason.</param>
internal sealed record ImportPreview(
    IReadOnlyList<DefinitionName> Added,
    IReadOnlyList<(DefinitionName What, DefinitionComparison Comparison)> Changed,
    int Same,
    IReadOnlyList<(DefinitionName What, string Reason)> Refused);
