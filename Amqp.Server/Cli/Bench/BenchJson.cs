using System.Text.Json;
using System.Text.Json.Serialization;
using Amqp.Server.Bench;

namespace Amqp.Server.Cli.Bench;

/// <summary>Serializes the settings and reports of <c>bench</c> as JSON.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    Converters = [typeof(CamelCaseWord<AckWrite>), typeof(CamelCaseWord<ExchangeKind>), typeof(CamelCaseWord<ChurnKind>)])]
[JsonSerializable(typeof(Workload))]
[JsonSerializable(typeof(LoadReport))]
[JsonSerializable(typeof(DepthReport))]
[JsonSerializable(typeof(Churn))]
[JsonSerializable(typeof(ChurnReport))]
internal sealed partial class BenchJson : JsonSerializerContext;

/// <summary>Writes enum values as their names in camel case.</summary>
internal sealed class CamelCaseWord<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;
