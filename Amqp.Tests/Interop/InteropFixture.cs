namespace Amqp.Tests.Interop;

/// <summary>Base class of the tests in this folder. Runs programs of one language against a broker that all test classes share.</summary>
[Category("Interop")]
public abstract class InteropFixture(ClientLanguage language)
{
    protected ClientLanguage Language => language;

    /// <summary>URI of the broker to which the programs connect.</summary>
    protected virtual Uri BrokerUri => InteropRun.BrokerUri;

    [OneTimeSetUp]
    public Task InstallAsync() => RequireAsync(language);

    /// <summary>Skips the tests if the programs of a language cannot run on this machine. On CI the tests fail in this case.</summary>
    private protected static Task RequireAsync(ClientLanguage language) =>
        Prerequisite.RequireAsync($"{language} programs", ClientPrograms.Of(language).WhatIsMissingAsync());

    /// <summary>Returns a unique name for a queue or exchange of one test.</summary>
    private protected static string Unique(string stem) => InteropRun.UniqueName(stem);

    private protected ClientProgram Start(string program, params string[] arguments) =>
        Start(language, program, arguments);

    private protected ClientProgram Start(ClientLanguage otherLanguage, string program, params string[] arguments) =>
        ClientPrograms.Of(otherLanguage).Start(BrokerUri, program, arguments);

    /// <summary>Runs a program until it exits, and returns the lines of its output. If the program fails, the test fails.</summary>
    private protected Task<IReadOnlyList<string>> RunAsync(string program, params string[] arguments) =>
        RunAsync(language, program, arguments);

    private protected async Task<IReadOnlyList<string>> RunAsync(
        ClientLanguage otherLanguage, string program, params string[] arguments)
    {
        await using ClientProgram running = Start(otherLanguage, program, arguments);
        return await running.FinishedAsync();
    }
}
