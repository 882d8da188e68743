namespace Amqp.Tests.Interop;

/// <summary>What the fixtures of this folder share: a language's programs, run against the broker of the run.</summary>
[Category("Interop")]
public abstract class InteropFixture(ClientLanguage language)
{
    /// <summary>The language of this fixture's programs.</summary>
    protected ClientLanguage Language => language;

    /// <summary>The broker that the programs connect to.</summary>
    protected virtual Uri BrokerUri => InteropRun.BrokerUri;

    [OneTimeSetUp]
    public Task InstallAsync() => RequireAsync(language);

    /// <summary>Skips the tests when a language's programs cannot run here; on CI that is a failure.</summary>
    private protected static Task RequireAsync(ClientLanguage language) =>
        Prerequisite.RequireAsync($"{language} programs", ClientPrograms.Of(language).WhatIsMissingAsync());

    /// <summary>A name for a queue or an exchange that no other test uses.</summary>
    private protected static string Unique(string stem) => InteropRun.UniqueName(stem);

    private protected ClientProgram Start(string program, params string[] arguments) =>
        Start(language, program, arguments);

    private protected ClientProgram Start(ClientLanguage otherLanguage, string program, params string[] arguments) =>
        ClientPrograms.Of(otherLanguage).Start(BrokerUri, program, arguments);

    /// <summary>Runs a program to its end and returns the lines it printed; fails the test when it fails.</summary>
    private protected Task<IReadOnlyList<string>> RunAsync(string program, params string[] arguments) =>
        RunAsync(language, program, arguments);

    private protected async Task<IReadOnlyList<string>> RunAsync(
        ClientLanguage otherLanguage, string program, params string[] arguments)
    {
        await using ClientProgram running = Start(otherLanguage, program, arguments);
        return await running.FinishedAsync();
    }
}
