using System.Diagnostics.CodeAnalysis;

namespace Amqp.Server.Configuration;

/// <summary>One row of the <see cref="SettingTable"/>: key, kind of value, default, description and effect of a setting.</summary>
internal sealed class Setting
{
    private readonly Func<string, object?> _read;
    private readonly Action<SettingTarget, object, Occurrence>? _apply;
    private readonly List<ForeignValue> _foreign = [];

    private Setting(
        string key,
        string expected,
        string @default,
        string description,
        Func<string, object?> read,
        Action<SettingTarget, object, Occurrence>? apply)
    {
        (Key, Expected, Default, Description, _read, _apply) = (new SettingKey(key), expected, @default, description, read, apply);
    }

    /// <summary>RabbitMQ's name of the setting, or this broker's own name.</summary>
    public SettingKey Key { get; }

    /// <summary>Description of the valid values. Error texts show it after the word "expected".</summary>
    public string Expected { get; }

    /// <summary>The default, as written in a configuration file; empty if there is none.</summary>
    public string Default { get; }

    /// <summary>Purpose of the setting, for the documentation; empty for a setting without effect.</summary>
    public string Description { get; }

    /// <summary>False for a setting of RabbitMQ that has no effect in this broker.</summary>
    public bool HasEffect => _apply is not null;

    /// <summary>True if the value must not be shown.</summary>
    public bool IsSecret { get; private init; }

    /// <summary>Values that are valid in RabbitMQ but have no effect in this broker, the most specific kind first.</summary>
    public IReadOnlyList<ForeignValue> ForeignValues => _foreign;

    /// <summary>Creates a setting with an effect.</summary>
    public static Setting Of<T>(
        string key, ValueKind<T> kind, string @default, string description, Action<SettingTarget, T> apply, bool isSecret = false)
        where T : notnull =>
        new(key, kind.Expected, @default, description, Reader(kind), (target, value, _) => apply(target, (T)value)) { IsSecret = isSecret };

    /// <summary>
    /// Creates a setting. <paramref name="apply"/> receives the target, the value, the matched part of the key, and the strength of the
    /// source.
    /// </summary>
    public static Setting Of<T>(
        string key,
        ValueKind<T> kind,
        string @default,
        string description,
        Action<SettingTarget, T, Occurrence> apply,
        bool isSecret = false) where T : notnull =>
        new(key, kind.Expected, @default, description, Reader(kind), (target, value, occurrence) => apply(target, (T)value, occurrence))
        {
            IsSecret = isSecret
        };

    /// <summary>Creates a setting without effect. <see cref="Ignoring"/> and <see cref="Refusing"/> add its values.</summary>
    /// <param name="key">RabbitMQ's name of the setting.</param>
    /// <param name="expected">Description of the valid values, for error texts.</param>
    public static Setting WithoutEffect(string key, string expected) => new(key, expected, "", "", _ => null, null);

    /// <summary>Adds values that cause a warning and are ignored.</summary>
    /// <param name="kind">Kind of these values.</param>
    /// <param name="reason">Behaviour of this broker, for the warning.</param>
    public Setting Ignoring(ValueKind<string> kind, string reason) => With(new ForeignValue(kind, reason, Restricts: false));

    /// <summary>Adds values that stop the start, because RabbitMQ restricts something by them and this broker does not.</summary>
    /// <param name="kind">Kind of these values.</param>
    /// <param name="reason">Behaviour of this broker, for the error.</param>
    public Setting Refusing(ValueKind<string> kind, string reason) => With(new ForeignValue(kind, reason, Restricts: true));

    /// <summary>Parses a value; returns null if the text is invalid.</summary>
    public object? Read(string text) => _read(text);

    /// <summary>True if a value is valid in RabbitMQ but has no effect here. Called only if <see cref="Read"/> returned null.</summary>
    public bool IsForeign(string text, [NotNullWhen(true)] out ForeignValue? foreign) =>
        (foreign = _foreign.Find(candidate => candidate.Kind.TryRead(text, out _))) is not null;

    /// <summary>Stores a value returned by <see cref="Read"/> in the options.</summary>
    public void Apply(SettingTarget target, object value, Occurrence occurrence) => _apply?.Invoke(target, value, occurrence);

    /// <summary>True if a value equals the default.</summary>
    public bool IsDefault(object value) => Default.Length > 0 && value.Equals(Read(Default));

    private Setting With(ForeignValue foreign)
    {
        _foreign.Add(foreign);
        return this;
    }

    private static Func<string, object?> Reader<T>(ValueKind<T> kind) where T : notnull =>
        text => kind.TryRead(text, out T? value) ? value : null;
}

/// <summary>Values of a setting that are valid in RabbitMQ but have no effect in this broker.</summary>
/// <param name="Kind">Kind of these values.</param>
/// <param name="Reason">Behaviour of this broker, for warnings and errors.</param>
/// <param name="Restricts">True if RabbitMQ restricts access or limits a resource by these values.</param>
internal sealed record ForeignValue(ValueKind<string> Kind, string Reason, bool Restricts);
