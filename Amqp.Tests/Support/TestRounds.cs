using System.Globalization;

namespace Amqp.Tests.Support;

/// <summary>How long random tests go on and what their randomness starts from, as the environment says.</summary>
internal static class TestRounds
{
    /// <summary>What <c>AMQP_TESTS_SEED</c> says, or a new seed: print it, it repeats the run.</summary>
    public static int Seed => Number("AMQP_TESTS_SEED") ?? Environment.TickCount & 0xFFFF;

    /// <summary>What <c>AMQP_TESTS_SEED</c> says, or null.</summary>
    public static int? GivenSeed => Number("AMQP_TESTS_SEED");

    /// <summary>What <c>AMQP_TESTS_ROUNDS</c> says, or so many.</summary>
    public static int Count(int otherwise) => Number("AMQP_TESTS_ROUNDS") ?? otherwise;

    /// <summary>A variable's number, or null when it has none.</summary>
    public static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number) ? number : null;
}
