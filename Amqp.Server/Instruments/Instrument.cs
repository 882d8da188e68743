namespace Amqp.Server.Instruments;

/// <summary>Where a number goes over OTLP. Numbers of one instrument differ in their attributes.</summary>
/// <param name="Name">By OpenTelemetry's conventions, without the prefix.</param>
/// <param name="Unit">In UCUM's form, as OpenTelemetry writes it.</param>
/// <param name="Description">What it counts; the same for all numbers of the instrument.</param>
/// <param name="Attributes">Which of the instrument's numbers it is.</param>
internal sealed record Instrument(string Name, string Unit, string Description, params (string Key, string Value)[] Attributes);
