using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Routing;

/// <summary>Routes messages of headers exchanges: compares the messages' headers with the arguments of the bindings.</summary>
internal sealed class HeadersRouter : IRouter
{
    private readonly Dictionary<Binding, HeadersMatch> _bindings = [];

    public bool VariesByMessage => true;

    public void Validate(Binding binding) => HeadersMatch.Parse(binding.Arguments);

    public void Add(Binding binding) => _bindings.Add(binding, HeadersMatch.Parse(binding.Arguments));

    public void Remove(Binding binding) => _bindings.Remove(binding);

    public void Route(in RoutedMessage message, RouteFinder route)
    {
        if (_bindings.Count == 0)
            return;
        var headers = FieldTableCodec.Read(message.Headers);
        foreach (var (binding, match) in _bindings)
            if (match.Matches(headers))
                route.Add(binding.Destination);
    }
}

/// <summary>A binding's condition for the headers of a message. The arguments of the binding define it.</summary>
internal sealed class HeadersMatch
{
    private readonly bool _all;
    private readonly KeyValuePair<string, FieldValue>[] _wanted;

    private HeadersMatch(bool all, IEnumerable<KeyValuePair<string, FieldValue>> wanted) => (_all, _wanted) = (all, [.. wanted]);

    /// <summary>
    /// Reads the condition from the arguments of a binding. Only the modes <c>all-with-x</c> and <c>any-with-x</c> use arguments that start
    /// with <c>x-</c>.
    /// </summary>
    /// <exception cref="BrokerException">406: the value of <c>x-match</c> is none of the four modes.</exception>
    public static HeadersMatch Parse(FieldTable arguments)
    {
        var mode = arguments["x-match"];
        bool withX = false, all = true;
        if (mode is { } given)
            (all, withX) = (given.Type == FieldType.LongString ? given.AsString() : null) switch
            {
                "all" => (true, false),
                "any" => (false, false),
                "all-with-x" => (true, true),
                "any-with-x" => (false, true),
                _ => throw Invalid(given),
            };
        return new HeadersMatch(all, arguments.Where(argument =>
            argument.Key != "x-match" && (withX || !argument.Key.StartsWith("x-", StringComparison.Ordinal))));
    }

    /// <summary>Returns true if the headers match. Without arguments, <c>all</c> always matches and <c>any</c> never matches.</summary>
    public bool Matches(FieldTable headers)
    {
        foreach (var wanted in _wanted)
        {
            bool matches = Matches(wanted, headers);
            if (matches != _all)
                return matches;
        }
        return _all;
    }

    /// <summary>Says why the headers match or do not match.</summary>
    public string Explain(FieldTable headers)
    {
        if (_wanted.Length == 0)
            return _all ? "the binding asks for no header" : "the binding asks for any of no headers, so it never matches";
        bool matches = Matches(headers);
        if (matches == _all)
            return _all
                ? $"each header matches: {string.Join(", ", _wanted.Select(wanted => wanted.Key))}"
                : $"no header matches: {string.Join("; ", _wanted.Select(wanted => Difference(wanted, headers)))}";
        var decisive = _wanted.First(wanted => Matches(wanted, headers) != _all);
        return matches ? $"header {decisive.Key} is {decisive.Value}" : Difference(decisive, headers);
    }

    private static bool Matches(KeyValuePair<string, FieldValue> wanted, FieldTable headers) =>
        headers[wanted.Key] is { } value && IsSame(wanted.Value, value);

    private static string Difference(KeyValuePair<string, FieldValue> wanted, FieldTable headers) => headers[wanted.Key] is { } given
        ? $"header {wanted.Key} is {given} instead of {wanted.Value}"
        : $"header {wanted.Key} is missing";

    /// <summary>Compares an argument with a header. The type of a number does not matter. A void argument matches every value.</summary>
    private static bool IsSame(FieldValue wanted, FieldValue value)
    {
        if (wanted.Type == FieldType.Void)
            return true;
        if (NumberOf(wanted) is { } wantedNumber && NumberOf(value) is { } number)
            return wantedNumber.Equals(number);
        if (IsBytes(wanted) && IsBytes(value))
            return wanted.AsBytes().SequenceEqual(value.AsBytes());
        return wanted == value;
    }

    /// <summary>Returns a number as a decimal or, if the number is too large, as a double. Returns null for other values.</summary>
    private static object? NumberOf(FieldValue value) => value switch
    {
        { IsInteger: true } => (decimal)value.AsInteger(),
        { Type: FieldType.Timestamp } => (decimal)value.AsTimestamp(),
        { IsFloat: true } => value.AsDouble() is var number && Math.Abs(number) < (double)decimal.MaxValue / 2 ? (decimal)number : number,
        _ => null,
    };

    private static bool IsBytes(FieldValue value) => value.Type is FieldType.LongString or FieldType.ByteArray;

    private static BrokerException Invalid(FieldValue given) => new(
        BrokerError.Precondition,
        given.Type == FieldType.LongString
            ? $"Invalid x-match field value <<\"{given}\">>; expected all, any, all-with-x, or any-with-x"
            : $"Invalid x-match field type {ArgumentTypes.NameOf(given.Type)} (value {given}); expected longstr");
}
