namespace Amqp.Server.Instruments;

/// <summary>An OpenTelemetry instrument. Several metrics with different attributes may share an instrument.</summary>
/// <param name="Name">Name by OpenTelemetry's conventions, without the prefix.</param>
/// <param name="Unit">Unit in UCUM's form, as OpenTelemetry writes it.</param>
/// <param name="Description">Description of the instrument, the same for all of its metrics.</param>
/// <param name="Attributes">Attributes that distinguish the metric from others of the instrument.</param>
internal sealed record Instrument(string Name, string Unit, string Description, params (string Key, string Value)[] Attributes);
