using Amqp.Protocol;
using Amqp.Server.Broker.Errors;

namespace Amqp.Server.Broker.Values;

/// <summary>RabbitMQ's names for the types of table fields, and its error texts about arguments.</summary>
internal static class ArgumentTypes
{
    public static string NameOf(FieldType type) => type switch
    {
        FieldType.Boolean => "bool",
        FieldType.SByte => "byte",
        FieldType.Byte => "unsignedbyte",
        FieldType.Int16 => "short",
        FieldType.UInt16 => "unsignedshort",
        FieldType.Int32 => "signedint",
        FieldType.UInt32 => "unsignedint",
        FieldType.Int64 or FieldType.Int64Alias => "long",
        FieldType.Single => "float",
        FieldType.Double => "double",
        FieldType.Decimal => "decimal",
        FieldType.LongString => "longstr",
        FieldType.ByteArray => "binary",
        FieldType.Timestamp => "timestamp",
        FieldType.Array => "array",
        FieldType.Table => "table",
        _ => "void",
    };

    /// <summary>Compares two arguments as RabbitMQ does. The widths of two integers or of two floats need not be equal.</summary>
    public static bool AreEquivalent(FieldValue? left, FieldValue? right) => (left, right) switch
    {
        (null, null) => true,
        ({ IsInteger: true } a, { IsInteger: true } b) => a.AsInteger() == b.AsInteger(),
        ({ IsFloat: true } a, { IsFloat: true } b) => a.AsDouble().Equals(b.AsDouble()),
        ({ } a, { } b) => a == b,
        _ => false,
    };

    /// <summary>Returns the error for a declaration whose argument or property differs from that of the existing object.</summary>
    public static BrokerException Inequivalent(
        string argument, string kind, string name, string virtualHost, string received, string current) => new(
        BrokerError.Precondition,
        $"inequivalent arg '{argument}' for {kind} '{name}' in vhost '{virtualHost}': received {received} but current is {current}");

    /// <summary>Returns the error for a declaration whose argument differs from that of the existing object.</summary>
    public static BrokerException Inequivalent(
        string argument, string kind, string name, string virtualHost, FieldValue? received, FieldValue? current) =>
        (received, current) switch
        {
            ({ } mine, { } theirs) => Inequivalent(argument, kind, name, virtualHost, $"'{mine}'", $"'{theirs}'"),
            _ => Inequivalent(argument, kind, name, virtualHost, Describe(received), Describe(current)),
        };

    /// <summary>Returns the error for an argument that must name an exchange but is not a long string.</summary>
    public static BrokerException WrongType(FieldValue value, string argument, string kind, string name, string virtualHost) => new(
        BrokerError.Precondition,
        $"invalid type '{NameOf(value.Type)}' for arg '{argument}' in {kind} '{name}' in vhost '{virtualHost}'");

    /// <summary>Returns the error for an invalid value of a queue's argument.</summary>
    public static BrokerException Invalid(string argument, string queue, string virtualHost, string reason) => new(
        BrokerError.Precondition,
        $"invalid arg '{argument}' for queue '{queue}' in vhost '{virtualHost}': {reason}");

    private static string Describe(FieldValue? value) =>
        value is { } present ? $"the value '{present}' of type '{NameOf(present.Type)}'" : "none";
}
