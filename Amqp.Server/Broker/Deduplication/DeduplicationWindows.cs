using Amqp.Server.Broker.Faults;
using Amqp.Storage.Messages;
using Amqp.Storage.Queues;

namespace Amqp.Server.Broker.Deduplication;

/// <summary>Opens the windows of queues and exchanges, with the keys of the last run.</summary>
internal static class DeduplicationWindows
{
    /// <summary>Opens the window of a queue or an exchange that other threads cannot find yet.</summary>
    /// <param name="settings">Settings of the queue or exchange.</param>
    /// <param name="services">Parts of the broker.</param>
    /// <param name="keys">Queue of the store for the keys; null if they do not survive a restart.</param>
    /// <param name="place">Name of the queue or exchange, for the log.</param>
    /// <param name="levels">The queues of the store with the messages, if keys may follow messages.</param>
    public static DeduplicationWindow Open(
        DeduplicationSettings settings, DeduplicationServices services, StoredQueue? keys, string place, params StoredQueue[] levels)
    {
        var stored = keys is null ? null : new StoredKeys(keys, services.Store);
        var window = new DeduplicationWindow(settings, services, stored);
        try
        {
            foreach (var (_, key, message) in stored?.Load(settings, services.Now) ?? [])
                window.Add(key, message, keys!.Number, position: 0);
            foreach (var level in settings.FollowsMessages ? levels : [])
                Follow(window, services, level);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            services.Faults.Note(Compartment.Store, place, error); // repeats of the messages whose keys were not read are accepted
        }
        return window;
    }

    /// <summary>Returns the window for changed settings: the current one if it can keep its keys. Called at a change of policies.</summary>
    public static DeduplicationWindow? Renew(
        DeduplicationWindow? current, DeduplicationSettings? settings, DeduplicationServices services)
    {
        if (settings is not null && current?.FollowsMessages == settings.FollowsMessages)
        {
            current.Apply(settings);
            return current;
        }
        current?.Close();
        return settings is null ? null : new DeduplicationWindow(settings, services, stored: null);
    }

    /// <summary>Adds the keys of the messages in a queue of the store. Takes the messages, and returns them to their places.</summary>
    private static void Follow(DeduplicationWindow window, DeduplicationServices services, StoredQueue level)
    {
        var messages = new List<StoredMessage>();
        try
        {
            while (level.TryTake(out var message))
            {
                messages.Add(message);
                if (StoredKeys.TryRead(services.Store, message, window.Settings, services.Now, out var key))
                    window.Add(key.Key, message, level.Number, position: 0);
            }
        }
        finally
        {
            foreach (var message in messages)
                level.Add(message);
        }
    }
}
