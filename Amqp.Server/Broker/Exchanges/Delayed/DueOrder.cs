using Amqp.Storage.Messages;

namespace Amqp.Server.Broker.Exchanges.Delayed;

/// <summary>Sorts a part of the delayed messages by due time, without sorting all of them.</summary>
internal static class DueOrder
{
    /// <summary>A part with at most this many messages is sorted as a whole.</summary>
    private const int Small = 32;

    /// <summary>
    /// Moves the messages so that each position from <paramref name="from"/> to <paramref name="to"/> has the message that it would have if
    /// all messages were sorted.
    /// </summary>
    /// <param name="messages">The messages, with due time and sequence number.</param>
    /// <param name="from">The first position.</param>
    /// <param name="to">The position behind the last one.</param>
    public static void Sort(Span<(StoredMessage Message, (long Due, long Sequence) Time)> messages, int from, int to)
    {
        while (from < to)
        {
            if (messages.Length <= Small)
            {
                messages.Sort(static (one, other) => one.Time.CompareTo(other.Time));
                return;
            }
            int split = Partition(messages, messages[Random.Shared.Next(messages.Length - 1)].Time);
            Sort(messages[..split], Math.Min(from, split), Math.Min(to, split));
            messages = messages[split..];
            (from, to) = (Math.Max(0, from - split), to - split);
        }
    }

    /// <summary>Splits messages into those that are due up to a time, and those that are due from that time on.</summary>
    /// <param name="messages">At least two messages.</param>
    /// <param name="time">Time of one of the messages, but not of the last one.</param>
    /// <returns>Number of messages in the first part. Both parts have at least one message.</returns>
    private static int Partition(Span<(StoredMessage Message, (long Due, long Sequence) Time)> messages, (long Due, long Sequence) time)
    {
        int low = -1, high = messages.Length;
        while (true)
        {
            do
                low++;
            while (messages[low].Time.CompareTo(time) < 0);
            do
                high--;
            while (messages[high].Time.CompareTo(time) > 0);
            if (low >= high)
                return high + 1;
            (messages[low], messages[high]) = (messages[high], messages[low]);
        }
    }
}
