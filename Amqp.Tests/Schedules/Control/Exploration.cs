using System.Globalization;

namespace Amqp.Schedules.Control;

/// <summary>A scenario: threads that run at the same time, and a check of the state after all threads have ended.</summary>
internal interface IScenario : IDisposable
{
    /// <summary>The name and the work of each thread. The exploration reads the whole list before it starts any thread.</summary>
    IEnumerable<(string Name, Action Body)> Threads { get; }

    /// <summary>Checks the state. Called when all threads have ended.</summary>
    void Check();
}

/// <summary>Runs a scenario under many schedules.</summary>
internal static class Exploration
{
    /// <summary>The report of a failed schedule shows this number of steps, the last ones.</summary>
    private const int ShownSteps = 80;

    /// <summary>Rounds for every test: the environment variable AMQP_SCHEDULES_ROUNDS. If null, each test uses its own number.</summary>
    private static readonly int? _rounds = Number("AMQP_SCHEDULES_ROUNDS");

    /// <summary>Seed of the first round. With the seed from a report, the first round repeats the failed schedule.</summary>
    private static readonly int _seed = Number("AMQP_SCHEDULES_SEED") ?? 1;

    /// <summary>Runs a new scenario in each round. Stops at the first failed round, and reports the schedule of this round.</summary>
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
            return (failure, schedule); // the threads of a failed schedule may never end, so the scenario cannot be disposed
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

    /// <summary>
    /// Returns the strategy for a seed. With an even seed, the strategy may switch threads at every point. With an odd seed, it changes the
    /// priorities of threads at one to four points.
    /// </summary>
    private static ISchedulingStrategy StrategyOf(int seed, int length) =>
        seed % 2 == 0 ? new RandomWalk(seed) : new Priorities(seed, 1 + seed / 2 % 4, length);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
