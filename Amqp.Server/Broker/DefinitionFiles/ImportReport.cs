namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>Result of an import.</summary>
/// <param name="Imported">Number of imported definitions. Definitions of objects that already existed count too.</param>
/// <param name="LeftOut">
/// One sentence for each definition that was left out. It has something that this broker does not support, it differs from an existing
/// object, or it is a binding without source or destination.
/// </param>
/// <param name="Skipped">One sentence for each definition that RabbitMQ does not import either, because its name is reserved.</param>
internal sealed record ImportReport(int Imported, IReadOnlyList<string> LeftOut, IReadOnlyList<string> Skipped)
{
    /// <summary>All definitions that were not imported.</summary>
    public IEnumerable<string> NotTaken => LeftOut.Concat(Skipped);
}
