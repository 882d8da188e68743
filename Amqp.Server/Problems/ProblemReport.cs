namespace Amqp.Server.Problems;

/// <summary>All problems of the broker at one moment. Immutable.</summary>
internal sealed class ProblemReport(IReadOnlyList<ProblemGroup> groups)
{
    /// <summary>Returns the problems that a user may see, the worst first.</summary>
    /// <param name="mayKnow">Returns true if the user belongs to the audience of a problem.</param>
    /// <param name="maySee">Returns true if the user sees the virtual host of this name.</param>
    public IReadOnlyList<Problem> For(Func<Audience, bool> mayKnow, Func<string, bool> maySee)
    {
        var visible = groups.Where(group => mayKnow(group.Audience) && (group.VirtualHost is not { } host || maySee(host)));
        // The sort is stable, so problems of the same severity keep the order of their kinds.
        return [.. visible.GroupBy(group => group.Kind).SelectMany(Merge).OrderBy(problem => problem.Severity)];
    }

    /// <summary>Merges the groups of a kind: the worst problems, and one more that stands for all others.</summary>
    private static IEnumerable<Problem> Merge(IEnumerable<ProblemGroup> ofKind)
    {
        ProblemGroup[] all = [.. ofKind];
        if (all is [{ Count: <= ProblemGroup.Most } only])
            return only.Worst;
        // Takes the groups in turns, so that each virtual host is listed.
        var worst = new List<Problem>();
        for (int i = 0; i < ProblemGroup.Most && worst.Count < ProblemGroup.Most; i++)
            worst.AddRange(all.Where(group => i < group.Worst.Count).Select(group => group.Worst[i]).Take(ProblemGroup.Most - worst.Count));
        int rest = all.Sum(group => group.Count) - worst.Count;
        if (rest == 0)
            return worst;
        var last = worst.MaxBy(problem => problem.Severity)!;
        return worst.Append(last with
        {
            Name = null,
            VirtualHost = null,
            Since = null,
            Consumer = null,
            Count = rest,
            Text = $"And {Words.Number(rest)} more {all[0].Objects}.",
        });
    }
}
