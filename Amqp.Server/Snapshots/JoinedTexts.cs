namespace Amqp.Server.Snapshots;

/// <summary>The texts of a column as one text, which the processor can search in large steps. Immutable.</summary>
internal sealed class JoinedTexts
{
    private readonly char[] _text;
    private readonly int[] _ends; // end of each row in the text

    /// <param name="texts">The texts by row.</param>
    public JoinedTexts(ReadOnlySpan<string?> texts)
    {
        _ends = new int[texts.Length];
        int length = 0;
        for (int row = 0; row < texts.Length; row++)
            _ends[row] = length += texts[row]?.Length ?? 0;
        _text = new char[length];
        for (int row = 0; row < texts.Length; row++)
            texts[row]?.CopyTo(_text.AsSpan(_ends[row] - texts[row]!.Length));
    }

    /// <summary>Finds all rows whose text contains a part. Upper and lower case are the same.</summary>
    /// <param name="part">The part. It is not empty.</param>
    /// <returns>One bit for each row, the lowest bit first.</returns>
    public ulong[] Find(string part)
    {
        var found = new ulong[(_ends.Length + 63) / 64];
        for (int at = 0, row = 0; _text.AsSpan(at).IndexOf(part, StringComparison.OrdinalIgnoreCase) is var next and >= 0;)
        {
            at += next;
            while (_ends[row] <= at)
                row++;
            if (at + part.Length > _ends[row])
            {
                at++; // the match reaches into the next row
                continue;
            }
            found[row / 64] |= 1UL << row;
            at = _ends[row];
        }
        return found;
    }
}
