using Amqp.Protocol;
using Amqp.Server.Broker.Errors;
using Amqp.Server.Broker.Names;

namespace Amqp.Server.Broker.Policies;

/// <summary>Settings for every queue or exchange whose name matches a pattern. Immutable.</summary>
internal sealed class Policy
{
    private readonly PolicyPattern _pattern;

    /// <param name="kind">Whose policy it is.</param>
    /// <param name="name">Unique among those of its kind in the virtual host.</param>
    /// <param name="pattern">A regular expression; it may match anywhere in a name.</param>
    /// <param name="applyTo">See <see cref="PolicyTarget"/>.</param>
    /// <param name="priority">The highest one that matches counts; any number.</param>
    /// <param name="definition">Keys and values, see <see cref="PolicyKeys"/>.</param>
    /// <exception cref="ValidationException">With RabbitMQ's text.</exception>
    public Policy(PolicyKind kind, string name, string pattern, string applyTo, double priority, FieldTable definition)
        : this(kind, name, pattern, applyTo, priority, definition, PolicyKeys.Validate)
    {
    }

    private Policy(PolicyKind kind, string name, string pattern, string applyTo, double priority, FieldTable definition, Action<PolicyKind, FieldTable> validate)
    {
        (Kind, Name, ApplyTo, Priority, Definition) = (kind, name, applyTo, priority, definition);
        _pattern = new PolicyPattern(pattern);
        if (!PolicyTarget.IsKnown(applyTo))
            throw new ValidationException($"apply-to '{applyTo}' unrecognised; should be one of: 'queues', 'classic_queues', 'quorum_queues', 'streams', 'exchanges', or 'all'");
        validate(kind, definition);
    }

    /// <summary>A policy that was accepted by an earlier version, whose rules for values may have been wider.</summary>
    /// <inheritdoc cref="Policy(PolicyKind, string, string, string, double, FieldTable)"/>
    public static Policy FromStored(PolicyKind kind, string name, string pattern, string applyTo, double priority, FieldTable definition) =>
        new(kind, name, pattern, applyTo, priority, definition, PolicyKeys.DemandKnown);

    public PolicyKind Kind { get; }

    public string Name { get; }

    public string Pattern => _pattern.Text;

    public string ApplyTo { get; }

    public double Priority { get; }

    public FieldTable Definition { get; }

    /// <summary>Whether another policy would hold for the same queues and exchanges, and say the same of them.</summary>
    public bool IsSameAs(Policy other) => (Kind, Name, Pattern, ApplyTo) == (other.Kind, other.Name, other.Pattern, other.ApplyTo)
        && Priority.Equals(other.Priority) && Definition.Equals(other.Definition);

    /// <inheritdoc cref="NamePattern.TakeTimeout"/>
    public bool TakeTimeout() => _pattern.TakeTimeout();

    /// <summary>Whether the pattern is found in a name.</summary>
    public bool Matches(string name) => _pattern.IsMatch(name);
}
