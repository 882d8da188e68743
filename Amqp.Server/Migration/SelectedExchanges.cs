using System.Text.Json;

namespace Amqp.Server.Migration;

/// <summary>Finds the exchanges that belong to selected queues.</summary>
internal static class SelectedExchanges
{
    /// <summary>
    /// Returns all exchanges of the selected virtual hosts. If queues are selected by name, only those from which a message can reach such
    /// a queue, and the exchanges for their dead letters.
    /// </summary>
    public static IEnumerable<JsonElement> Of(JsonElement definitions, IReadOnlyList<JsonElement> queues, QueueFilter filter)
    {
        if (!filter.HasPattern)
            return definitions.List("exchanges").Where(exchange => filter.WantsHost(exchange.Text("vhost")));
        var wanted = new HashSet<(string Host, string Name)>();
        foreach (JsonElement queue in queues)
            if (queue.Find("arguments")?.Text("x-dead-letter-exchange") is { Length: > 0 } letters)
                wanted.Add((queue.Text("vhost"), letters));
        var ends = queues.Select(queue => (queue.Text("vhost"), queue.Text("name"), IsQueue: true)).ToHashSet();
        var byEnd = definitions.List("bindings").ToLookup(binding =>
            (binding.Text("vhost"), binding.Text("destination"), binding.Text("destination_type") == "queue"));
        var open = new Queue<(string Host, string Name, bool IsQueue)>(ends);
        while (open.TryDequeue(out var end))
            foreach (JsonElement binding in byEnd[end])
                if (wanted.Add((end.Host, binding.Text("source"))))
                    open.Enqueue((end.Host, binding.Text("source"), IsQueue: false));
        return definitions.List("exchanges").Where(exchange => wanted.Contains((exchange.Text("vhost"), exchange.Text("name"))));
    }
}
