namespace Amqp.Tests.Interop;

/// <summary>The client library that a program of <c>interop-tests</c> uses.</summary>
public enum ClientLanguage
{
    /// <summary>pika.</summary>
    Python,

    /// <summary>amqplib.</summary>
    Node,

    /// <summary>Celery, which uses kombu.</summary>
    Celery,

    /// <summary>RabbitMQ.Client 6, whose API differs from that of version 7.</summary>
    DotNet6,

    /// <summary>MassTransit, which uses RabbitMQ.Client 7.</summary>
    MassTransit,
}
