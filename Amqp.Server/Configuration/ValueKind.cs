using System.Diagnostics.CodeAnalysis;

namespace Amqp.Server.Configuration;

/// <summary>Parses a value; returns false if the text is invalid.</summary>
internal delegate bool ValueReader<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>A kind of value: its description and its parser.</summary>
/// <param name="Expected">Description of the valid values, for messages and the documentation.</param>
/// <param name="TryRead">Parser. Returns false if the text is not of this kind.</param>
internal sealed record ValueKind<T>(string Expected, ValueReader<T> TryRead)
{
    /// <summary>Returns a kind that also accepts a word, and reads the word as a fixed value.</summary>
    public ValueKind<T> Or(string word, T meaning) => new($"{Expected}, or {word}", (string text, [MaybeNullWhen(false)] out T value) =>
    {
        if (text != word)
            return TryRead(text, out value);
        value = meaning;
        return true;
    });
}
