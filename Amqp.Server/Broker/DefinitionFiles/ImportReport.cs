namespace Amqp.Server.Broker.DefinitionFiles;

/// <summary>What became of definitions that were imported.</summary>
/// <param name="Imported">How many were taken, those included that were there already.</param>
/// <param name="LeftOut">What this broker has not got, and so did not take: a sentence each.</param>
internal sealed record ImportReport(int Imported, IReadOnlyList<string> LeftOut);
