using Amqp.Protocol;

namespace Amqp.Server.Channels;

/// <summary>The extensions of AMQP that a client supports, as its connection.start-ok says.</summary>
internal readonly record struct ClientCapabilities(bool AuthenticationFailureClose, bool ConsumerCancelNotify, bool ConnectionBlocked)
{
    public static ClientCapabilities Read(FieldTable clientProperties)
    {
        if (clientProperties["capabilities"] is not { Type: FieldType.Table } table)
            return default;
        var capabilities = table.AsTable();
        return new(Has("authentication_failure_close"), Has("consumer_cancel_notify"), Has("connection.blocked"));

        bool Has(string name) => capabilities[name] is { Type: FieldType.Boolean } value && value.AsBoolean();
    }
}
