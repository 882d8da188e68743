using Amqp.Protocol;
using Amqp.Server.Broker.Parameters;
using Amqp.Server.Security;

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
    {
        (Kind, Name, ApplyTo, Priority, Definition) = (kind, name, applyTo, priority, definition);
        _pattern = new PolicyPattern(pattern);
        if (!PolicyTarget.IsKnown(applyTo))
            throw new ValidationException($"apply-to '{applyTo}' unrecognised; should be one of: 'queues', 'classic_queues', 'quorum_queues', 'streams', 'exchanges', or 'all'");
        PolicyKeys.Validate(kind, definition);
    }

    public PolicyKind Kind { get; }

    public string Name { get; }

    public string Pattern => _pattern.Text;

    public string ApplyTo { get; }

    public double Priority { get; }

    public FieldTable Definition { get; }

    /// <inheritdoc cref="NamePattern.TakeTimeout"/>
    public bool TakeTimeout() => _pattern.TakeTimeout();

    /// <summary>Whether the pattern is found in a name.</summary>
    public bool Matches(string name) => _pattern.IsMatch(name);
}
