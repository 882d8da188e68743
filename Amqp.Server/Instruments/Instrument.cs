namespace Amqp.Server.Instruments;

/// <summary>An OpenTelemetry instrument. Several metrics with different attributes may share an instrument.</summary>
/// <param name="Name">Name by OpenTelemetry's conventions, without the prefix.</param>
/// <param name="Unit">Unit in UCUM's notation.</param>
/// <param name="Description">Description, the same for all metrics of the instrument.</param>
/// <param name="Attributes">Attributes that distinguish metrics of the instrument.</param>
internal sealed record Instrument(string Name, string Unit, string Description, params (string Key, string Value)[] Attributes);
