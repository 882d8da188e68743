namespace Amqp.Server.Problems;

/// <summary>The problems of one kind in one virtual host, or of one kind that belong to no virtual host.</summary>
/// <param name="Worst">The worst problems, the worst first; at most <see cref="Most"/>. Not empty.</param>
/// <param name="Count">Number of problems, including those that are not listed.</param>
/// <param name="Objects">Words for several objects with this problem, such as <c>queues without consumers</c>.</param>
internal sealed record ProblemGroup(IReadOnlyList<Problem> Worst, int Count, string Objects)
{
    /// <summary>Maximum number of problems of one kind in a list.</summary>
    public const int Most = 100;

    /// <summary>The users who may see the problems.</summary>
    public Audience Audience { get; init; }

    public string Kind => Worst[0].Kind;

    public string? VirtualHost => Worst[0].VirtualHost;

    /// <summary>Creates the group of a single problem.</summary>
    public static ProblemGroup Of(Problem problem, Audience audience = Audience.Everyone) =>
        new([problem], 1, "") { Audience = audience };
}
