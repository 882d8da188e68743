namespace Amqp.Tests.Fuzz.Targets;

/// <summary>A part of the broker that reads bytes from others, and what must hold whatever they are.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>All of them, by the names that the command line knows them by.</summary>
    public static IReadOnlyDictionary<string, Func<FuzzTarget>> All { get; } = new Dictionary<string, Func<FuzzTarget>>
    {
        ["field-tables"] = () => new FieldTableTarget(),
        ["content-headers"] = () => new ContentHeaderTarget(),
        ["definitions"] = () => new DefinitionTarget(),
        ["configuration"] = () => new ConfigurationTarget(),
        ["store-recovery"] = () => new StoreRecoveryTarget(),
    };

    /// <summary>Inputs to begin with: each takes another way.</summary>
    public abstract IEnumerable<byte[]> Seeds { get; }

    /// <summary>Reads an input.</summary>
    /// <exception cref="Exception">Anything that the part does not promise to throw, or a promise that does not hold.</exception>
    public abstract void Run(ReadOnlySpan<byte> input);

    public void Dispose() => Close();

    /// <summary>Lets go of what it has made for itself.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>Fails the input.</summary>
    /// <exception cref="InvalidOperationException">What should hold does not.</exception>
    protected static void Demand(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }
}
