namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>What became of definitions that were imported.</summary>
/// <param name="Imported">How many were taken, those included that were there already.</param>
/// <param name="LeftOut">What this broker has not got, or has otherwise, and so did not take: a sentence each.</param>
/// <param name="Skipped">What RabbitMQ does not import either, because it bears a name of the broker's own: likewise.</param>
internal sealed record ImportReport(int Imported, IReadOnlyList<string> LeftOut, IReadOnlyList<string> Skipped)
{
    /// <summary>Everything that was not taken.</summary>
    public IEnumerable<string> NotTaken => LeftOut.Concat(Skipped);
}
