using System.Diagnostics.CodeAnalysis;

namespace Amqp.Server.Configuration;

/// <summary>Parses a value; returns false if the text is invalid.</summary>
internal delegate bool ValueReader<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>A type of values: a description of the valid values, and a parser.</summary>
/// <param name="Expected">Description of the valid values, for error texts and the documentation.</param>
/// <param name="TryRead">The parser. Returns false if the text is invalid.</param>
internal sealed record ValueKind<T>(string Expected, ValueReader<T> TryRead)
{
    /// <summary>Returns a type that also accepts a word. The parser reads the word as the value <paramref name="meaning"/>.</summary>
    public ValueKind<T> Or(string word, T meaning) => new($"{Expected}, or {word}", (string text, [MaybeNullWhen(false)] out T value) =>
    {
        if (text != word)
            return TryRead(text, out value);
        value = meaning;
        return true;
    });
}
