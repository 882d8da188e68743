using Amqp.Server.Management.Http;

namespace Amqp.Server.Management.Live;

/// <summary>One message to the client of a live stream, which the feeds of the stream write.</summary>
/// <param name="Request">The request for the stream, with the current tags and permissions of the user.</param>
/// <param name="Output">Receives the events.</param>
/// <param name="IsBehind">True if the client reads slowly, and has missed changes. Feeds then write the whole state.</param>
internal readonly record struct LivePush(ApiRequest Request, LiveOutput Output, bool IsBehind);
