using System.Globalization;

namespace Amqp.Schedules.Control;

/// <summary>What threads do at once, and what must be so when all have ended.</summary>
internal interface IScenario : IDisposable
{
    /// <summary>The threads, each with what it does. Made before any starts.</summary>
    IEnumerable<(string Name, Action Body)> Threads { get; }

    /// <summary>Demands what must be so at the end.</summary>
    void Check();
}

/// <summary>Runs a scenario under many schedules.</summary>
internal static class Exploration
{
    /// <summary>Steps of a failing schedule that its report shows.</summary>
    private const int ShownSteps = 80;

    /// <summary>Rounds to run in place of those that a test asks for; for a long search.</summary>
    private static readonly int? _rounds = Number("AMQP_SCHEDULES_ROUNDS");

    /// <summary>The seed to begin with; that of a report runs the schedule again that failed.</summary>
    private static readonly int _seed = Number("AMQP_SCHEDULES_SEED") ?? 1;

    /// <summary>Runs the scenario anew for each round, and fails with the schedule of the first round that goes wrong.</summary>
    public static void Explore(int rounds, Func<IScenario> scenario)
    {
        rounds = _rounds ?? rounds;
        int length = 100;
        for (int seed = _seed; seed < _seed + rounds; seed++)
        {
            var (failure, schedule) = Run(scenario, StrategyOf(seed, length), isTraced: false);
            if (failure is not null)
            {
                var (_, again) = Run(scenario, StrategyOf(seed, length), isTraced: true);
                Assert.Fail(
                    $"schedule {seed} of {length} points: {failure}\nIts last "
                        + $"steps:\n{string.Join('\n', again.Trace.TakeLast(ShownSteps))}");
            }
            length = Math.Max(length, schedule.Points);
        }
        TestContext.Out.WriteLine($"{rounds} schedules from seed {_seed}, up to {length} points each");
    }

    private static (Exception? Failure, Schedule Schedule) Run(Func<IScenario> make, ISchedulingStrategy strategy, bool isTraced)
    {
        var schedule = new Schedule(strategy, isTraced);
        var scenario = make();
        var failure = schedule.Run(scenario.Threads);
        if (failure is not null)
            return (failure, schedule); // its threads may hang for ever, so nothing can be disposed of
        try
        {
            scenario.Check();
            return (null, schedule);
        }
        catch (Exception error)
        {
            return (error, schedule);
        }
        finally
        {
            scenario.Dispose();
        }
    }

    /// <summary>Half of the schedules go anywhere at any point, the others have one to four changes.</summary>
    private static ISchedulingStrategy StrategyOf(int seed, int length) =>
        seed % 2 == 0 ? new RandomWalk(seed) : new Priorities(seed, 1 + seed / 2 % 4, length);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
