using System.Text.Json;
using Amqp.Server.Broker.Alarms;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Live;

/// <summary>The names of the alarms that block publishers: <c>memory</c> and <c>disk</c>.</summary>
internal sealed class AlarmsTopic : ILiveTopic
{
    public string Name => "alarms";

    public Access Access => Access.Management;

    public ILiveFeed Open(ApiRequest request) => new ChangedValue(Name, (json, push) => WriteNames(json, push.Request.Broker.Alarms));

    /// <summary>Writes the names of the alarms that are set, as an array.</summary>
    public static void WriteNames(Utf8JsonWriter json, ResourceAlarms alarms)
    {
        json.WriteStartArray();
        if (alarms.IsMemoryShort)
            json.WriteStringValue("memory");
        if (alarms.IsDiskShort)
            json.WriteStringValue("disk");
        if (alarms.IsShortOfNodes)
            json.WriteStringValue("nodes");
        json.WriteEndArray();
    }
}
