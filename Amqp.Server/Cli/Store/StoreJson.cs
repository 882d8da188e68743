using System.Text.Json;
using System.Text.Json.Serialization;
using Amqp.Server.Inspection;

namespace Amqp.Server.Cli.Store;

/// <summary>Serializes the reports about a data directory as JSON.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DataFolderReport))]
[JsonSerializable(typeof(DataFolderVerdict))]
internal sealed partial class StoreJson : JsonSerializerContext;
