using Amqp.Server.Client;
using Amqp.Server.Links;

namespace Amqp.Server.Federation;

/// <summary>The work of a link while it is connected: that of an exchange or of a queue. Used by one task at a time.</summary>
internal interface ILinkWork
{
    /// <summary>Prepares the upstream and moves messages, until it fails or is cancelled.</summary>
    /// <param name="upstream">The connection to the upstream.</param>
    /// <param name="local">The connection to this broker; its channel confirms if the upstream's options ask for confirms.</param>
    /// <param name="onRunning">Called when the upstream is prepared.</param>
    /// <param name="stopped">Ends the work.</param>
    /// <exception cref="ClientException">A broker has refused a request, or a connection has ended.</exception>
    Task MoveAsync(LinkEnd upstream, LinkEnd local, Action onRunning, CancellationToken stopped);

    /// <summary>Deletes what the link has declared at the upstream for itself.</summary>
    /// <exception cref="ClientException">The upstream has refused a request, or the connection has ended.</exception>
    Task CleanUpAsync(LinkEnd upstream, CancellationToken cancellation);
}
