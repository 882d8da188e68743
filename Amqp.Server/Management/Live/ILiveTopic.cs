using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Live;

/// <summary>A subject of live streams, such as the jobs. One object serves all streams. Thread-safe.</summary>
internal interface ILiveTopic
{
    /// <summary>Name of the topic in the parameter <c>topics</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The access that a user needs. A user without it gets no messages of the topic. Does not depend on a virtual host.
    /// </summary>
    Access Access { get; }

    /// <summary>Starts the topic in a new stream.</summary>
    /// <param name="request">The request for the stream.</param>
    /// <exception cref="ApiException">400: a parameter is invalid.</exception>
    ILiveFeed Open(ApiRequest request);
}

/// <summary>A topic in one stream. Remembers what the client knows. Used by one thread at a time.</summary>
internal interface ILiveFeed
{
    /// <summary>Writes what has changed since the last call; at the first call, everything. Called each second.</summary>
    void Write(LivePush push);
}
