using System.Text;
using Amqp.Storage;
using Amqp.Storage.Blocks;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Tests.Storage;

/// <summary>Shortcuts for the operations that a broker makes on a store.</summary>
internal static class StoreActions
{
    public const bool Persistent = true;
    public const bool Transient = false;

    /// <summary>Appends a message for some queues and adds it to all of them.</summary>
    public static long Publish(this IMessageStore store, string text, bool persistent, params StoredQueue[] queues) =>
        store.Publish(Encoding.UTF8.GetBytes(text), persistent, queues);

    public static long Publish(this IMessageStore store, ReadOnlySpan<byte> payload, bool persistent, params StoredQueue[] queues)
    {
        var messages = new StoredMessage[queues.Length];
        int head = payload.Length / 3; // may be any part of the payload, because the store joins head and body
        long position = store.Append(queues, payload[..head], payload[head..], persistent, messages);
        for (int i = 0; i < queues.Length; i++)
            queues[i].Add(messages[i]);
        return position;
    }

    public static string Text(this IMessageStore store, in StoredMessage message)
    {
        using PayloadLease lease = store.Read(message);
        return Encoding.UTF8.GetString(lease.Payload);
    }

    /// <summary>Takes and settles the first ready message of a queue. Returns its text.</summary>
    public static string Consume(this IMessageStore store, StoredQueue queue)
    {
        StoredMessage message = queue.Take();
        string text = store.Text(message);
        store.Settle(queue, message);
        return text;
    }

    public static void Settle(this IMessageStore store, StoredQueue queue, StoredMessage message) => store.Settle(queue, [message]);

    /// <summary>Returns the texts of all ready messages, in order. The messages are ready again afterwards.</summary>
    public static string[] Texts(this IMessageStore store, StoredQueue queue)
    {
        StoredMessage[] messages = queue.TakeAll();
        string[] texts = [.. messages.Select(message => store.Text(message))];
        foreach (StoredMessage message in messages)
            queue.Add(message);
        return texts;
    }

    public static StoredMessage Take(this StoredQueue queue) =>
        queue.TryTake(out StoredMessage message) ? message : throw new InvalidOperationException("the queue is empty");

    /// <summary>Returns a taken message to its old position in the queue, and marks the message as redelivered.</summary>
    public static void Return(this StoredQueue queue, in StoredMessage message) =>
        queue.Add(message with { Flags = message.Flags | MessageFlags.Redelivered });

    public static StoredMessage[] TakeAll(this StoredQueue queue)
    {
        var messages = new List<StoredMessage>();
        while (queue.TryTake(out StoredMessage message))
            messages.Add(message);
        return [.. messages];
    }
}
