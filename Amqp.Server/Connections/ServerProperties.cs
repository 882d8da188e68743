using Amqp.Protocol;
using Amqp.Server.Configuration;

namespace Amqp.Server.Connections;

/// <summary>The server properties in connection.start. They include the broker's capabilities.</summary>
internal static class ServerProperties
{
    private static readonly FieldValue _capabilities = FieldValue.FromTable(new FieldTable(
        new[]
        {
            "publisher_confirms", "exchange_exchange_bindings", "basic.nack", "consumer_cancel_notify", "connection.blocked",
            "consumer_priorities", "authentication_failure_close", "per_consumer_qos", "direct_reply_to",
        }.Select(name => new KeyValuePair<string, FieldValue>(name, FieldValue.FromBoolean(true)))));

    /// <param name="options">Name and version of the product.</param>
    /// <param name="clusterName">The current name of the cluster.</param>
    /// <param name="isAmqp08">True for AMQP 0-8. The table of capabilities is then empty.</param>
    public static FieldTable Of(BrokerOptions options, string clusterName, bool isAmqp08) => FieldTable.Empty
        .With("capabilities", isAmqp08 ? FieldValue.FromTable(FieldTable.Empty) : _capabilities)
        .With("cluster_name", FieldValue.FromString(clusterName))
        .With("copyright", FieldValue.FromString("Copyright (c) the AmqpBroker authors."))
        .With("information", FieldValue.FromString("Licensed under the Apache License, Version 2.0."))
        .With("platform", FieldValue.FromString($".NET {Environment.Version.ToString(3)}"))
        .With("product", FieldValue.FromString(options.Identity.ProductName))
        .With("version", FieldValue.FromString(options.Identity.ProductVersion));
}
