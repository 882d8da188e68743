namespace Amqp.Tests.Interop;

/// <summary>What tests need that is not part of the project.</summary>
internal static class Prerequisite
{
    /// <summary>Skips the tests of a fixture when something is missing here, and says what; on CI that is a failure.</summary>
    /// <param name="programs">What cannot run then.</param>
    /// <param name="looking">Comes to what is missing, or to null.</param>
    public static async Task RequireAsync(string programs, Task<string?> looking)
    {
        if (await looking is not { } missing)
            return;
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail(missing);
        await TestContext.Progress.WriteLineAsync($"The {programs} are skipped: {missing}");
        Assert.Ignore(missing);
    }
}
