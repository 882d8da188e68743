namespace Amqp.Server.Configuration;

/// <summary>One row of the <see cref="SettingTable"/>: everything the broker knows of a setting.</summary>
internal sealed class Setting
{
    private readonly Func<string, object?> _read;
    private readonly Action<SettingTarget, object, Occurrence>? _apply;

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

    /// <summary>What the setting is for.</summary>
    public string Description { get; }

    /// <summary>False for what RabbitMQ has and this version does not act on.</summary>
    public bool HasEffect => _apply is not null;

    /// <summary>True when the value must not be shown.</summary>
    public bool IsSecret { get; private init; }

    /// <summary>A setting that the broker acts on.</summary>
    public static Setting Of<T>(string key, ValueKind<T> kind, string @default, string description, Action<SettingTarget, T> apply, bool isSecret = false) where T : notnull =>
        new(key, kind.Expected, @default, description, Reader(kind), (target, value, _) => apply(target, (T)value)) { IsSecret = isSecret };

    /// <summary>A setting that the broker acts on, given how it was set.</summary>
    public static Setting Of<T>(string key, ValueKind<T> kind, string @default, string description, Action<SettingTarget, T, Occurrence> apply, bool isSecret = false) where T : notnull =>
        new(key, kind.Expected, @default, description, Reader(kind), (target, value, occurrence) => apply(target, (T)value, occurrence)) { IsSecret = isSecret };

    /// <summary>A setting of RabbitMQ's that is checked and then left alone.</summary>
    public static Setting WithoutEffect<T>(string key, ValueKind<T> kind) where T : notnull =>
        new(key, kind.Expected, "", "", Reader(kind), null);

    /// <summary>The value that a text stands for, or null when it is not what is expected.</summary>
    public object? Read(string text) => _read(text);

    /// <summary>Puts a value that <see cref="Read"/> returned into the options.</summary>
    public void Apply(SettingTarget target, object value, Occurrence occurrence) => _apply?.Invoke(target, value, occurrence);

    /// <summary>True when a value is the one that holds anyway.</summary>
    public bool IsDefault(object value) => Default.Length > 0 && value.Equals(Read(Default));

    private static Func<string, object?> Reader<T>(ValueKind<T> kind) where T : notnull =>
        text => kind.TryRead(text, out T? value) ? value : null;
}
