namespace Amqp.Tests.Interop;

/// <summary>Checks for software that tests need but that is not part of the project.</summary>
internal static class Prerequisite
{
    /// <summary>Skips the tests of a fixture and names the missing software. On CI the tests fail instead.</summary>
    /// <param name="programs">The programs that cannot run without the software.</param>
    /// <param name="looking">The check. Its result names the missing software, or is null.</param>
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
