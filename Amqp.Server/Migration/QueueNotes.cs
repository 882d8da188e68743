using System.Text.Json;

namespace Amqp.Server.Migration;

/// <summary>Finds what cannot be moved or changes in queues and their messages.</summary>
/// <param name="source">The source.</param>
/// <param name="target">The target.</param>
/// <param name="settings">The selection of queues, and the user at the target.</param>
internal sealed class QueueNotes(BrokerInventory source, BrokerInventory target, MigrationSettings settings)
{
    private readonly IReadOnlyList<QueueFacts> _queues = [.. source.Queues.Where(queue => settings.Filter.Wants(queue.Key))];

    /// <summary>Returns the notes. Reasons that do not occur have none.</summary>
    public IEnumerable<PlanNote> All() => new[]
    {
        Delayed(),
        OfQueues("exclusive", queue => queue.IsExclusive, Messages, "in exclusive queues. They end with their connection, and stay"),
        OfQueues(
            "server_named", queue => queue.IsServerNamed && !queue.IsExclusive, Messages,
            "in queues that the broker has named. No other broker can have a queue of that name"),
        OfQueues("stream", queue => queue.IsStream, Messages, "in streams. Streams are not moved"),
        OfQueues(
            "auto_delete", queue => queue.IsAutoDelete && IsOrdinary(queue), Messages,
            "in auto-delete queues. The end of a move would delete such a queue, so its messages stay"),
        OfQueues(
            "unacknowledged", queue => queue.Unacknowledged > 0 && IsMovable(queue), queue => queue.Unacknowledged,
            "held by consumers of the source. They come when the consumers release them"),
        OfQueues(
            "message_ttl", queue => queue.Has("message-ttl") && IsMovable(queue), queue => queue.Ready,
            "in queues with a message TTL. Their remaining time begins anew at the target"),
        OfQueues(
            "max_length", queue => (queue.Has("max-length") || queue.Has("max-length-bytes")) && IsMovable(queue), queue => queue.Ready,
            "in queues with a length limit. The limit acts at the target too"),
        OfQueues(
            "consumers", queue => queue.Consumers > 0 && IsMovable(queue), queue => queue.Ready,
            "in queues with consumers at the source. These consumers take a part of them"),
        Existing(),
        UserIds(),
    }.OfType<PlanNote>();

    /// <summary>True if the messages of a queue can be moved.</summary>
    public static bool IsMovable(QueueFacts queue) => IsOrdinary(queue) && !queue.IsAutoDelete;

    private static bool IsOrdinary(QueueFacts queue) => !queue.IsExclusive && !queue.IsServerNamed && !queue.IsStream;

    private static long Messages(QueueFacts queue) => queue.Ready + queue.Unacknowledged;

    private PlanNote? OfQueues(string kind, Func<QueueFacts, bool> isMeant, Func<QueueFacts, long> count, string text)
    {
        List<QueueFacts> meant = [.. _queues.Where(isMeant)];
        long messages = meant.Sum(count);
        return meant.Count == 0 ? null
            : new PlanNote(kind, messages, $"{Counted(messages, "message")} {text}", [.. meant.Select(queue => queue.Key.ToString())]);
    }

    private PlanNote? Delayed()
    {
        List<JsonElement> holding = [.. source.Exchanges
            .Where(exchange => exchange.Number("messages_delayed") > 0 && settings.Filter.WantsHost(exchange.Text("vhost")))];
        long messages = holding.Sum(exchange => exchange.Number("messages_delayed"));
        return holding.Count == 0 ? null : new PlanNote(
            "delayed", messages,
            $"{Counted(messages, "message")} that delayed exchanges hold. Nobody can read them; they reach queues when they are due",
            [.. holding.Select(exchange => new QueueKey(exchange.Text("vhost"), exchange.Text("name")).ToString())]);
    }

    private PlanNote? Existing()
    {
        var there = target.Queues.ToDictionary(queue => queue.Key);
        string[] differing = [.. _queues
            .Where(queue => IsOrdinary(queue) && there.TryGetValue(queue.Key, out var other) && Differ(queue, other))
            .Select(queue => queue.Key.ToString())];
        return differing.Length == 0 ? null : new PlanNote(
            "existing_queue", differing.Length,
            $"{Counted(differing.Length, "queue")} that the target has with other properties. They stay as they are there, and clients "
                + "that declare them as at the source are refused (406)",
            differing);
    }

    private static bool Differ(QueueFacts here, QueueFacts there) =>
        here.IsDurable != there.IsDurable || here.IsAutoDelete != there.IsAutoDelete
        || !ApiFields.AreEqual(here.Arguments, there.Arguments);

    /// <summary>RabbitMQ and this broker demand the tag impersonator of a user who publishes the user-id of another one.</summary>
    private PlanNote? UserIds()
    {
        if (target.Definitions is not { } definitions)
            return null;
        JsonElement user = definitions.List("users").FirstOrDefault(user => user.Text("name") == settings.TargetUser);
        return user.ValueKind == JsonValueKind.Undefined || UserTagsOf(user).Contains("impersonator") ? null : new PlanNote(
            "user_id", 1,
            $"User '{settings.TargetUser}' of the target lacks the tag impersonator. Messages with the user-id of another user stay",
            [settings.TargetUser]);
    }

    /// <summary>Returns the tags of a user. Old versions of RabbitMQ export them as one text.</summary>
    public static IReadOnlyList<string> UserTagsOf(JsonElement user) => user.Find("tags") switch
    {
        { ValueKind: JsonValueKind.Array } tags => [.. tags.EnumerateArray().Select(tag => tag.ToString())],
        { ValueKind: JsonValueKind.String } tags => [.. tags.GetString()!.Split(',', StringSplitOptions.TrimEntries)],
        _ => [],
    };

    public static string Counted(long count, string what) =>
        FormattableString.Invariant($"{count:N0} {what}{(count == 1 ? "" : "s")}");
}
