using Amqp.Server.Broker.Messages;
using Amqp.Server.Broker.Queues;
using Amqp.Server.Broker.Sessions;

namespace Amqp.Tests.Support;

/// <summary>
/// Keeps the confirms of a session as text. <c>ack 2+</c> confirms all publishes up to the second; <c>nack 3</c> rejects the third.
/// </summary>
internal sealed class AnswerSink : ISessionSink
{
    public List<string> Answers { get; } = [];

    public Lock Gate { get; } = new();

    public IOutput Output { get; } = new SentFrames().NewOutbox();

    public bool IsFlushDue => false;

    public bool Refuses(SessionConsumer consumer) => false;

    public void Deliver(SessionConsumer consumer, ulong tag, bool isRedelivered, EncodedMessage content, ReadOnlySpan<byte> properties)
    {
    }

    public void Confirm(ulong upTo, bool isMultiple) => Answers.Add($"ack {upTo}{(isMultiple ? "+" : "")}");

    public void Refuse(ulong upTo, bool isMultiple) => Answers.Add($"nack {upTo}{(isMultiple ? "+" : "")}");

    public void Return(in EncodedMessage message, ReadOnlySpan<byte> body)
    {
    }

    public bool TryCancel(SessionConsumer consumer) => true;

    public void AwaitAcknowledgements()
    {
    }

    public void Fail(Exception error) => throw error;

    public void Abort()
    {
    }
}
