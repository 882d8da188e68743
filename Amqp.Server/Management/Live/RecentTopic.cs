using System.Text.Json;
using Amqp.Server.Logging;
using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Live;

/// <summary>New lines of the log, or new events, as an array.</summary>
/// <remarks>
/// A stream begins with the last items. So a client that first asks for the list and then opens the stream, or the other way round, misses
/// nothing. It recognises items that it has by their numbers.
/// </remarks>
/// <param name="name">Name of the topic.</param>
/// <param name="itemsOf">Returns the items.</param>
/// <param name="write">Writes an item.</param>
internal sealed class RecentTopic<T>(
    string name, Func<ManagementServices, RecentItems<T>> itemsOf, Action<Utf8JsonWriter, RecentItem<T>> write) : ILiveTopic
{
    /// <summary>Maximum number of items in a message. A client that falls behind by more misses the oldest.</summary>
    private const int MaxItems = 200;

    public string Name => name;

    public Access Access => Access.Monitoring;

    public ILiveFeed Open(ApiRequest request) => new Feed(this);

    private sealed class Feed(RecentTopic<T> topic) : ILiveFeed
    {
        private long _last;

        public void Write(LivePush push)
        {
            var items = topic.ItemsOf(push).After(_last, out _last);
            if (items.Count == 0)
                return;
            push.Output.Add(topic.Name, json =>
            {
                json.WriteStartArray();
                foreach (var item in items.Skip(items.Count - MaxItems))
                    topic.WriteItem(json, item);
                json.WriteEndArray();
            });
        }
    }

    private RecentItems<T> ItemsOf(LivePush push) => itemsOf(push.Request.Services);

    private void WriteItem(Utf8JsonWriter json, RecentItem<T> item) => write(json, item);
}
