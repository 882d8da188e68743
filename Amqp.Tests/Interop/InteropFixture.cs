namespace Amqp.Tests.Interop;

/// <summary>Base of the fixtures in this folder: runs the programs of one language against the shared broker.</summary>
[Category("Interop")]
public abstract class InteropFixture(ClientLanguage language)
{
    /// <summary>The language of this fixture's programs.</summary>
    protected ClientLanguage Language => language;

    /// <summary>The broker that the programs connect to.</summary>
    protected virtual Uri BrokerUri => InteropRun.BrokerUri;

    [OneTimeSetUp]
    public Task InstallAsync() => RequireAsync(language);

    /// <summary>Skips the tests if the programs of a language cannot run on this machine. On CI the tests fail instead.</summary>
    private protected static Task RequireAsync(ClientLanguage language) =>
        Prerequisite.RequireAsync($"{language} programs", ClientPrograms.Of(language).WhatIsMissingAsync());

    /// <summary>Returns a name for a queue or exchange that no other test uses.</summary>
    private protected static string Unique(string stem) => InteropRun.UniqueName(stem);

    private protected ClientProgram Start(string program, params string[] arguments) =>
        Start(language, program, arguments);

    private protected ClientProgram Start(ClientLanguage otherLanguage, string program, params string[] arguments) =>
        ClientPrograms.Of(otherLanguage).Start(BrokerUri, program, arguments);

    /// <summary>Runs a program until it exits and returns its output lines. Fails the test if the program fails.</summary>
    private protected Task<IReadOnlyList<string>> RunAsync(string program, params string[] arguments) =>
        RunAsync(language, program, arguments);

    private protected async Task<IReadOnlyList<string>> RunAsync(
        ClientLanguage otherLanguage, string program, params string[] arguments)
    {
        await using ClientProgram running = Start(otherLanguage, program, arguments);
        return await running.FinishedAsync();
    }
}
