using System.Globalization;

namespace Amqp.Tests.Support;

/// <summary>The environment variables that set the seed and the number of rounds of random tests.</summary>
internal static class TestRounds
{
    /// <summary>The value of <c>AMQP_TESTS_SEED</c>, or a new seed. Tests print the seed, so that a run can be repeated.</summary>
    public static int Seed => Number("AMQP_TESTS_SEED") ?? Environment.TickCount & 0xFFFF;

    /// <summary>The value of <c>AMQP_TESTS_SEED</c>, or null.</summary>
    public static int? GivenSeed => Number("AMQP_TESTS_SEED");

    /// <summary>Returns the value of <c>AMQP_TESTS_ROUNDS</c>, or the given default.</summary>
    public static int Count(int otherwise) => Number("AMQP_TESTS_ROUNDS") ?? otherwise;

    /// <summary>Returns the number in an environment variable, or null if the variable is unset or not a number.</summary>
    public static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
