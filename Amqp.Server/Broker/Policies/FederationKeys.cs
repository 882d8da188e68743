using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Policies;

/// <summary>The policy keys that federate queues and exchanges. A policy has at most one of them.</summary>
internal static class FederationKeys
{
    /// <summary>Key for the name of one upstream.</summary>
    public const string Upstream = "federation-upstream";

    /// <summary>Key for the name of a set of upstreams. The set <see cref="AllUpstreams"/> contains all of the virtual host.</summary>
    public const string Set = "federation-upstream-set";

    /// <summary>Key for a regular expression that matches names of upstreams.</summary>
    public const string Pattern = "federation-upstream-pattern";

    /// <summary>Name of the predefined set.</summary>
    public const string AllUpstreams = "all";

    private static readonly string[] _keys = [Upstream, Set, Pattern];

    /// <summary>Checks the keys, whose values are texts.</summary>
    /// <exception cref="ValidationException">Two keys are set, or the pattern is not a regular expression.</exception>
    public static void Validate(FieldTable definition)
    {
        if (_keys.Count(key => definition[key] is not null) > 1)
            throw new ValidationException(
                "cannot specify federation-upstream, federation-upstream-set or federation-upstream-pattern together");
        if (definition[Pattern] is not { } pattern)
            return;
        try
        {
            _ = new NamePattern(pattern.AsString());
        }
        catch (FormatException error)
        {
            throw new ValidationException(
                $"could not compile pattern {pattern.AsString()} to a regular expression. Error: {PolicyPattern.Describe(error)}");
        }
    }
}
