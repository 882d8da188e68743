using Amqp.Protocol;

namespace Amqp.Server.Client;

/// <summary>The other broker cannot be reached, has closed the connection or the channel, or has refused a request.</summary>
/// <param name="message">A sentence without user names and passwords.</param>
/// <param name="code">The reply code of the other broker; null if the connection failed without one.</param>
/// <param name="cause">The exception of the socket; null if the other broker gave the reason.</param>
internal sealed class ClientException(string message, ReplyCode? code = null, Exception? cause = null) : IOException(message, cause)
{
    /// <summary>The reply code of connection.close or channel.close; null if there was none.</summary>
    public ReplyCode? Code { get; } = code;
}
