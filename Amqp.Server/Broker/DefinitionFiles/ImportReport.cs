namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Result of an import.</summary>
/// <param name="Imported">Number of imported definitions, including objects that already existed.</param>
/// <param name="LeftOut">
/// Definitions that this broker does not support, definitions of objects that exist with other properties, and bindings whose source or
/// destination does not exist: one sentence each.
/// </param>
/// <param name="Skipped">Definitions that RabbitMQ does not import either, because their names are reserved: one sentence each.</param>
internal sealed record ImportReport(int Imported, IReadOnlyList<string> LeftOut, IReadOnlyList<string> Skipped)
{
    /// <summary>All definitions that were not imported.</summary>
    public IEnumerable<string> NotTaken => LeftOut.Concat(Skipped);
}
