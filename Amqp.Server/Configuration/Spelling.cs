namespace Amqp.Server.Configuration;

/// <summary>Finds what someone who mistyped a name probably meant.</summary>
internal static class Spelling
{
    /// <summary>The candidate with the fewest slips between, or null when all are too far to be a slip.</summary>
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

    /// <summary>Letters to insert, drop, replace, or swap with a neighbour, to get from one word to the other.</summary>
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
