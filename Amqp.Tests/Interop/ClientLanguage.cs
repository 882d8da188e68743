namespace Amqp.Tests.Interop;

/// <summary>Whose client library a program of <c>interop-tests</c> uses.</summary>
public enum ClientLanguage
{
    /// <summary>pika.</summary>
    Python,

    /// <summary>amqplib.</summary>
    Node,

    /// <summary>Celery, and kombu below it.</summary>
    Celery,

    /// <summary>RabbitMQ.Client 6, whose interface is not that of 7.</summary>
    DotNet6,

    /// <summary>MassTransit, and RabbitMQ.Client 7 below it.</summary>
    MassTransit,
}
