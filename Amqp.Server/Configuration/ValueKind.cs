using System.Diagnostics.CodeAnalysis;

namespace Amqp.Server.Configuration;

/// <summary>Reads one value from its text.</summary>
internal delegate bool ValueReader<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>A kind of value: what to say of it, and how to read it.</summary>
/// <param name="Expected">Completes "expected …" in messages and stands in the documentation.</param>
/// <param name="TryRead">False when the text is not of this kind.</param>
internal sealed record ValueKind<T>(string Expected, ValueReader<T> TryRead)
{
    /// <summary>The same values, and one word that stands for another.</summary>
    public ValueKind<T> Or(string word, T meaning) => new($"{Expected}, or {word}", (string text, [MaybeNullWhen(false)] out T value) =>
    {
        if (text != word)
            return TryRead(text, out value);
        value = meaning;
        return true;
    });
}
