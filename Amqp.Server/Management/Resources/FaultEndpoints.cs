using System.Text.Json;
using Amqp.Server.Broker.Access;
using Amqp.Server.Broker.DefinitionFiles;
using Amqp.Server.Broker.Faults;
using Amqp.Server.Broker.Messages;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Resources;

/// <summary>
/// The resource <c>/api/faults</c>: the unexpected exceptions that the broker has caught. RabbitMQ does not have this resource.
/// </summary>
internal static class FaultEndpoints
{
    public static ManagementApi MapFaults(this ManagementApi api) => api
        .Get("/faults", Access.Monitoring, request => ApiReply.Json(json => Write(json, request.Broker.Faults)));

    private static void Write(Utf8JsonWriter json, ContainedFaults faults)
    {
        json.WriteStartObject();
        json.WriteNumber("total", faults.Total);
        json.WriteStartObject("compartments");
        foreach (var compartment in Compartments.All)
            json.WriteNumber(compartment.Name(), faults.Count(compartment));
        json.WriteEndObject();
        json.WriteStartArray("recent");
        foreach (var fault in faults.Recent)
        {
            json.WriteStartObject();
            json.WriteString("compartment", fault.Compartment.Name());
            json.WriteString("place", fault.Place);
            json.WriteString("error", fault.Error.GetType().Name);
            json.WriteString("reason", fault.Error.Message);
            json.WriteNumber("count", fault.Count);
            json.WriteNumber("first", fault.First.ToUnixTimeMilliseconds());
            json.WriteNumber("last", fault.Last.ToUnixTimeMilliseconds());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
