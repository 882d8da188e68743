namespace Amqp.Tests.Fuzz.Targets;

/// <summary>Tests a part of the broker that reads bytes from clients or files. The checks must hold for any bytes.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>All targets, by their names on the command line.</summary>
    public static IReadOnlyDictionary<string, Func<FuzzTarget>> All { get; } = new Dictionary<string, Func<FuzzTarget>>
    {
        ["field-tables"] = () => new FieldTableTarget(),
        ["content-headers"] = () => new ContentHeaderTarget(),
        ["definitions"] = () => new DefinitionTarget(),
        ["configuration"] = () => new ConfigurationTarget(),
        ["store-recovery"] = () => new StoreRecoveryTarget(),
    };

    /// <summary>The inputs with which fuzzing begins. Each input takes a different path through the code.</summary>
    public abstract IEnumerable<byte[]> Seeds { get; }

    /// <summary>Passes an input to the tested part of the broker, and checks the result.</summary>
    /// <exception cref="Exception">The tested part has thrown an unexpected exception, or a check has failed.</exception>
    public abstract void Run(ReadOnlySpan<byte> input);

    public void Dispose() => Close();

    /// <summary>Releases the resources of the target.</summary>
    protected virtual void Close()
    {
    }

    /// <summary>Throws an exception if a check has failed.</summary>
    /// <exception cref="InvalidOperationException"><paramref name="holds"/> is false.</exception>
    protected static void Demand(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }
}
