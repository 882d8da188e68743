using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Parameters;

/// <summary>Reads, changes and validates tables of limits. Such a table contains the names and values of limits.</summary>
internal static class LimitTable
{
    /// <summary>Returns the value of a limit; null if the limit is not set or is negative.</summary>
    public static long? Read(FieldTable limits, string name) =>
        limits[name] is { IsInteger: true } limit && limit.AsInteger() >= 0 ? limit.AsInteger() : null;

    /// <summary>Returns a copy of the table with one limit added or replaced.</summary>
    public static FieldTable With(FieldTable limits, string name, FieldValue value) => Without(limits, name).With(name, value);

    public static FieldTable Without(FieldTable limits, string name) => new(limits.Where(limit => limit.Key != name));

    /// <param name="value">The table of limits.</param>
    /// <param name="known">All valid names of limits.</param>
    /// <param name="what">RabbitMQ's name of the table, for the error text.</param>
    /// <exception cref="ValidationException">The value is not a table, a limit is unknown, or a limit is not an integer.</exception>
    public static void Validate(FieldValue value, string[] known, string what)
    {
        if (value.Type != FieldType.Table)
            throw new ValidationException($"Unrecognised terms {ErlangTerm.Of(value)} in {what}");
        var unknown = value.AsTable().Where(limit => !known.Contains(limit.Key)).ToList();
        if (unknown.Count > 0)
            throw new ValidationException(
                "Unrecognised terms ["
                    + $"{string.Join(',', unknown.Select(limit => $"{{{ErlangTerm.Binary(limit.Key)},{ErlangTerm.Of(limit.Value)}}}"))}"
                    + $"] in {what}");
        foreach (var (name, limit) in value.AsTable())
            if (!limit.IsInteger)
                throw new ValidationException($"{name} should be a number, actually was {ErlangTerm.Of(limit)}");
    }
}
