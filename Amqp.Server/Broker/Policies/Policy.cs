using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Policies;

/// <summary>A policy: settings for all queues or exchanges whose names match a pattern. Immutable.</summary>
internal sealed class Policy
{
    private readonly PolicyPattern _pattern;

    /// <param name="kind">User policy or operator policy.</param>
    /// <param name="name">Unique among the policies of the same kind in the virtual host.</param>
    /// <param name="pattern">Regular expression, which may match anywhere in a name.</param>
    /// <param name="applyTo">Kinds of objects: see <see cref="PolicyTarget"/>.</param>
    /// <param name="priority">Any number. The matching policy with the highest priority applies.</param>
    /// <param name="definition">The keys and values: see <see cref="PolicyKeys"/>.</param>
    /// <exception cref="ValidationException">The policy is invalid. The exception has RabbitMQ's text.</exception>
    public Policy(PolicyKind kind, string name, string pattern, string applyTo, double priority, FieldTable definition)
        : this(kind, name, pattern, applyTo, priority, definition, PolicyKeys.Validate)
    {
    }

    private Policy(
        PolicyKind kind,
        string name,
        string pattern,
        string applyTo,
        double priority,
        FieldTable definition,
        Action<PolicyKind, FieldTable> validate)
    {
        (Kind, Name, ApplyTo, Priority, Definition) = (kind, name, applyTo, priority, definition);
        _pattern = new PolicyPattern(pattern);
        if (!PolicyTarget.IsKnown(applyTo))
            throw new ValidationException(
                $"apply-to '{applyTo}' unrecognised; should be one of: 'queues', 'classic_queues', "
                    + "'quorum_queues', 'streams', 'exchanges', or 'all'");
        validate(kind, definition);
    }

    /// <summary>Restores a stored policy. The values of its keys are not checked.</summary>
    /// <inheritdoc cref="Policy(PolicyKind, string, string, string, double, FieldTable)"/>
    public static Policy FromStored(PolicyKind kind, string name, string pattern, string applyTo, double priority, FieldTable definition) =>
        new(kind, name, pattern, applyTo, priority, definition, PolicyKeys.DemandKnown);

    public PolicyKind Kind { get; }

    public string Name { get; }

    public string Pattern => _pattern.Text;

    public string ApplyTo { get; }

    public double Priority { get; }

    public FieldTable Definition { get; }

    /// <summary>Returns true if all properties of the two policies are equal.</summary>
    public bool IsSameAs(Policy other) => (Kind, Name, Pattern, ApplyTo) == (other.Kind, other.Name, other.Pattern, other.ApplyTo)
        && Priority.Equals(other.Priority) && Definition.Equals(other.Definition);

    /// <inheritdoc cref="NamePattern.TakeTimeout"/>
    public bool TakeTimeout() => _pattern.TakeTimeout();

    /// <summary>Returns true if the pattern matches anywhere in the name.</summary>
    public bool Matches(string name) => _pattern.IsMatch(name);
}
