using System.Diagnostics.CodeAnalysis;

namespace Amqp.Server.Configuration;

/// <summary>A row of the <see cref="SettingTable"/>: the key, type of value, default, description and effect of a setting.</summary>
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

    /// <summary>Key of the setting: RabbitMQ's, or one of this broker's own.</summary>
    public SettingKey Key { get; }

    /// <summary>Description of the valid values. Follows the word "expected" in error texts.</summary>
    public string Expected { get; }

    /// <summary>The default, as written in a configuration file; empty if there is none.</summary>
    public string Default { get; }

    /// <summary>Description of the setting for the documentation; empty if the setting has no effect.</summary>
    public string Description { get; }

    /// <summary>False for a setting of RabbitMQ that has no effect in this broker.</summary>
    public bool HasEffect => _apply is not null;

    /// <summary>True if the value must not be shown.</summary>
    public bool IsSecret { get; private init; }

    /// <summary>Values that are valid in RabbitMQ but have no effect on this broker. More specific types come first.</summary>
    public IReadOnlyList<ForeignValue> ForeignValues => _foreign;

    /// <summary>Creates a setting with an effect.</summary>
    public static Setting Of<T>(
        string key, ValueKind<T> kind, string @default, string description, Action<SettingTarget, T> apply, bool isSecret = false)
        where T : notnull =>
        new(key, kind.Expected, @default, description, Reader(kind), (target, value, _) => apply(target, (T)value)) { IsSecret = isSecret };

    /// <summary>
    /// Creates a setting with an effect. <paramref name="apply"/> also receives the part of the key that a wildcard matched, and the
    /// strength of the source.
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

    /// <summary>Creates a setting without effect. Add the valid values with <see cref="Ignoring"/> and <see cref="Refusing"/>.</summary>
    /// <param name="key">RabbitMQ's name of the setting.</param>
    /// <param name="expected">Description of the valid values, for error texts.</param>
    public static Setting WithoutEffect(string key, string expected) => new(key, expected, "", "", _ => null, null);

    /// <summary>Adds values that cause a warning and are ignored.</summary>
    /// <param name="kind">Type of these values.</param>
    /// <param name="reason">The broker's behaviour, which the warning explains.</param>
    public Setting Ignoring(ValueKind<string> kind, string reason) => With(new ForeignValue(kind, reason, Restricts: false));

    /// <summary>Adds values that restrict something in RabbitMQ. This broker cannot, so it does not start with such a value.</summary>
    /// <param name="kind">Type of these values.</param>
    /// <param name="reason">The broker's behaviour, which the error explains.</param>
    public Setting Refusing(ValueKind<string> kind, string reason) => With(new ForeignValue(kind, reason, Restricts: true));

    /// <summary>Parses a value; returns null if the text is invalid.</summary>
    public object? Read(string text) => _read(text);

    /// <summary>True if a value is valid in RabbitMQ but has no effect here. Call only if <see cref="Read"/> returned null.</summary>
    public bool IsForeign(string text, [NotNullWhen(true)] out ForeignValue? foreign) =>
        (foreign = _foreign.Find(candidate => candidate.Kind.TryRead(text, out _))) is not null;

    /// <summary>Sets the options to a value that <see cref="Read"/> returned.</summary>
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

/// <summary>Some values of a setting. These values are valid in RabbitMQ, but have no effect on this broker.</summary>
/// <param name="Kind">Type of these values.</param>
/// <param name="Reason">The broker's behaviour, which warnings and errors explain.</param>
/// <param name="Restricts">True if these values restrict access or limit a resource in RabbitMQ.</param>
internal sealed record ForeignValue(ValueKind<string> Kind, string Reason, bool Restricts);
