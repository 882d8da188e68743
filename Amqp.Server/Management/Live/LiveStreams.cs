using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Live;

/// <summary>The topics of live streams, and the number of open streams. Thread-safe.</summary>
/// <param name="most">Maximum number of open streams.</param>
/// <param name="topics">The topics.</param>
internal sealed class LiveStreams(int most, IReadOnlyList<ILiveTopic> topics)
{
    private int _open;

    /// <summary>Returns the topics that a request names.</summary>
    /// <exception cref="ApiException">400: a topic is unknown.</exception>
    public IReadOnlyList<ILiveTopic> TopicsOf(ApiRequest request) =>
        [.. (request.Query("topics") ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Distinct()
            .Select(Find)];

    /// <summary>Takes a place for a stream. Disposing gives it back.</summary>
    /// <exception cref="ApiException">503: too many streams are open.</exception>
    public Place Take()
    {
        if (Interlocked.Increment(ref _open) <= most)
            return new Place(this);
        Interlocked.Decrement(ref _open);
        throw new ApiException(
            StatusCodes.Status503ServiceUnavailable, "service_unavailable",
            $"{most} live streams are open, and no more may be; management.max_live_streams sets the limit");
    }

    private ILiveTopic Find(string name) => topics.FirstOrDefault(topic => topic.Name == name)
        ?? throw ApiException.BadRequest(
            $"topics: '{name}' is unknown; known are {string.Join(", ", topics.Select(topic => topic.Name))}");

    /// <summary>The place of an open stream.</summary>
    public readonly struct Place(LiveStreams streams) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref streams._open);
    }
}
