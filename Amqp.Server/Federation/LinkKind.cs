namespace Amqp.Server.Federation;

/// <summary>The object that a link federates.</summary>
internal enum LinkKind
{
    Exchange,
    Queue,
}
