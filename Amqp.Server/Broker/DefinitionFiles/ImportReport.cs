namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Result of an import.</summary>
/// <param name="Imported">Number of imported definitions, including those of existing objects.</param>
/// <param name="LeftOut">
/// One sentence for each definition that was left out. Reasons: the definition is unsupported, the object exists with other properties,
/// or the source or destination of a binding does not exist.
/// </param>
/// <param name="Skipped">One sentence for each definition with a reserved name, which RabbitMQ does not import either.</param>
internal sealed record ImportReport(int Imported, IReadOnlyList<string> LeftOut, IReadOnlyList<string> Skipped)
{
    /// <summary>All definitions that were not imported.</summary>
    public IEnumerable<string> NotTaken => LeftOut.Concat(Skipped);
}
