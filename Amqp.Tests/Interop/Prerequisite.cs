namespace Amqp.Tests.Interop;

/// <summary>Checks that the machine has the software that tests need in addition to the project.</summary>
internal static class Prerequisite
{
    /// <summary>Skips the tests of a class if software is missing. On CI the tests fail instead.</summary>
    /// <param name="programs">The programs that need the software.</param>
    /// <param name="looking">The check. Its result is the name of the missing software, or null.</param>
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
