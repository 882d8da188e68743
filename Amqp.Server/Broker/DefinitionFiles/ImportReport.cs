namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Result of an import.</summary>
/// <param name="Imported">Number of imported definitions. Definitions of objects that already existed count too.</param>
/// <param name="LeftOut">
/// One sentence for each definition that was left out. There are three reasons. (1) This broker does not support the definition. (2) The
/// definition differs from an existing object. (3) The source or the destination of a binding is missing.
/// </param>
/// <param name="Skipped">One sentence for each definition that has a reserved name, which RabbitMQ does not import either.</param>
internal sealed record ImportReport(int Imported, IReadOnlyList<string> LeftOut, IReadOnlyList<string> Skipped)
{
    /// <summary>All definitions that were not imported.</summary>
    public IEnumerable<string> NotTaken => LeftOut.Concat(Skipped);
}
