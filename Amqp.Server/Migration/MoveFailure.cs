using Amqp.Protocol;

namespace Amqp.Server.Migration;

/// <summary>Thrown if one end of a move fails or refuses a request.</summary>
/// <param name="isTarget">True if it is the target.</param>
/// <param name="reason">The reason, without users and passwords.</param>
/// <param name="code">The reply code; null if the connection failed without one.</param>
internal sealed class MoveFailure(bool isTarget, string reason, ReplyCode? code) : Exception(reason)
{
    public bool IsTarget => isTarget;

    public ReplyCode? Code => code;

    /// <summary>Name of the end for a sentence.</summary>
    public string End => isTarget ? "target" : "source";

    /// <summary>True if another attempt can succeed without a change by the user: the connection failed, or the broker stops.</summary>
    public bool IsPassing => code is null or ReplyCode.ConnectionForced or ReplyCode.InternalError or ReplyCode.ResourceError;

    /// <summary>True if the target refused a message, and not the client.</summary>
    public bool IsOfMessage => isTarget && code is ReplyCode.PreconditionFailed or ReplyCode.ContentTooLarge;
}
