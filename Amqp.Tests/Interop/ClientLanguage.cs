namespace Amqp.Tests.Interop;

/// <summary>The client libraries that programs of <c>interop-tests</c> use.</summary>
public enum ClientLanguage
{
    /// <summary>pika, for Python.</summary>
    Python,

    /// <summary>amqplib, for Node.js.</summary>
    Node,

    /// <summary>Celery, whose library for AMQP is kombu.</summary>
    Celery,

    /// <summary>RabbitMQ.Client 6, whose API differs from that of version 7.</summary>
    DotNet6,

    /// <summary>MassTransit, which uses RabbitMQ.Client 7.</summary>
    MassTransit,
}
