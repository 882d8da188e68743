namespace Amqp.Server.Configuration;

/// <summary>Finds the known name that is most similar to a misspelt name.</summary>
internal static class Spelling
{
    /// <summary>Returns the candidate with the smallest edit distance; null if no candidate is similar enough.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        (string? nearest, int least) = (null, Math.Max(2, word.Length / 4) + 1);
        foreach (string candidate in candidates)
        {
            int distance = Distance(word, candidate);
            if (distance < least)
                (nearest, least) = (candidate, distance);
        }

        return nearest;
    }

    /// <summary>
    /// Returns the edit distance of two words: the number of letters to insert, delete or replace, or to swap with the next letter.
    /// </summary>
    public static int Distance(string from, string to)
    {
        int[] beforeLast = [], last = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int[] row = new int[to.Length + 1];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replace = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.Min(replace, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last) = (last, row);
        }

        return last[^1];
    }
}
