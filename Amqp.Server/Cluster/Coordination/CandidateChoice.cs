namespace Amqp.Server.Cluster.Coordination;

/// <summary>Decides which node should try to lead after the last leader has gone.</summary>
internal static class CandidateChoice
{
    /// <summary>
    /// Returns true if a node should try to lead now: among the electors that have posted their positions, the node is the furthest, and
    /// all electors have posted, or the time for posting is over.
    /// </summary>
    /// <remarks>
    /// The electors are the in-sync set. Each of them has every confirmed message, so any of them may lead. The furthest one also has most
    /// of the unconfirmed ones, and leaves least to copy. If there never was an in-sync set, the electors are all members, so that a node
    /// with messages from before it joined the cluster precedes empty ones.
    /// </remarks>
    /// <param name="state">The state without a leader.</param>
    /// <param name="name">Name of the node, which has posted its position.</param>
    /// <param name="waited">Time since the node saw that there is no leader.</param>
    /// <param name="limit">Longest wait for the positions of other electors.</param>
    public static bool ShouldLead(PartitionState state, string name, TimeSpan waited, TimeSpan limit)
    {
        if (state.Leader is not null)
            return false;
        IEnumerable<string> electors = state.InSync?.Names ?? state.Members.Keys;
        string? furthest = null;
        bool isComplete = true;
        foreach (string elector in electors)
        {
            if (!state.Positions.ContainsKey(elector))
                isComplete = false;
            else if (furthest is null || Precedes(state, elector, furthest))
                furthest = elector;
        }
        return furthest == name && (isComplete || waited >= limit);
    }

    private static bool Precedes(PartitionState state, string one, string other)
    {
        int order = state.Positions[one].CompareTo(state.Positions[other]);
        return order > 0 || (order == 0 && string.CompareOrdinal(one, other) < 0);
    }
}
