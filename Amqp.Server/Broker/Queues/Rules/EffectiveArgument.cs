using Amqp.Protocol;
using Amqp.Server.Broker.Policies;
using Amqp.Server.Broker.Values;

namespace Amqp.Server.Broker.Queues.Rules;

/// <summary>A value that a queue has for a key, and the values that it has not because of this one.</summary>
/// <param name="Key">Key of the policies. For an argument without such a key, the name of the argument.</param>
/// <param name="Applied">The value that applies.</param>
/// <param name="Overridden">The values that do not apply, each with the reason.</param>
internal sealed record EffectiveArgument(
    string Key, ArgumentSource Applied, IReadOnlyList<(ArgumentSource Source, string Reason)> Overridden)
{
    /// <summary>Explains the settings of a queue, ordered by key.</summary>
    /// <param name="arguments">The arguments of the queue.</param>
    /// <param name="user">The user policy that applies to the queue; null if there is none.</param>
    /// <param name="operators">The operator policy that applies to the queue; null if there is none.</param>
    public static IReadOnlyList<EffectiveArgument> Of(QueueArguments arguments, Policy? user, Policy? operators)
    {
        var values = new SortedDictionary<string, (ArgumentSource? Argument, ArgumentSource? User, ArgumentSource? Operators)>(
            StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Table)
            values.TryAdd(ArgumentPrecedence.KeyOf(name), (new ArgumentSource(null, value), null, null));
        foreach (var (key, value) in user?.Definition ?? FieldTable.Empty)
            values[key] = values.GetValueOrDefault(key) with { User = new ArgumentSource(user, value) };
        foreach (var (key, value) in operators?.Definition ?? FieldTable.Empty)
            values[key] = values.GetValueOrDefault(key) with { Operators = new ArgumentSource(operators, value) };
        return [.. values.Select(entry => Of(entry.Key, entry.Value.Argument, entry.Value.User, entry.Value.Operators))];
    }

    private static EffectiveArgument Of(string key, ArgumentSource? argument, ArgumentSource? user, ArgumentSource? operators)
    {
        var overridden = new List<(ArgumentSource, string)>();
        var policy = user ?? operators!;
        if (user is not null && operators is not null)
        {
            bool isOperators = PolicyKeys.OperatorWins(key, operators.Value, user.Value);
            policy = isOperators ? operators : user;
            overridden.Add(
                (isOperators ? user : operators,
                PolicyKeys.IsLimit(key)
                    ? $"the smaller number applies, {ErlangText.Of(policy.Value)} of {policy.Description}"
                    : $"{policy.Description} applies before other policies"));
        }
        if (argument is null)
            return new EffectiveArgument(key, policy, overridden);
        if (policy is null)
            return new EffectiveArgument(key, argument, overridden);
        var applied = ArgumentPrecedence.ArgumentWins(key, argument.Value, policy.Value) ? argument : policy;
        overridden.Insert(
            0,
            (applied == argument ? policy : argument,
            ArgumentPrecedence.IsLimit(key) ? $"the smaller number applies, {ErlangText.Of(applied.Value)} of {applied.Description}"
                : applied == argument ? "an argument applies before a policy"
                : $"{applied.Description} turns it on"));
        return new EffectiveArgument(key, applied, overridden);
    }
}

/// <summary>A value with its source.</summary>
/// <param name="Policy">The policy that has the value; null for an argument.</param>
/// <param name="Value">The value.</param>
internal sealed record ArgumentSource(Policy? Policy, FieldValue Value)
{
    /// <summary>Name of the source in the HTTP API.</summary>
    public string Name => Policy?.Kind switch
    {
        null => "argument",
        PolicyKind.User => "policy",
        _ => "operator_policy",
    };

    /// <summary>The source in a sentence.</summary>
    public string Description => Policy is null ? "the argument" : $"the {Name.Replace('_', ' ')} '{Policy.Name}'";
}
