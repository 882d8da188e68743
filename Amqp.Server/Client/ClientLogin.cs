using System.Text;
using Amqp.Protocol;

namespace Amqp.Server.Client;

/// <summary>The parameters of a login.</summary>
/// <param name="Mechanism">The SASL mechanism.</param>
/// <param name="Response">The response of the mechanism.</param>
/// <param name="VirtualHost">The virtual host to open.</param>
/// <param name="ConnectionName">The name that the connection shows in lists.</param>
/// <param name="Heartbeat">The heartbeat in seconds to ask for; null to accept the broker's.</param>
internal sealed record ClientLogin(string Mechanism, byte[] Response, string VirtualHost, string ConnectionName, int? Heartbeat)
{
    /// <summary>Returns the login of an address. User and password are <c>guest</c> by default, as in RabbitMQ.</summary>
    /// <param name="uri">The address.</param>
    /// <param name="connectionName">The name that the connection shows in lists.</param>
    /// <param name="virtualHost">The virtual host, if the address names none.</param>
    public static ClientLogin Of(AmqpUri uri, string connectionName, string virtualHost) => new(
        uri.IsExternal ? "EXTERNAL" : "PLAIN",
        uri.IsExternal ? [] : Encoding.UTF8.GetBytes($"\0{uri.User ?? "guest"}\0{uri.Password ?? "guest"}"),
        uri.VirtualHost ?? virtualHost, connectionName, uri.Heartbeat);

    /// <summary>The client's description of itself.</summary>
    public FieldTable Properties => FieldTable.Empty
        .With("product", FieldValue.FromString("AmqpBroker"))
        .With("version", FieldValue.FromString(ProgramVersion))
        .With("platform", FieldValue.FromString(".NET"))
        .With("connection_name", FieldValue.FromString(ConnectionName))
        .With("capabilities", FieldValue.FromTable(FieldTable.Empty
            .With("publisher_confirms", FieldValue.FromBoolean(true))
            .With("exchange_exchange_bindings", FieldValue.FromBoolean(true))
            .With("basic.nack", FieldValue.FromBoolean(true))
            .With("consumer_cancel_notify", FieldValue.FromBoolean(true))
            .With("connection.blocked", FieldValue.FromBoolean(true))
            // Makes the broker send connection.close if it refuses the login.
            .With("authentication_failure_close", FieldValue.FromBoolean(true))));

    private static string ProgramVersion => typeof(ClientLogin).Assembly.GetName().Version?.ToString(3) ?? "0";
}
