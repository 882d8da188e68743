using System.Diagnostics.CodeAnalysis;

namespace Amqp.Server.Configuration;

/// <summary>One row of the <see cref="SettingTable"/>: everything the broker knows of a setting.</summary>
internal sealed class Setting
{
    private readonly Func<string, object?> _read;
    private readonly Action<SettingTarget, object, Occurrence>? _apply;
    private readonly List<ForeignValue> _foreign = [];

    private Setting(string key, string expected, string @default, string description, Func<string, object?> read, Action<SettingTarget, object, Occurrence>? apply)
    {
        (Key, Expected, Default, Description, _read, _apply) = (new SettingKey(key), expected, @default, description, read, apply);
    }

    /// <summary>RabbitMQ's name of the setting, or ours.</summary>
    public SettingKey Key { get; }

    /// <summary>Completes "expected …".</summary>
    public string Expected { get; }

    /// <summary>The default as one would write it; empty when there is none.</summary>
    public string Default { get; }

    /// <summary>What the setting is for; empty for a setting that the broker does not act on.</summary>
    public string Description { get; }

    /// <summary>False for what RabbitMQ has and this version does not act on.</summary>
    public bool HasEffect => _apply is not null;

    /// <summary>True when the value must not be shown.</summary>
    public bool IsSecret { get; private init; }

    /// <summary>Values that RabbitMQ takes and the broker does not act on, the more special ones first.</summary>
    public IReadOnlyList<ForeignValue> ForeignValues => _foreign;

    /// <summary>A setting that the broker acts on.</summary>
    public static Setting Of<T>(string key, ValueKind<T> kind, string @default, string description, Action<SettingTarget, T> apply, bool isSecret = false) where T : notnull =>
        new(key, kind.Expected, @default, description, Reader(kind), (target, value, _) => apply(target, (T)value)) { IsSecret = isSecret };

    /// <summary>A setting that the broker acts on, given how it was set.</summary>
    public static Setting Of<T>(string key, ValueKind<T> kind, string @default, string description, Action<SettingTarget, T, Occurrence> apply, bool isSecret = false) where T : notnull =>
        new(key, kind.Expected, @default, description, Reader(kind), (target, value, occurrence) => apply(target, (T)value, occurrence)) { IsSecret = isSecret };

    /// <summary>A setting of RabbitMQ's that the broker does not act on; what becomes of its values is added to it.</summary>
    /// <param name="key">RabbitMQ's name.</param>
    /// <param name="expected">Completes "expected …".</param>
    public static Setting WithoutEffect(string key, string expected) => new(key, expected, "", "", _ => null, null);

    /// <summary>Adds values that are warned of and then left alone.</summary>
    /// <param name="kind">The values.</param>
    /// <param name="reason">What holds here instead; completes "has no effect: …".</param>
    public Setting Ignoring(ValueKind<string> kind, string reason) => With(new ForeignValue(kind, reason, Restricts: false));

    /// <summary>Adds values that would restrict or bound something if the broker acted on them, and so stop the start.</summary>
    /// <param name="kind">The values.</param>
    /// <param name="reason">As for <see cref="Ignoring"/>.</param>
    public Setting Refusing(ValueKind<string> kind, string reason) => With(new ForeignValue(kind, reason, Restricts: true));

    /// <summary>The value that a text stands for, or null when it is not what is expected.</summary>
    public object? Read(string text) => _read(text);

    /// <summary>True when the broker does not act on a value that RabbitMQ takes; asked when <see cref="Read"/> returned null.</summary>
    public bool IsForeign(string text, [NotNullWhen(true)] out ForeignValue? foreign) =>
        (foreign = _foreign.Find(candidate => candidate.Kind.TryRead(text, out _))) is not null;

    /// <summary>Puts a value that <see cref="Read"/> returned into the options.</summary>
    public void Apply(SettingTarget target, object value, Occurrence occurrence) => _apply?.Invoke(target, value, occurrence);

    /// <summary>True when a value is the one that holds anyway.</summary>
    public bool IsDefault(object value) => Default.Length > 0 && value.Equals(Read(Default));

    private Setting With(ForeignValue foreign)
    {
        _foreign.Add(foreign);
        return this;
    }

    private static Func<string, object?> Reader<T>(ValueKind<T> kind) where T : notnull =>
        text => kind.TryRead(text, out T? value) ? value : null;
}

/// <summary>Values that RabbitMQ takes for a setting, and on which the broker does not act.</summary>
/// <param name="Kind">Which ones.</param>
/// <param name="Reason">What holds instead.</param>
/// <param name="Restricts">True where acting on it would restrict access or bound something: a broker that ignored it would be less safe than its owner thinks.</param>
internal sealed record ForeignValue(ValueKind<string> Kind, string Reason, bool Restricts);
