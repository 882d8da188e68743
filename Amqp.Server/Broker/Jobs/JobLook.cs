using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;

namespace Amqp.Server.Broker.Jobs;

/// <summary>Looks at messages for a job: applies the filter, and counts. Used under the lock of the source.</summary>
/// <param name="job">The job.</param>
/// <param name="filter">The conditions of the job.</param>
/// <param name="destination">The destination of the messages; null if they are deleted or exported.</param>
internal sealed class JobLook(Job job, MessageFilter filter, MessageDestination? destination) : IMessageLook
{
    /// <inheritdoc/>
    /// <exception cref="JobException">A condition took too long.</exception>
    public bool Wants(ReadOnlySpan<byte> payload)
    {
        job.Looked++;
        try
        {
            var message = EncodedMessage.Read(payload);
            if (!filter.Matches(message))
                return false;
            job.Matched++;
            if (destination?.ReasonToStay(message) is not { } reason)
                return true;
            job.Skip(reason);
            return false;
        }
        catch (Exception error) when (error is not JobException)
        {
            job.Skip("it cannot be decoded");
            return false;
        }
    }
}
