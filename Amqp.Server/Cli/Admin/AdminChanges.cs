using System.Text.Json.Nodes;

namespace Amqp.Server.Cli.Admin;

/// <summary>The commands that change objects: <c>declare</c>, <c>delete</c>, <c>close</c> and <c>purge</c>.</summary>
internal static class AdminChanges
{
    public static async Task DeclareAsync(AdminCall call)
    {
        AdminObject type = TypeOf(call, AdminObjects.Declarable);
        (JsonObject body, string path) = type.Read(call.Words.Skip(1), call.VirtualHost);
        // The HTTP API expects the queue's type as the queue argument x-queue-type.
        if (body["queue_type"] is { } queueType && body["arguments"] is JsonObject arguments)
            arguments["x-queue-type"] = queueType.DeepClone();
        body.Remove("queue_type");
        await call.SendAsync(type.Name == "binding" ? HttpMethod.Post : HttpMethod.Put, path, body);
        call.Say($"{type.Name} declared");
    }

    /// <summary>Sends the request that deletes, closes or purges an object.</summary>
    /// <param name="call">The execution of the command.</param>
    /// <param name="types">Types that the command accepts.</param>
    /// <param name="done">Participle for the printed result, such as <c>deleted</c>.</param>
    public static async Task DeleteAsync(AdminCall call, IReadOnlyList<AdminObject> types, string done)
    {
        AdminObject type = TypeOf(call, types);
        await call.SendAsync(HttpMethod.Delete, type.Read(call.Words.Skip(1), call.VirtualHost).Path);
        call.Say($"{type.Name} {done}");
    }

    private static AdminObject TypeOf(AdminCall call, IReadOnlyList<AdminObject> types) =>
        call.Words.Count == 0 ? throw new AdminUsageException("Type not specified")
        : types.FirstOrDefault(type => type.Name == call.Words[0])
            ?? throw new AdminUsageException($"Type {call.Words[0]} not recognised");
}
