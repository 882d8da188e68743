namespace AmqpBroker.Embedded.Processes;

/// <summary>The command that runs the broker: an executable, or <c>dotnet</c> with the portable build.</summary>
/// <param name="executable">Path of the executable, or of <c>dotnet</c>.</param>
/// <param name="assembly">Path of <c>amqpbroker.dll</c> if the executable is <c>dotnet</c>; null for any other executable.</param>
internal sealed class BrokerCommand(string executable, string? assembly)
{
    /// <summary>Path of the executable, or of <c>dotnet</c>.</summary>
    public string Executable => executable;

    /// <summary>True if the executable is the broker itself.</summary>
    public bool IsBroker => assembly is null;

    /// <summary>Returns the command as text for error messages.</summary>
    public override string ToString() => assembly is null ? executable : $"{executable} {assembly}";

    /// <summary>Returns all arguments as one text, quoted by the rules of <see cref="System.Diagnostics.ProcessStartInfo"/>.</summary>
    public string ArgumentsWith(IEnumerable<string> arguments) =>
        string.Join(" ", (assembly is null ? arguments : arguments.Prepend(assembly)).Select(Quoted));

    // .NET Standard has no ProcessStartInfo.ArgumentList. Quotes, and backslashes before a quote, are escaped.
    private static string Quoted(string argument)
    {
        var text = new System.Text.StringBuilder("\"");
        int backslashes = 0;
        foreach (char character in argument)
        {
            backslashes = character == '\\' ? backslashes + 1 : backslashes;
            if (character == '"')
                text.Append('\\', backslashes + 1);
            if (character != '\\')
                backslashes = 0;
            text.Append(character);
        }
        return text.Append('\\', backslashes).Append('"').ToString();
    }
}
